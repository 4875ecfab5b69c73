"""Lines and columns of byte offsets, as an editor shows them.

A line ends at LF, CR LF or a lone CR. Columns count code points from 1. A byte-order mark is not
counted. Bytes that are not UTF-8 count as the replacement characters that an editor shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_BOM = b"\xef\xbb\xbf"


def find_positions(
    content: bytes, offsets: Iterable[int], line: int = 1, column: int = 1
) -> Iterator[tuple[int, int]]:
    """Yield (line, column) of each offset; offsets must be in ascending order.

    `line` and `column` are the position of the first byte. The time is linear in the size of
    `content`, for any number of offsets.
    """
    at = len(_BOM) if content.startswith(_BOM) and (line, column) == (1, 1) else 0
    for offset in offsets:
        line, column = advance_position(content, line, column, at, offset)
        at = max(at, offset)
        yield line, column


def advance_position(
    content: bytes, line: int, column: int, start: int = 0, end: int | None = None
) -> tuple[int, int]:
    """Return the line and column after the bytes `start:end`, or after all of them."""
    end = len(content) if end is None else end
    breaks = content.count(b"\n", start, end)
    if content.find(b"\r", start, end) >= 0:
        breaks += content.count(b"\r", start, end) - content.count(b"\r\n", start, end)
    if breaks:
        column = 1
        start = content.rfind(b"\n", start, end) + 1 or start
        start = content.rfind(b"\r", start, end) + 1 or start
    return line + breaks, column + len(content[start:end].decode("utf-8", "replace"))


def find_line(content: bytes, start: int, end: int, max_distance: int) -> tuple[int, int]:
    """Return the bounds of the line around `start:end`, searching `max_distance` bytes each way."""
    low, high = max(0, start - max_distance), min(len(content), end + max_distance)
    if (before := content.rfind(b"\n", low, start)) >= 0:
        low = before + 1
    if (before := content.rfind(b"\r", low, start)) >= 0:
        low = before + 1
    if (after := content.find(b"\n", end, high)) >= 0:
        high = after
    if (after := content.find(b"\r", end, high)) >= 0:
        high = after
    return low, high


def find_all(content: bytes, literal: bytes) -> Iterator[int]:
    """Yield the offsets of all occurrences of `literal`, including overlapping ones."""
    at = content.find(literal)
    while at >= 0:
        yield at
        at = content.find(literal, at + 1)


def find_any(content: bytes, literals: Iterable[bytes]) -> Iterator[int]:
    """Yield the offsets at which an alternation of sorted literals matches, without overlaps.

    `re` tries all literals at each offset, which takes ten times as long.
    """
    places = [(at, text) for text in literals if (at := content.find(text)) >= 0]
    while places:
        at, text = min(places)
        yield at
        end = at + len(text)
        places = [
            (later, other)
            for start, other in places
            if (later := start if start >= end else content.find(other, end)) >= 0
        ]
