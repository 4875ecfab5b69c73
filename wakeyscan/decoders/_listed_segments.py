"""Segments of a text in three arrays, for texts in which thousands of keys have their sources."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from functools import cached_property

from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders.decoder import ComputedSegments, Segment, Span


class _Arrays(NamedTuple):
    """The numbers of all segments of a text."""

    offsets: array[int]
    starts: array[int]
    ends: array[int]
    size: int
    """Bytes of the text."""


class ListedSegments(ComputedSegments):
    """Segments that follow each other in the source as in the text, built for the first match."""

    def __init__(self, parts: Iterable[tuple[int, int, int]]) -> None:
        """Take the size of each part of the text, and the start and the end of its source."""
        self._parts = parts

    @cached_property
    def _arrays(self) -> _Arrays:
        offsets, starts, ends, offset = array("Q"), array("Q"), array("Q"), 0
        for size, start, end in self._parts:
            if size:
                offsets.append(offset)
                starts.append(start)
                ends.append(end)
                offset += size
        return _Arrays(offsets, starts, ends, offset)

    @property
    def offsets(self) -> array[int]:
        """The offset of each segment."""
        return self._arrays.offsets

    def build_segment(self, number: int) -> Segment:
        """Return a segment by its number."""
        offsets, starts, ends, _ = self._arrays
        return Segment(offsets[number], starts[number], ends[number])

    def find_near_sources(self, start: int, end: int, max_gap: int) -> Span | None:
        """Return the source of a part of the text; a segment of each part takes five times as long.

        `None` if a gap in it is larger.
        """
        offsets, starts, ends, size = self._arrays
        first = max(0, bisect_right(offsets, start) - 1)
        last = max(first, bisect_left(offsets, end, first) - 1)
        for number in range(first, last):
            if not 0 <= starts[number + 1] - ends[number] <= max_gap:
                return None
        low, high, offset = starts[first], ends[last], offsets[last]
        stop = offsets[last + 1] if last + 1 < len(offsets) else size
        if stop - offset == high - starts[last]:  # each byte comes from one byte
            high = starts[last] + min(stop, end) - offset
        offset, stop = offsets[first], offsets[first + 1] if first + 1 < len(offsets) else size
        if stop - offset == ends[first] - low:
            low += max(0, start - offset)
        return low, high
