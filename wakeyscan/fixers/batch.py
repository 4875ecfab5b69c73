"""Batches of fixes: the edits of many leaks, worked out on one content, that do not touch."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.fixer import Edit, Fix, NotFixable

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding


class LeftAlone(NamedTuple):
    """A leak that is not fixed."""

    finding: Finding
    reason: str


class Batch(NamedTuple):
    """Leaks that are fixed together, and the leaks between them that cannot be fixed."""

    fixed: tuple[Finding, ...] = ()
    fixes: tuple[Fix, ...] = ()
    left: tuple[LeftAlone, ...] = ()

    @property
    def edits(self) -> list[Edit]:
        """The edits of all fixes; those that add options to one command are one edit."""
        edits = dict.fromkeys(edit for fix in self.fixes for edit in fix.edits)
        options: dict[int, bytes] = {}
        for edit in edits:
            if edit.is_option:  # the fixes come from the end of the content
                options[edit.start] = edit.text + options.get(edit.start, b"")
        others = [edit for edit in edits if not edit.is_option]
        return others + [Edit(at, at, text, is_option=True) for at, text in options.items()]

    def join(self, other: Batch) -> Batch:
        """Return the outcomes of this batch, then those of another one."""
        return Batch(self.fixed + other.fixed, self.fixes + other.fixes, self.left + other.left)

    def refuse(self, reason: str) -> Batch:
        """Return the batch with its only fix refused."""
        left = [*self.left, *(LeftAlone(finding, reason) for finding in self.fixed)]
        return Batch(left=tuple(sorted(left, key=lambda one: one.finding.position, reverse=True)))


def build_batch(pending: Iterable[Finding], size: int, build: Callable[[Finding], Fix]) -> Batch:
    """Return the fixes of the next leaks, which come in the order of a content from its end.

    It ends before a leak whose edits touch those of another one: they are worked out again on the
    edited content. A fix without edits is a batch of its own.
    """
    fixed: list[Finding] = []
    fixes: list[Fix] = []
    left: list[LeftAlone] = []
    edits: list[Edit] = []
    for finding in pending:
        if len(fixes) >= size or (fixes and not edits):
            break
        try:
            fix = build(finding)
        except NotFixable as refused:
            left.append(LeftAlone(finding, str(refused)))
            continue
        added = [edit for edit in fix.edits if not _is_in(edits, edit)]
        if fixes and (not added or any(_touches(edits, edit) for edit in added)):
            break
        for edit in added:
            insort(edits, edit)
        fixed.append(finding)
        fixes.append(fix)
    return Batch(tuple(fixed), tuple(fixes), tuple(left))


def _is_in(edits: list[Edit], edit: Edit) -> bool:
    """Return whether sorted edits have one, such as the import that several leaks need."""
    at = bisect_left(edits, edit)
    return edits[at : at + 1] == [edit]


def _touches(edits: list[Edit], edit: Edit) -> bool:
    """Return whether an edit overlaps or is next to one of sorted edits, which are apart.

    Options of one command may be next to each other.
    """
    at = bisect_left(edits, edit)
    around = edits[max(at - 1, 0) : at + 1]
    return any(
        other.start <= edit.end
        and edit.start <= other.end
        and not (other.is_option and edit.is_option)
        for other in around
    )
