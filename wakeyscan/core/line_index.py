"""Turns byte offsets into the lines and columns that an editor shows.

A line ends at LF, CR LF or a lone CR; a column counts code points, 1-based; a byte-order mark is
not counted; what is not UTF-8 counts as the replacement characters that an editor would show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_LINE_END = rb"\r\n|\n|\r"
_BOM = b"\xef\xbb\xbf"


def find_positions(
    content: bytes, offsets: Iterable[int], line: int = 1, column: int = 1
) -> Iterator[tuple[int, int]]:
    """Yield (line, column) of each offset; they must come in ascending order.

    `line` and `column` are those at which `content` begins. The work is linear in `content`,
    however many offsets there are.
    """
    at = len(_BOM) if content.startswith(_BOM) and (line, column) == (1, 1) else 0
    for offset in offsets:
        line, column = advance_position(content[at:offset], line, column)
        at = max(at, offset)
        yield line, column


def advance_position(passed: bytes, line: int, column: int) -> tuple[int, int]:
    """Give the line and column that one stands at after `passed`."""
    breaks = passed.count(b"\n")
    if b"\r" in passed:
        breaks = sum(1 for _ in re.finditer(_LINE_END, passed))
    if breaks:
        column = 1
        passed = passed[max(passed.rfind(b"\n"), passed.rfind(b"\r")) + 1 :]
    return line + breaks, column + len(passed.decode("utf-8", "replace"))


def find_line(content: bytes, start: int, end: int, most: int) -> tuple[int, int]:
    """Give the bounds of the line that holds `start:end`, at most `most` bytes to either side."""
    low, high = max(0, start - most), min(len(content), end + most)
    before = max(content.rfind(b"\n", low, start), content.rfind(b"\r", low, start))
    ends = [
        at for at in (content.find(b"\n", end, high), content.find(b"\r", end, high)) if at >= 0
    ]
    return (before + 1 if before >= 0 else low), (min(ends) if ends else high)


def find_all(text: bytes, mark: bytes) -> Iterator[int]:
    """Yield the offsets at which `mark` stands, those that overlap too."""
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)
