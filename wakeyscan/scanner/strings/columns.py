"""Columns: texts end to end, after a table of the offsets at which they start and end.

    00 00 00 00   05 00 00 00   2d 00 00 00   3a 00 00 00   hello KEY another word

The last offset is the size of all texts, so it looks like the length of one. Arrow has such tables,
and zeros after them; the first offset is 0.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from wakeyscan.core.secret import MIN_KEY
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.strings.lengths import find_text_start, is_visible

_WIDTH = 4
"""Bytes of an offset, which is little-endian."""
_MAX_PADDING = 64
"""NULs between the table and the texts."""
_MAX_TEXTS = 1 << 10
_MIN_TEXTS = 2


class ColumnText(NamedTuple):
    """The end of a text in a column, and whether a key begins it."""

    end: int
    is_key: bool


def find_text(content: bytes, at: int) -> ColumnText | None:
    """Return the text that holds an offset, if a table of offsets precedes a column of texts.

    All texts up to the offset are visible, and not very long.
    """
    first = find_text_start(content, at)
    if content[first - 1 : first] != b"\0":
        return None
    for offsets in _list_tables(content, first):
        number = bisect_right(offsets, at - first)
        if number < len(offsets) and first + offsets[number] >= at + MIN_KEY:
            return ColumnText(first + offsets[number], offsets[number - 1] == at - first)
    return None


def _list_tables(content: bytes, first: int) -> Iterator[list[int]]:
    """Yield the tables that may precede the first text: its last offset has one byte or two."""
    before = content[max(0, first - _MAX_PADDING) : first].rstrip(b"\0")
    end = max(0, first - _MAX_PADDING) + len(before)
    for start in (end - 1, end - 2):
        if start >= 0 and start + _WIDTH <= first:
            offsets = _read_table(content, start)
            is_whole = offsets and first + offsets[-1] <= len(content)
            if is_whole and not is_visible(content, first + offsets[-1]):
                yield offsets


def _read_table(content: bytes, last: int) -> list[int]:
    """Return the offsets from 0 to the one at `last`, in ascending order; none if they are not."""
    offsets = list[int]()
    for at in range(last, max(-1, last - _MAX_TEXTS * _WIDTH), -_WIDTH):
        offset = int.from_bytes(content[at : at + _WIDTH], "little")
        if offsets and offset > offsets[-1]:
            break
        offsets.append(offset)
        if not offset:
            return offsets[::-1] if len(offsets) > _MIN_TEXTS else []
    return []
