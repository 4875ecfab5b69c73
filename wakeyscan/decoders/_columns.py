"""Columns of a line: the cell of a part of a key, and the text in the same place of the next line.

Programs that write texts side by side (`diff -y`, `paste`, tables) wrap each within its columns. A
sign, a tab or blanks divide two cells; one blank does if each line fills its cell.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple

_TAB = 8
"""Columns between two tab stops."""
_MIN_FULL, _MIN_WORD = 10, 16
"""Columns of the shortest word whose end shows that it fills its cell, with and without others."""

_SIGNS = r"|\u00a6\u2500-\u257f<>;#"
_BOUNDARY = lazy_pattern(rf"[ ]{{2,}}|\t+|[ ]?[|\u00a6\u2500-\u257f][ ]?|(?<=[ ])[{_SIGNS}][ ]")
"""What divides two cells."""
_SIGN = lazy_pattern(rf"[ \t]*([{_SIGNS}])")
_BEFORE_CELL = lazy_pattern(rf"[ \t{_SIGNS}]|\Z")
_NEXT_CELL = lazy_pattern(r"(?:[ ]{2}|[ ]?\t)[ \t]*")
_WORD = lazy_pattern(r"[A-Za-z0-9_-]+")
_RANDOM = lazy_pattern(
    r"(?=(?:[\w-]*?[0-9]){3})(?=[\w-]*[A-Za-z])|(?=[\w-]*[a-z][A-Z])(?=[\w-]*[0-9])"
)
_LONG = lazy_pattern(r"(?=.{16})(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])")
_LAST_WORD = lazy_pattern(r"[A-Za-z0-9_-]*\Z")


class Below(NamedTuple):
    """The text below a cell."""

    offset: int
    """Its offset in the next line."""
    is_alone: bool
    """Whether its first word fills it, or is the last part of a text in full cells."""


def find_below(line: bytes, end: int, following: bytes, *, is_continued: bool) -> Below | None:
    """Return the text below the cell of a word that ends at an offset of a line, if both have it.

    What may be a row of its own must fill the cell, unless the word continues one above it.
    """
    own, below = _expand(line[:end]), _expand(following)
    rest = _expand(line)[len(own) :]
    last = _LAST_WORD.search(own)
    start = last.start() if last else len(own)
    for column in (*(found.end() for found in reversed([*_BOUNDARY.finditer(own, 0, start)])), 0):
        word = _WORD.match(below, column)
        if not word or word[0] == own[start:] or not _BEFORE_CELL.match(below[:column][-1:]):
            continue
        has_same_cells = _has_same_cells(own, rest, word)
        size = word.end() - column if word.end() == len(own) else 0
        is_full = size >= (_MIN_FULL if has_same_cells else _MIN_WORD)
        if has_same_cells or (is_full and _RANDOM.match(word[0])):
            is_row = below[:column].strip(" \t") or start == column == 0
            is_last = is_continued and start == column and len(own) - start >= _MIN_FULL
            is_rest = start > column and _LONG.match(word[0]) is not None
            is_wrapped = is_full or is_last or is_rest or not is_row
            return Below(_cut_at(following, column), is_full or is_last) if is_wrapped else None
    return None


def _has_same_cells(own: str, rest: str, word: re.Match[str]) -> bool:
    """Return whether the next cell of a line starts in the same column as that of the next line."""
    below, size = word.string, len(own)
    if sign := _SIGN.match(rest):
        at = size + sign.start(1)
        return word.end() <= at and below[at : at + 1] == sign[1]
    if gap := _NEXT_CELL.match(rest):
        at = size + gap.end()
        is_start = below[at : at + 1] not in (" ", "\t") or not below[at:].strip()
        return word.end() < at and not below[at - 1 : at].strip() and is_start
    return word.start() > 0 and not rest.strip() and word.end() <= min(size, len(below.rstrip()))


def _expand(line: bytes) -> str:
    """Return the text of a line with a character for each of its columns; those of a tab are tabs.

    Bytes that are no UTF-8, as those of half a character, have none.
    """
    text = line.rstrip(b"\r").decode("utf-8", "ignore")
    if "\t" not in text:
        return text
    columns = ""
    for part in re.split("(\t)", text):
        columns += "\t" * (_TAB - len(columns) % _TAB) if part == "\t" else part
    return columns


def _cut_at(line: bytes, column: int) -> int:
    """Return the offset of a column in a line."""
    low, high = 0, len(line)
    while low < high:
        middle = (low + high) // 2
        if len(_expand(line[:middle])) < column:
            low = middle + 1
        else:
            high = middle
    return low
