"""Chunks: parts of one string of CBOR, each with its own length; a break ends the last one.

    7f   78 28 wa_live_4fGh...   64 7Kz9   ff

A length of a chunk looks like that of a key, but the key goes on in the next one.

Source: RFC 8949, section 3.2.3.
"""

from __future__ import annotations

from collections.abc import Sequence

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.string_tables import Span

_START = lazy_pattern(rb"\x7f(?=[\x60-\x79])|\x5f(?=[XY])")
"""The start of a text in chunks, or of bytes, before the first chunk; one of bytes is no short one,
since both may be letters.
"""
_BREAK = b"\xff"
_BEFORE, _AFTER = 1 << 7, 1 << 9
"""Bytes around the start of a key in which the string starts, and ends."""
_MAX_CHUNKS = 1 << 6
_WIDTHS = {24: 1, 25: 2}
"""Bytes of a length after the first byte; below, it is in the first byte."""


def list_chunks(content: bytes, at: int) -> Sequence[Span]:
    """Return the chunk that holds an offset, and those after it; none if it is in no chunk."""
    high = at + _AFTER
    if content.find(_BREAK, at, high) < 0:
        return ()
    starts = [found.start() for found in _START.finditer(content, max(0, at - _BEFORE), at)]
    for start in reversed(starts):
        chunks = _read_chunks(content, start)
        following = [chunk for chunk in chunks if chunk[1] > at]
        if following and following[0][0] <= at:
            return following
    return ()


def _read_chunks(content: bytes, at: int) -> list[Span]:
    """Return the chunks of a string, which starts at an offset; none if it is no such string."""
    kind, chunks = content[at] >> 5, list[Span]()
    at += 1
    while len(chunks) < _MAX_CHUNKS and not content.startswith(_BREAK, at):
        size, start = _read_length(content, at, kind)
        if not start or start + size > len(content):
            return []
        at = start + size
        chunks.append((start, at))
    return chunks if content.startswith(_BREAK, at) else []


def _read_length(content: bytes, at: int, kind: int) -> Span:
    """Return the length of a chunk, and where its bytes start, or 0 if it is of another kind."""
    head = content[at] if at < len(content) else 0
    number, start = head & 0x1F, at + 1
    if head >> 5 != kind or number > max(_WIDTHS):
        return 0, 0
    if width := _WIDTHS.get(number, 0):
        return int.from_bytes(content[start : start + width], "big"), start + width
    return number, start
