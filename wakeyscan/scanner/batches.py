"""Scan of many units in batches: the first ones in this process, the others in worker processes.

A tight loop finds the files with an anchor in a batch, and only these are scanned one by one.
Only names and numbers pass between processes: no document, and no secret.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, islice

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.context import build_lfs_opener, build_scan_context
from wakeyscan.scanner.detector import MatchFound
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN
from wakeyscan.scanner.scan_result import Coverage, ScanResult, merge_results
from wakeyscan.sources.file_prefilter import prefilter_files

if TYPE_CHECKING:
    from wakeyscan.core import worker_pool
    from wakeyscan.core.document import Document
    from wakeyscan.rules.rule import RuleFolder
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.sources.options import SourceOptions
else:
    worker_pool = lazy_import("wakeyscan.core.worker_pool")  # most scans need no workers

BatchResult = tuple[ScanResult, list[str]]
"""The result of the units without findings, and the names of the units with findings."""

_ReadDocuments = Callable[[str, "SourceOptions"], Iterator["Document | Skipped"]]

_BATCH_SIZE = 200
"""Units of a batch, which is a task of a worker."""

_MANY_BATCHES = 8
"""Number of remaining batches for which workers, which start in 0.03 s, pay off immediately."""

_MIN_SECONDS = 0.3
"""Expected seconds for fewer remaining batches from which workers pay off."""


class BatchScan(NamedTuple):
    """A scan of the units of a source, which are paths (`Source.PARALLEL`)."""

    read: _ReadDocuments
    options: SourceOptions
    rules: RuleFolder
    jobs: int
    """Number of processes; 0: one per processor, if there is enough to scan."""

    def scan(self, units: Iterator[str], context: ScanContext) -> Iterator[ScanResult]:
        """Yield the results of all units."""
        batches = iter(lambda: list(islice(units, _BATCH_SIZE)), [])
        jobs = self.jobs or worker_pool.count_processors()
        listed = list(islice(batches, _MANY_BATCHES)) if jobs > 1 else []
        batches = chain(listed, batches)
        are_many = jobs > 1 and (bool(self.jobs) or len(listed) == _MANY_BATCHES)
        context.prefilter.expect(LARGE_SCAN)
        start = time.monotonic()
        for number, batch in enumerate(batches):
            # The first batch loads the modules, which the workers then have in their memory.
            is_long = are_many or _is_long(time.monotonic() - start, number, len(listed))
            if number and jobs > 1 and is_long:
                yield from self._scan_in_workers(chain((batch,), batches), jobs, context)
            else:
                yield from self._scan_batch(batch, context)

    def _scan_batch(self, units: list[str], context: ScanContext) -> Iterator[ScanResult]:
        result, remaining = self.prefilter_batch(units, context)
        yield result
        for unit in remaining:
            yield self.scan_unit(unit, context)

    def prefilter_batch(
        self, units: list[str], context: ScanContext
    ) -> tuple[ScanResult, list[str]]:
        """Return the result of the units without an anchor, and the names of the others."""
        clean = prefilter_files(units, self.options, context.prefilter.searches)
        context.prefilter.add_searched(clean.clean_bytes)
        return ScanResult(coverage=Coverage(clean.clean_files, clean.clean_bytes)), clean.remaining

    def scan_unit(self, unit: str, context: ScanContext) -> ScanResult:
        """Return the result of one unit; raise `MatchFound` if the context asks for it."""
        return scan_documents(self.read(unit, self.options), context)

    def _scan_in_workers(
        self, batches: Iterator[list[str]], jobs: int, context: ScanContext
    ) -> Iterator[ScanResult]:
        """Yield the results of batches from worker processes.

        Workers return no findings, since a secret leaves a process only in a report. They name the
        units with a match, and this process scans these units again.
        """
        shared = context if worker_pool.shares_memory() else None
        build_worker = partial(_build_worker, self, shared)
        for result, with_findings in worker_pool.run_tasks(batches, build_worker, jobs):
            yield result
            for unit in with_findings:
                yield _check_unchanged(unit, self.scan_unit(unit, context))


def _is_long(seconds: float, done: int, batches: int) -> bool:
    """Return whether the remaining batches take long, if they take as long as those done."""
    return done > 0 and seconds * (batches - done) >= done * _MIN_SECONDS


def _build_worker(
    scan: BatchScan, shared: ScanContext | None
) -> Callable[[list[str]], BatchResult]:
    """Return the scan of batches, built in the worker itself; `shared` is the parent's context.

    The arguments can be pickled, as macOS and Windows require; a context cannot.
    """
    scan = scan._replace(options=scan.options._replace(counts_lines=False))
    context = shared or build_scan_context(load_rules(scan.rules), scan.options)
    open_object = build_lfs_opener(on_disk=True)
    context = context._replace(open_lfs_object=open_object, stops_at_match=True)
    context.prefilter.expect(LARGE_SCAN)
    return partial(_find_units_with_matches, scan, context)


def _find_units_with_matches(
    scan: BatchScan, context: ScanContext, units: list[str]
) -> BatchResult:
    """Scan a batch in a worker: return the result of the units without a match, and the others."""
    result, remaining = scan.prefilter_batch(units, context)
    results, with_findings = [result], []
    for unit in remaining:
        try:
            result = scan.scan_unit(unit, context)
        except MatchFound:
            with_findings.append(unit)
            continue
        if result.findings:  # in its name
            with_findings.append(unit)
        else:
            results.append(result)
    return merge_results(results), with_findings


def _check_unchanged(unit: str, result: ScanResult) -> ScanResult:
    """Return the second result of a unit in which a worker found a secret."""
    if result.findings or result.skipped:
        return result
    return result._replace(
        skipped=(Skipped(Origin(unit), "changed during the scan; scan it again"),)
    )
