"""Looks at the documents of a unit, and into those that are containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import Finding
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document, detect_in_name
from wakeyscan.scanner.prefilter.keywords import AnchorHit
from wakeyscan.scanner.result import Coverage

if TYPE_CHECKING:
    from wakeyscan.extractors.extractor import ExtractionBudget
    from wakeyscan.scanner.embedded import EmbeddedArchives

MAX_FINDINGS_PER_DOCUMENT = 10_000
"""Findings of one document that are listed; what is over is said."""

_TOO_MANY = f"has over {MAX_FINDINGS_PER_DOCUMENT:,} findings; the rest is left"


class ScanResult(NamedTuple):
    """What came of looking at some units."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    coverage: Coverage = Coverage()

    def plus(self, other: ScanResult) -> ScanResult:
        """Add up two looks."""
        return ScanResult(
            self.findings + other.findings,
            self.skipped + other.skipped,
            self.coverage.plus(other.coverage),
        )


def scan_documents(items: Iterable[Document | Skipped], context: ScanContext) -> ScanResult:
    """Look at the documents of one unit, and at all that is in them."""
    rest = DocumentStream(items)
    looks = [(item.origin, _look_at(item, rest, context)) for item in rest]
    looked = merge_results(look for _, look in looks)
    if len(looked.skipped) < 2:
        return looked
    return looked._replace(skipped=tuple(_summed(looks, context)))


def _summed(looks: Iterable[tuple[Origin, ScanResult]], context: ScanContext) -> Iterator[Skipped]:
    """Sum up what is alike in each file, all of its windows together."""
    from wakeyscan.scanner.result import summarize_skipped

    by_file: dict[Origin, list[Skipped]] = {}
    for origin, looked in looks:
        if looked.skipped:
            by_file.setdefault(detect_in_name(origin, context)[0], []).extend(looked.skipped)
    for file, skipped in by_file.items():
        yield from summarize_skipped(skipped, file)


def merge_results(looks: Iterable[ScanResult]) -> ScanResult:
    """Add up many looks."""
    looks = list(looks)
    if len(looks) == 1:
        return looks[0]
    coverage = Coverage()
    for looked in looks:
        coverage = coverage.plus(looked.coverage)
    findings = chain.from_iterable(looked.findings for looked in looks)
    return ScanResult(
        tuple(findings), tuple(item for looked in looks for item in looked.skipped), coverage
    )


class DocumentStream:
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


def _look_at(item: Document | Skipped, rest: DocumentStream, context: ScanContext) -> ScanResult:
    if isinstance(item, Document) and _begins(item) and not item.origin.part:
        form = detect_format(item.content, len(item.content))
        if form:
            return _look_into(item, form, rest, context)
    return _look(item, context)


def _look(
    item: Document | Skipped, context: ScanContext, budget: ExtractionBudget | None = None
) -> ScanResult:
    """Look at one document, or at one of its windows, as at any text.

    `budget` is what is left for the container that it came out of.
    """
    origin, named = detect_in_name(item.origin, context)
    if isinstance(item, Skipped):
        return ScanResult(tuple(named), (item._replace(origin=origin),))
    findings = tuple(named) if item.new_name else ()
    low, high = item.own or (0, len(item.content))
    coverage = Coverage(int(low == 0), high - low)
    item = item._replace(origin=origin)
    hits = context.prefilter(item.content)
    if not hits:
        return ScanResult(findings, (), coverage)
    from wakeyscan.scanner.embedded import EmbeddedArchives

    enclosed = EmbeddedArchives(item, context, budget)
    try:
        found = _found(item, context, hits, enclosed)
    except TimeoutExceeded as error:
        return ScanResult(findings, (Skipped(origin, str(error)), *enclosed.skipped), coverage)
    skipped = (Skipped(origin, _TOO_MANY),) if len(found) > MAX_FINDINGS_PER_DOCUMENT else ()
    return ScanResult(
        (*findings, *found[:MAX_FINDINGS_PER_DOCUMENT]), (*skipped, *enclosed.skipped), coverage
    )


def _found(
    document: Document, context: ScanContext, hits: list[AnchorHit], enclosed: EmbeddedArchives
) -> list[Finding]:
    found = detect_in_document(document, context, hits, enclosed)
    if not found or document.before is None:
        return found
    from wakeyscan.scanner.embedded import EmbeddedArchives
    from wakeyscan.scanner.new_findings import keep_new

    def examined(past: Document) -> list[Finding]:
        return detect_in_document(past, context, opener=EmbeddedArchives(past, context))

    return list(keep_new(found, document, examined))


def _look_into(
    first: Document, form: str, rest: DocumentStream, context: ScanContext
) -> ScanResult:
    """Look at a container, of which `first` is all or the beginning, and at what is in it."""
    from wakeyscan.core.chunks import ChunkStream
    from wakeyscan.extractors import (
        extract,  # which few files need, and nothing of it those that do not
    )
    from wakeyscan.extractors.extractor import ExtractionBudget

    own: list[ScanResult] = []
    whole = ChunkStream(
        first, rest.window, lambda window: own.append(_look(_alone(window), context))
    )
    kept = partial(context.kept, first.origin.path) if context.kept else None
    budget = ExtractionBudget(context.bounds, lambda: whole.size, kept)
    origin = detect_in_name(first.origin, context)[0]
    inside: list[Finding] = []
    outside: list[Finding] = []
    skipped: list[Skipped] = []
    for item, packed in extract.extract_members(origin, form, whole, budget):
        looked = _look(item, context, budget)
        (outside if packed else inside).extend(looked.findings)
        skipped += looked.skipped
        if len(inside) + len(outside) > MAX_FINDINGS_PER_DOCUMENT:
            skipped.append(Skipped(origin, _TOO_MANY))
            break
    whole.drain()
    around = merge_results(own)
    found = [*inside, *_not_among(inside, (*outside, *around.findings))]
    if first.before is not None:
        from wakeyscan.scanner.new_findings import keep_new

        found = list(
            keep_new(found, first, lambda past: scan_documents([_alone(past)], context).findings)
        )
    return ScanResult(tuple(found), (*skipped, *around.skipped), around.coverage)


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
