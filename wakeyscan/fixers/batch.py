"""Batches of fixes: the edits of many leaks, worked out on one content, that do not touch."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.fixer import Edit, Fix, NotFixable

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding

_MOST_POSTPONED = 8
"""Leaks per fix of a batch whose edits are worked out and postponed."""


class LeftAlone(NamedTuple):
    """A leak that is not fixed."""

    finding: Finding
    reason: str


class Batch(NamedTuple):
    """Leaks, by their numbers, that are fixed together, and leaks that cannot be fixed."""

    fixes: Mapping[int, Fix] = MappingProxyType({})
    """From the end of the content."""
    left: Mapping[int, str] = MappingProxyType({})
    """The reason for each leak."""

    @property
    def edits(self) -> list[Edit]:
        """The edits of all fixes; those that insert at one place are one edit."""
        edits = dict.fromkeys(edit for fix in self.fixes.values() for edit in fix.edits)
        inserted: dict[int, bytes] = {}
        others: list[Edit] = []
        for edit in edits:
            if edit.is_joinable and edit.start == edit.end:
                inserted[edit.start] = edit.text + inserted.get(edit.start, b"")
            else:
                others.append(edit)
        return others + [Edit(at, at, text, is_joinable=True) for at, text in inserted.items()]

    def keep_half(self) -> Batch:
        """Return the batch with the first half of its fixes."""
        half = len(self.fixes) // 2
        return self._replace(fixes=dict([*self.fixes.items()][:half]))

    def refuse(self, reason: str) -> Batch:
        """Return the batch with its fixes refused."""
        return Batch(left={**self.left, **dict.fromkeys(self.fixes, reason)})


def build_batch(pending: Iterable[int], size: int, build: Callable[[int], Fix]) -> Batch:
    """Return the fixes of leaks, whose numbers come in the order of a content from its end.

    A leak whose edits touch those of another one is postponed: they are worked out again on the
    edited content. Fixes without edits are a batch of their own.
    """
    fixes: dict[int, Fix] = {}
    left: dict[int, str] = {}
    edits: list[Edit] = []
    postponed = 0
    for number in pending:
        if len(fixes) >= size or postponed > _MOST_POSTPONED * len(fixes):
            break
        try:
            fix = build(number)
        except NotFixable as refused:
            left[number] = str(refused)
            continue
        if fixes and not _fits(edits, fix):
            postponed += 1
            continue
        fixes[number] = fix
        for edit in fix.edits:
            if not _is_in(edits, edit):
                insort(edits, edit)
    return Batch(fixes, left)


def _fits(edits: list[Edit], fix: Fix) -> bool:
    """Return whether a fix adds edits to sorted ones, and touches none; or all have no edits."""
    if not fix.edits or not edits:
        return not fix.edits and not edits
    added = [edit for edit in fix.edits if not _is_in(edits, edit)]
    return bool(added) and not any(_touches(edits, edit) for edit in added)


def _is_in(edits: list[Edit], edit: Edit) -> bool:
    """Return whether sorted edits have one, such as the import that several leaks need."""
    at = bisect_left(edits, edit)
    return edits[at : at + 1] == [edit]


def _touches(edits: list[Edit], edit: Edit) -> bool:
    """Return whether an edit overlaps or is next to one of sorted edits, which are apart.

    Those that may be joined may be next to each other.
    """
    at = bisect_left(edits, edit)
    return any(_are_too_near(other, edit) for other in edits[max(at - 1, 0) : at + 1])


def _are_too_near(one: Edit, other: Edit) -> bool:
    if one.is_joinable and other.is_joinable:
        return one.start < other.end and other.start < one.end
    return one.start <= other.end and other.start <= one.end
