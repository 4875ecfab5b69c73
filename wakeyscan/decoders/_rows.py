"""Rows of encoded bytes, such as `77 61` or `119, 97`, and the source of each byte."""

from __future__ import annotations

import re
from array import array
from operator import sub

from wakeyscan.decoders.decoder import ComputedSegments, Segment, Span

MAX_REACH = 1 << 14
"""Maximum number of characters of a row that are decoded before its first anchor."""


class RowSearch:
    """The search for the rows around the anchors of a text.

    The anchors must come in the order of the text: so no part of it is searched twice.
    """

    def __init__(self, content: bytes, pattern: re.Pattern[bytes]) -> None:
        """Take the text and the pattern of a row."""
        self._content, self._pattern = content, pattern
        self._searched = 0
        """No row of a later anchor begins before this offset."""

    def find(self, start: int, end: int) -> Span | None:
        """Return the bounds of the row that contains the anchor `start:end`, if any."""
        searched = max(self._searched, start - MAX_REACH)
        for row in self._pattern.finditer(self._content, searched):
            if row.end() >= end:
                self._searched = row.start()
                return row.span() if row.start() <= start else None
        self._searched = len(self._content)
        return None


class RowSegments(ComputedSegments):
    """The source of each byte. A `Segment` for each takes thirty times the memory."""

    def __init__(self, starts: array[int], sizes: bytes) -> None:
        """Take the offset and the size of the source of each byte."""
        self._starts, self._sizes = starts, sizes

    @property
    def offsets(self) -> range:
        """The offset of each segment."""
        return range(len(self._starts))

    def __len__(self) -> int:
        return len(self._starts)

    def select(self, first: int, stop: int) -> RowSegments:
        """Return the sources of the bytes from number `first` up to, but not including, `stop`."""
        return RowSegments(self._starts[first:stop], self._sizes[first:stop])

    def build_segment(self, number: int) -> Segment:
        """Return the source of a byte by its number."""
        start = self._starts[number]
        return Segment(number, start, start + self._sizes[number])

    def find_near_sources(self, start: int, end: int, max_gap: int) -> Span | None:
        """Return the source of the bytes from number `start` on, if no gap between two is larger.

        A segment for each of them takes ten times as long.
        """
        starts = self._starts[start:end]
        if len(starts) < 2 or max(map(sub, starts[1:], starts)) > max_gap:
            return None
        return starts[0], starts[-1] + self._sizes[start + len(starts) - 1]
