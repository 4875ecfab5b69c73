"""UTF-16, with or without a byte-order mark: what PowerShell's `>` and many Windows tools write."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

from wakeyscan.layer import Encoded

NAME = "utf-16"


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the anchor with a NUL between its letters, which either byte order contains."""
    yield b"\0".join(bytes([letter]) for letter in anchor)


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Encoded]:
    """Yield each byte order in which `content` holds a mark.

    Without a byte-order mark the offset of an anchor tells it: text that starts at an even offset
    has its letters at even offsets in little-endian.
    """
    if content.startswith(BOM_UTF16_LE):
        yield Encoded("utf-16-le", len(BOM_UTF16_LE))
    elif content.startswith(BOM_UTF16_BE):
        yield Encoded("utf-16-be", len(BOM_UTF16_BE))
    else:
        for parity in sorted(
            {at % 2 for at in _offsets(content.lower(), {mark.lower() for mark in marks})}
        ):
            yield Encoded("utf-16-be" if parity else "utf-16-le")


def _offsets(content: bytes, marks: set[bytes]) -> Iterator[int]:
    for mark in marks:
        at = content.find(mark)
        while at >= 0:
            yield at
            at = content.find(mark, at + 1)
