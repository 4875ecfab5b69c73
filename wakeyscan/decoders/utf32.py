"""UTF-32, with or without a byte-order mark."""

from __future__ import annotations

from codecs import BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator

from wakeyscan.layer import Encoded

NAME = "utf-32"


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the anchor with three NULs between its letters, which either byte order contains."""
    yield b"\0\0\0".join(bytes([letter]) for letter in anchor)


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Encoded]:
    """Yield the byte order: a mark tells it, else the offset of the first anchor."""
    if content.startswith(BOM_UTF32_LE):
        yield Encoded("utf-32-le", len(BOM_UTF32_LE))
    elif content.startswith(BOM_UTF32_BE):
        yield Encoded("utf-32-be", len(BOM_UTF32_BE))
    else:
        lowered = content.lower()
        first = min(at for at in (lowered.find(mark.lower()) for mark in marks) if at >= 0)
        yield Encoded("utf-32-be" if first % 4 == 3 else "utf-32-le")
