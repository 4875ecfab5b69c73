"""UTF-32, with or without a byte-order mark."""

from __future__ import annotations

import re
from codecs import BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.decoders.decoder import FoundForms, TextEncoding

NAME = "utf-32"

_FAR = 1024
"""Bytes within which a run is expected to end."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the anchor with three NULs between its letters, which either byte order contains."""
    yield b"\0\0\0".join(bytes([letter]) for letter in anchor)


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the anchor with three NULs between its letters."""
    yield from encoded_anchors(anchor, True)


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: nobody writes what is escaped already in UTF-32."""
    yield from ()


def decode(content: bytes, marks: FoundForms) -> Iterator[TextEncoding]:
    """Yield each byte order, and offset, in which `content` holds a mark."""
    if content.startswith(BOM_UTF32_LE):
        yield TextEncoding("utf-32-le", len(BOM_UTF32_LE))
    elif content.startswith(BOM_UTF32_BE):
        yield TextEncoding("utf-32-be", len(BOM_UTF32_BE))
    else:
        lowered = content.lower()
        found = {_order(content, at) for mark in marks for at in find_all(lowered, mark.lower())}
        yield from sorted(found)


def _order(content: bytes, at: int) -> TextEncoding:
    """Tell the byte order of an anchor: in big-endian three NULs stand before each letter."""
    run = re.compile(rb"(?:[\w-]\0\0\0)*[\w-](\0{0,3})").match(content, at, at + _FAR)
    short = run is not None and len(run[1]) < 3 and run.end() < min(at + _FAR, len(content))
    before = re.match(rb"(?:\0{3}[\s!-~])*", content[max(0, at - _FAR) : at][::-1])
    reach = before.end() if before else 0
    odd = short and 0 < reach < min(at, _FAR) and content[at - reach - 1] != 0
    if content[max(0, at - 3) : at] == b"\0\0\0" and (at % 4 == 3 or (short and at % 4) or odd):
        return TextEncoding("utf-32-be", (at - 3) % 4)
    return TextEncoding("utf-32-le", at % 4)
