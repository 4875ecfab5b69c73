"""Results of a scan: findings, skipped items and coverage, merged and sorted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.scanner import listed_findings
else:
    listed_findings = lazy_import("wakeyscan.scanner.listed_findings")  # few runs have so many

_MAX_LISTED = 3
"""Number of similar skipped items that are listed; two or more further items become a summary."""

_NUMBER = r"\d+(?:[.,]\d+)*"


class Coverage(NamedTuple):
    """How much was scanned."""

    documents: int = 0
    bytes: int = 0
    excluded: int = 0
    """Files that the user's configuration excludes; they do not make a scan incomplete."""

    def plus(self, other: Coverage) -> Coverage:
        """Return the sum of both."""
        return Coverage(*(one + two for one, two in zip(self, other, strict=True)))


class ScanResult(NamedTuple):
    """The findings in some documents, the skipped items, and the coverage."""

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    coverage: Coverage = Coverage()
    interrupted: bool = False
    """Whether the user stopped the scan; a gap reports that the rest is missing."""


def merge_results(results: Iterable[ScanResult]) -> ScanResult:
    """Return one result with everything in `results`, in order."""
    results = list(results)
    if len(results) == 1:
        return results[0]
    coverage = Coverage()
    for result in results:
        coverage = coverage.plus(result.coverage)
    return ScanResult(
        tuple(chain.from_iterable(result.findings for result in results)),
        tuple(chain.from_iterable(result.skipped for result in results)),
        coverage,
    )


class ResultCollector:
    """Collects results and sorts them; a finding counts once, even if its file was named twice."""

    def __init__(self, max_findings: int) -> None:
        """Take the maximum number of findings per file; a run has limits too."""
        self._max_findings = max_findings
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._skipped: dict[Skipped, None] = {}
        self._coverage = Coverage()

    def add(self, result: ScanResult) -> None:
        """Add a result."""
        for finding in result.findings:
            self._findings[build_sort_key(finding)] = finding
        if len(self._findings) > 4 * self._max_findings:
            self._drop_last()
        self._skipped.update(dict.fromkeys(result.skipped))
        self._coverage = self._coverage.plus(result.coverage)

    def build(self) -> ScanResult:
        """Return the sum of the added results, sorted by path and position."""
        self._drop_last()
        ordered = sorted(self._findings.items(), key=itemgetter(0))
        findings = (finding for _, finding in ordered)
        skipped = sorted(self._skipped, key=lambda item: (*item.origin[:2], item.reason))
        return ScanResult(tuple(findings), tuple(skipped), self._coverage)

    def _drop_last(self) -> None:
        """Drop the findings over the limits of a run, always the last ones of their order."""
        if len(self._findings) <= self._max_findings:
            return
        limit = listed_findings.build_run_limit(self._max_findings)
        ordered = (self._findings[key] for key in sorted(self._findings))
        self._findings = {build_sort_key(item): item for item in limit.list_findings(ordered)}
        self._skipped.update(dict.fromkeys(limit.list_skipped(Origin(""))))


def build_sort_key(finding: Finding) -> tuple[object, ...]:
    """Return the sort key of a finding; with it, the same input gives the same report."""
    return (*finding.origin[:2], *finding.position, finding.rule, finding.secret.fingerprint)


def count_skipped(skipped: Iterable[Skipped]) -> int:
    """Return the number of skipped items, including those that a summary represents."""
    return sum(item.times for item in skipped)


def summarize_skipped(skipped: Iterable[Skipped], file: Origin) -> tuple[Skipped, ...]:
    """Return the first items of each kind, and a summary of the others, which names `file`.

    Items are of the same kind if their reasons differ only in numbers.
    """
    kinds: dict[str, list[Skipped]] = {}
    for item in dict.fromkeys(skipped):
        kinds.setdefault(re.sub(_NUMBER, "…", item.reason), []).append(item)
    return tuple(item for kind, items in kinds.items() for item in _shorten(kind, items, file))


def _shorten(kind: str, items: list[Skipped], file: Origin) -> Iterator[Skipped]:
    listed, rest = items[:_MAX_LISTED], items[_MAX_LISTED:]
    if len(rest) < 2:
        yield from items
        return
    yield from listed
    has_one_reason = len({item.reason for item in rest}) == 1
    count = count_skipped(rest)
    reason = f"{count:,} more members: {rest[0].reason if has_one_reason else kind}"
    gap, opaque = any(item.gap for item in rest), all(item.opaque for item in rest)
    yield Skipped(file, reason, gap, count, opaque)
