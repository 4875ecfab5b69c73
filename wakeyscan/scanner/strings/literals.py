"""Literals of compressed data: text that a compressor copies, up to where it finds a repetition.

The size before a literal looks like the length of a string, and what follows looks like its end.
But the text goes on: in the next literal, or in a repetition of what is anywhere before.

    LZF, FastLZ      size - 1, up to 31
    LZ4              15 in the high half of a byte, then size - 15
    Snappy           size - 1 above two bits that are zero, or after such a byte
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern

_REACH = 1 << 9
"""Bytes before a key in which the literal that holds it may start."""
_MAX_REFERENCE = 2
"""Bytes after a literal that are a reference to a repetition, but may look like letters."""
_MAX_LZF = 32
_NOT_ASCII = lazy_pattern(rb"[\x80-\xff]")
_LZ4_SIZE = lazy_pattern(rb"(?s)(?=([\xf0-\xff]\xff{0,2})([^\xff]))")
_SNAPPY_SIZE = lazy_pattern(rb"(?s)(?=(\xf0)(.)|(\xf4)(..)|([\x80-\xec]))")


def ends_literal(content: bytes, start: int, end: int) -> bool:
    """Return whether a literal that holds the key at `start` ends at `end`, or just before it.

    Or just after a NUL: a compressor leaves one of those that fill a field.
    """
    low = max(0, start - _REACH)
    high = [low, *(found.end() for found in _NOT_ASCII.finditer(content, low, start))][-1]
    first = max(0, high - 4)
    sizes = (*_list_lzf(content, high, start, end), *_list_lz4(content, first, start))
    least = -1 if content.startswith(b"\0", end) else 0
    return any(
        text >= high and least <= end - text - size <= _MAX_REFERENCE
        for text, size in (*sizes, *_list_snappy(content, first, start))
    )


def _list_lzf(content: bytes, low: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where a literal may start, and its size."""
    for text in range(max(low, end - _MAX_LZF - _MAX_REFERENCE, 1), start + 1):
        if content[text - 1] < _MAX_LZF:
            yield text, content[text - 1] + 1


def _list_lz4(content: bytes, low: int, start: int) -> Iterator[tuple[int, int]]:
    for found in _LZ4_SIZE.finditer(content, low, start):
        yield found.end(2), 15 + 255 * (len(found[1]) - 1) + found[2][0]


def _list_snappy(content: bytes, low: int, start: int) -> Iterator[tuple[int, int]]:
    for found in _SNAPPY_SIZE.finditer(content, low, start):
        number = found[2] or found[4]
        size = int.from_bytes(number, "little") if number else found[5][0] >> 2
        if number or not found[5][0] & 3:
            yield found.end(found.lastindex or 0), size + 1
