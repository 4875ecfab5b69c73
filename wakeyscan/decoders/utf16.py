"""UTF-16, with or without a byte-order mark: what PowerShell's `>` and many Windows tools write."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.decoders.decoder import FoundForms, TextEncoding

NAME = "utf-16"

_FAR = 1024
"""Bytes within which a run is expected to end."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the anchor with a NUL between its letters, which either byte order contains."""
    yield b"\0".join(bytes([letter]) for letter in anchor)


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the anchor with a NUL between its letters."""
    yield from encoded_anchors(anchor, True)


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: a text in UTF-16 is known by its beginning, see `sieves.wide_beginning`."""
    yield from ()


def decode(content: bytes, marks: FoundForms) -> Iterator[TextEncoding]:
    """Yield each byte order, and offset, in which `content` holds a mark."""
    if content.startswith(BOM_UTF16_LE):
        yield TextEncoding("utf-16-le", len(BOM_UTF16_LE))
    elif content.startswith(BOM_UTF16_BE):
        yield TextEncoding("utf-16-be", len(BOM_UTF16_BE))
    else:
        lowered = content.lower()
        found = {_order(content, at) for mark in marks for at in find_all(lowered, mark.lower())}
        yield from sorted(found)


def _order(content: bytes, at: int) -> TextEncoding:
    """Tell the byte order of an anchor.

    Text that starts at an even offset has its letters at even offsets in little-endian. A run in
    a binary starts anywhere: what is right before its first letter, or behind its last, tells more.
    """
    if at % 2:
        return TextEncoding("utf-16-be") if content[at - 1] == 0 else TextEncoding("utf-16-le", 1)
    run = re.compile(rb"(?:[\w-]\0)*[\w-](\0?)").match(content, at, at + _FAR)
    cut = run is not None and not run[1] and run.end() < min(at + _FAR, len(content))
    before = re.match(rb"(?:\0[\s!-~])*", content[max(0, at - _FAR) : at][::-1])
    if cut and before and 0 < before.end() < min(at, _FAR):
        return TextEncoding("utf-16-be", 1)
    return TextEncoding("utf-16-le")
