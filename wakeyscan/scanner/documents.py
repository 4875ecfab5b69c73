"""Looks at the documents of a unit, and into those that are containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import OutOfPatience
from wakeyscan.core.finding import Finding
from wakeyscan.extractors.file_types import format_of
from wakeyscan.scanner.context import Lens
from wakeyscan.scanner.detector import examine, examine_name
from wakeyscan.scanner.prefilter.keywords import Hit
from wakeyscan.scanner.result import Coverage

if TYPE_CHECKING:
    from wakeyscan.extractors.base import Budget
    from wakeyscan.scanner.embedded import Enclosed

MOST_IN_ONE = 10_000
"""Findings of one document that are listed; what is over is said."""

_TOO_MANY = f"has over {MOST_IN_ONE:,} findings; the rest is left"


class Looked(NamedTuple):
    """What came of looking at some units."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    coverage: Coverage = Coverage()

    def plus(self, other: Looked) -> Looked:
        """Add up two looks."""
        return Looked(
            self.findings + other.findings,
            self.skipped + other.skipped,
            self.coverage.plus(other.coverage),
        )


def look_at(items: Iterable[Document | Skipped], through: Lens) -> Looked:
    """Look at the documents of one unit, and at all that is in them."""
    rest = Rest(items)
    looks = [(item.origin, _look_at(item, rest, through)) for item in rest]
    looked = total(look for _, look in looks)
    if len(looked.skipped) < 2:
        return looked
    return looked._replace(skipped=tuple(_summed(looks, through)))


def _summed(looks: Iterable[tuple[Origin, Looked]], through: Lens) -> Iterator[Skipped]:
    """Sum up what is alike in each file, all of its windows together."""
    from wakeyscan.scanner.result import (
        summed,  # which what is looked at without a word does not need
    )

    by_file: dict[Origin, list[Skipped]] = {}
    for origin, looked in looks:
        if looked.skipped:
            by_file.setdefault(examine_name(origin, through)[0], []).extend(looked.skipped)
    for file, skipped in by_file.items():
        yield from summed(skipped, file)


def total(looks: Iterable[Looked]) -> Looked:
    """Add up many looks."""
    looks = list(looks)
    if len(looks) == 1:
        return looks[0]
    coverage = Coverage()
    for looked in looks:
        coverage = coverage.plus(looked.coverage)
    findings = chain.from_iterable(looked.findings for looked in looks)
    return Looked(
        tuple(findings), tuple(item for looked in looks for item in looked.skipped), coverage
    )


class Rest:
    """What is left of a unit's documents; who wants windows alone leaves the others there."""

    def __init__(self, items: Iterable[Document | Skipped]) -> None:
        self._items = iter(items)
        self._ahead: Document | Skipped | None = None

    def __iter__(self) -> Iterator[Document | Skipped]:
        while (item := self._next()) is not None:
            yield item

    def window(self) -> Document | None:
        """Take the next item if it goes on with the document before it."""
        self._ahead = self._next()
        if not isinstance(self._ahead, Document) or _begins(self._ahead):
            return None
        window, self._ahead = self._ahead, None
        return window

    def _next(self) -> Document | Skipped | None:
        item, self._ahead = self._ahead, None
        return item if item is not None else next(self._items, None)


def _begins(document: Document) -> bool:
    return not (document.own and document.own[0])


def _look_at(item: Document | Skipped, rest: Rest, through: Lens) -> Looked:
    if isinstance(item, Document) and _begins(item) and not item.origin.part:
        form = format_of(item.content, len(item.content))
        if form:
            return _look_into(item, form, rest, through)
    return _look(item, through)


def _look(item: Document | Skipped, through: Lens, budget: Budget | None = None) -> Looked:
    """Look at one document, or at one of its windows, as at any text.

    `budget` is what is left for the container that it came out of.
    """
    origin, named = examine_name(item.origin, through)
    if isinstance(item, Skipped):
        return Looked(tuple(named), (item._replace(origin=origin),))
    findings = tuple(named) if item.new_name else ()
    low, high = item.own or (0, len(item.content))
    coverage = Coverage(int(low == 0), high - low)
    item = item._replace(origin=origin)
    hits = through.prefilter(item.content)
    if not hits:
        return Looked(findings, (), coverage)
    from wakeyscan.scanner.embedded import (
        Enclosed,  # as much as follows: nothing that a clean file pays
    )

    enclosed = Enclosed(item, through, budget)
    try:
        found = _found(item, through, hits, enclosed)
    except OutOfPatience as error:
        return Looked(findings, (Skipped(origin, str(error)), *enclosed.skipped), coverage)
    skipped = (Skipped(origin, _TOO_MANY),) if len(found) > MOST_IN_ONE else ()
    return Looked((*findings, *found[:MOST_IN_ONE]), (*skipped, *enclosed.skipped), coverage)


def _found(document: Document, through: Lens, hits: list[Hit], enclosed: Enclosed) -> list[Finding]:
    found = examine(document, through, hits, enclosed)
    if not found or document.before is None:
        return found
    from wakeyscan.scanner.embedded import Enclosed
    from wakeyscan.scanner.new_findings import new_only

    def examined(past: Document) -> list[Finding]:
        return examine(past, through, opener=Enclosed(past, through))

    return list(new_only(found, document, examined))


def _look_into(first: Document, form: str, rest: Rest, through: Lens) -> Looked:
    """Look at a container, of which `first` is all or the beginning, and at what is in it."""
    from wakeyscan.core.chunks import Whole
    from wakeyscan.extractors import (
        extract,  # which few files need, and nothing of it those that do not
    )
    from wakeyscan.extractors.base import Budget

    own: list[Looked] = []
    whole = Whole(first, rest.window, lambda window: own.append(_look(_alone(window), through)))
    kept = partial(through.kept, first.origin.path) if through.kept else None
    budget = Budget(through.bounds, lambda: whole.size, kept)
    origin = examine_name(first.origin, through)[0]
    inside: list[Finding] = []
    outside: list[Finding] = []
    skipped: list[Skipped] = []
    for item, packed in extract.members(origin, form, whole, budget):
        looked = _look(item, through, budget)
        (outside if packed else inside).extend(looked.findings)
        skipped += looked.skipped
        if len(inside) + len(outside) > MOST_IN_ONE:
            skipped.append(Skipped(origin, _TOO_MANY))
            break
    whole.drain()
    around = total(own)
    found = [*inside, *_not_among(inside, (*outside, *around.findings))]
    if first.before is not None:
        from wakeyscan.scanner.new_findings import new_only

        found = list(new_only(found, first, lambda past: look_at([_alone(past)], through).findings))
    return Looked(tuple(found), (*skipped, *around.skipped), around.coverage)


def _alone(document: Document) -> Document:
    return document._replace(before=None)


def _not_among(inside: list[Finding], outside: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what a container's own bytes show and nothing within it does.

    The others are the same keys; in a database, keys with whatever stands behind them there.
    """
    known = {finding.secret for finding in inside}
    for finding in outside:
        secret = finding.secret
        seen = secret in known or any(secret.begins_with(one) for one in known)
        if not seen or finding.origin.part == "name":
            yield finding
