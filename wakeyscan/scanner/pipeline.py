"""The pipeline: units -> documents -> findings -> outcome. Sources are handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.finding import Finding
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.documents import ScanResult, scan_documents
from wakeyscan.scanner.prefilter.strategy import MORE, Prefilter
from wakeyscan.scanner.result import Coverage

Opened = Iterable[Document | Skipped]
Open = Callable[[str], Opened]
"""How to get the documents of a unit: a path, an object id, whatever a source lists."""

_FEW = 256
"""Units that are looked at right here before other processes are worth starting."""


ParallelScan = Callable[[Iterator[str]], Iterator[tuple[ScanResult, list[str]]]]
"""Looks at many units in other processes; gives what is done, and the units with findings."""


def scan_units(
    units: Iterable[str | Skipped],
    open_unit: Open,
    context: ScanContext,
    survey: ParallelScan | None,
) -> Iterator[ScanResult]:
    """Look at all units, the first few right here, the many others in other processes.

    Other processes do not hand findings over, since a secret leaves a process in reports only:
    they name the units that have some, and those are looked at again here.
    """
    told: list[Skipped] = []
    named = _only_units(units, told)
    few = map(open_unit, islice(named, _FEW) if survey else named)
    for documents in _read_ahead(few, context.prefilter):
        yield scan_documents(documents, context)
    if survey and (more := next(named, None)) is not None:
        for looked, worthy in survey(chain((more,), named)):
            yield looked
            for unit in worthy:
                yield _again(unit, scan_documents(open_unit(unit), context))
    yield scan_documents(told, context)  # their names may hold secrets, too


def _read_ahead(opened: Iterable[Opened], prefilter: Prefilter) -> Iterator[Opened]:
    """Yield what is opened; so much is read before that the prefilter knows if it is much."""
    rest = iter(opened)
    held: list[Opened] = []
    size = 0
    for documents in rest:
        items = iter(documents)
        begun: list[Document | Skipped] = []
        while size < MORE and (item := next(items, None)) is not None:
            begun.append(item)
            size += len(item.content) if isinstance(item, Document) else 0
        held.append(chain(begun, items))
        if size >= MORE:
            break
    prefilter.expect(size)
    yield from held
    yield from rest


def _only_units(units: Iterable[str | Skipped], told: list[Skipped]) -> Iterator[str]:
    for unit in units:
        if isinstance(unit, Skipped):
            told.append(unit)
        else:
            yield unit


def _again(unit: str, looked: ScanResult) -> ScanResult:
    if looked.findings or looked.skipped:
        return looked
    return looked._replace(skipped=(Skipped(Origin(unit), "changed while it was looked at"),))


def build_sort_key(finding: Finding) -> tuple[object, ...]:
    """Give what findings are sorted by, so that the same input gives the same bytes."""
    return (*finding.origin[:2], *finding.position, finding.rule, finding.secret.fingerprint)


def merge_sorted(looks: Iterable[ScanResult]) -> ScanResult:
    """Add up all looks, sorted by place, each finding once however often its file was named."""
    findings: dict[tuple[object, ...], Finding] = {}
    skipped: dict[Skipped, None] = {}
    coverage = Coverage()
    for looked in looks:
        findings.update((build_sort_key(finding), finding) for finding in looked.findings)
        skipped.update((item, None) for item in looked.skipped)
        coverage = coverage.plus(looked.coverage)
    ordered = tuple(findings[key] for key in sorted(findings))
    gaps = sorted(skipped, key=lambda item: (*item.origin[:2], item.reason))
    return ScanResult(ordered, tuple(gaps), coverage)
