"""The lines that two versions of a file share, found in linear time where `difflib` would be slow.

`difflib` compares each line with all equal ones, anew for each change: 6,000 equal lines and a
change take seconds.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile

_STEPS_PER_BYTE = 20
_FEW_STEPS = 50_000
"""Comparisons that any file may take."""

_REACH = 8
"""Lines that are looked ahead for the next equal ones."""


class LineMatcher(difflib.SequenceMatcher[bytes]):
    """A matcher of two lists of lines."""

    def __init__(self, old: list[bytes], new: list[bytes]) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._old, self._new = old, new

    def get_matching_blocks(self) -> list[difflib.Match]:
        """Return the blocks of equal lines, and an empty one at the end."""
        if _count_steps(self._old, self._new) <= _find_most_steps(self._old):
            return super().get_matching_blocks()
        end = difflib.Match(len(self._old), len(self._new), 0)
        return [*_match_in_order(self._old, self._new), end]


def _count_steps(old: list[bytes], new: list[bytes]) -> int:
    """Return about how many lines `difflib` would compare."""
    before, after = Counter(old), Counter(new)
    pairs = sum(count * after[line] for line, count in before.items())
    changes = (before - after).total() + (after - before).total()
    return (pairs + len(old)) * (1 + changes)


def _find_most_steps(old: list[bytes]) -> int:
    return _FEW_STEPS + _STEPS_PER_BYTE * sum(map(len, old))


def _match_in_order(old: list[bytes], new: list[bytes]) -> Iterator[difflib.Match]:
    """Yield the blocks of equal lines; after a change, the nearest equal lines begin the next."""
    at, new_at = 0, 0
    while at < len(old) and new_at < len(new):
        pairs = zip(range(at, len(old)), range(new_at, len(new)), strict=False)
        size = sum(1 for _ in takewhile(lambda pair: old[pair[0]] == new[pair[1]], pairs))
        if size:
            yield difflib.Match(at, new_at, size)
        skipped, added = _find_next(old, new, at + size, new_at + size)
        at, new_at = at + size + skipped, new_at + size + added


def _find_next(old: list[bytes], new: list[bytes], at: int, new_at: int) -> tuple[int, int]:
    """Return how many lines precede the next equal ones; one of each, if these are far."""
    for total in range(1, 2 * _REACH):
        for skipped in range(max(total - _REACH, 0), min(total, _REACH) + 1):
            line = old[at + skipped : at + skipped + 1]
            if line and line == new[new_at + total - skipped : new_at + total - skipped + 1]:
                return skipped, total - skipped
    return 1, 1
