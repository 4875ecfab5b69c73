"""Occurrences of a pattern near many places of a text; each part of it is searched once."""

from __future__ import annotations

import re
from bisect import bisect_left

_AHEAD = 1 << 13
"""Bytes after a range that are searched with it, so that most of the next ranges cost nothing."""
_MAX_SIZE = 256
"""Bytes of the longest occurrence that is found whole at the end of a range."""


class Occurrences:
    """The occurrences of a pattern in a text.

    The bounds of the ranges that are asked for should ascend. Then the time is linear in the size
    of the text, for any number of ranges, even overlapping ones.
    """

    def __init__(self, content: bytes, pattern: re.Pattern[bytes], words: tuple[bytes, ...] = ()):
        """Take the text and the pattern.

        Every occurrence contains one of the `words`, given in lower case, if there are any: they
        are found much faster than a pattern.
        """
        self._content, self._pattern, self._words = content, pattern, words
        self._low = self._high = 0
        self._found: list[re.Match[bytes]] = []
        self._starts: list[int] = []

    def find_first(self, low: int, high: int) -> re.Match[bytes] | None:
        """Return the first occurrence that begins in `low:high`."""
        self._search(low, high)
        if not self._starts:
            return None
        number = bisect_left(self._starts, low)
        is_in_range = number < len(self._starts) and self._starts[number] < high
        return self._found[number] if is_in_range else None

    def find_all(self, low: int, high: int) -> list[re.Match[bytes]]:
        """Return the occurrences that begin in `low:high`."""
        self._search(low, high)
        return self._found[bisect_left(self._starts, low) : bisect_left(self._starts, high)]

    def find_last(self, low: int, high: int) -> re.Match[bytes] | None:
        """Return the last occurrence that begins in `low:high`."""
        self._search(low, high)
        number = bisect_left(self._starts, high) - 1
        return self._found[number] if number >= 0 and self._starts[number] >= low else None

    def _search(self, low: int, high: int) -> None:
        """Search the part of a range that was not searched before."""
        if self._low <= low <= self._high >= high:
            return
        if low < self._low or low > self._high:
            self._low = self._high = low
            self._found, self._starts = [], []
        if high <= self._high:
            return
        start, self._high = self._high, high + _AHEAD
        high = self._high
        if not self._has_word(start, high + _MAX_SIZE):
            return
        start = max(start, self._found[-1].end()) if self._found else start
        for found in self._pattern.finditer(self._content, start, high + _MAX_SIZE):
            if found.start() >= high:
                break
            self._found.append(found)
            self._starts.append(found.start())

    def _has_word(self, low: int, high: int) -> bool:
        if not self._words:
            return True
        text = self._content[low:high].lower()
        return any(word in text for word in self._words)
