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
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.strategy import HUGE_SCAN
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

_SECONDS_HERE = 0.2
"""Seconds of scanning in this process after which workers, which start in 0.05 s, pay off."""


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
        start, seconds_here = time.monotonic(), 0.0 if self.jobs else _SECONDS_HERE
        for batch in batches:
            if jobs > 1 and time.monotonic() - start >= seconds_here:
                yield from self._scan_in_workers(chain((batch,), batches), jobs, context)
            else:
                yield from (result for _, result in self.scan_batch(batch, context))

    def scan_batch(
        self, units: list[str], context: ScanContext
    ) -> Iterator[tuple[str, ScanResult]]:
        """Yield the result of each unit with an anchor, and that of all others without a name."""
        clean = prefilter_files(units, self.options, context.prefilter.searches)
        context.prefilter.add_searched(clean.clean_bytes)
        yield "", ScanResult(coverage=Coverage(clean.clean_files, clean.clean_bytes))
        for unit in clean.remaining:
            yield unit, self._scan_unit(unit, context)

    def _scan_unit(self, unit: str, context: ScanContext) -> ScanResult:
        return scan_documents(self.read(unit, self.options), context)

    def _scan_in_workers(
        self, batches: Iterator[list[str]], jobs: int, context: ScanContext
    ) -> Iterator[ScanResult]:
        """Yield the results of batches from worker processes.

        Workers return no findings, since a secret leaves a process only in a report. They name the
        units with findings, and this process scans these units again.
        """
        build_worker = partial(_build_worker, self)
        for result, with_findings in worker_pool.run_tasks(batches, build_worker, jobs):
            yield result
            for unit in with_findings:
                yield _check_unchanged(unit, self._scan_unit(unit, context))


def _build_worker(scan: BatchScan) -> Callable[[list[str]], BatchResult]:
    """Return the scan of batches, built in the worker itself.

    The argument can be pickled, as macOS and Windows require; a context cannot.
    """
    scan = scan._replace(options=scan.options._replace(counts_lines=False))
    context = build_scan_context(load_rules(scan.rules), scan.options)
    context = context._replace(open_lfs_object=build_lfs_opener(on_disk=True))
    context.prefilter.expect(HUGE_SCAN)

    def scan_batch(units: list[str]) -> BatchResult:
        with_findings: list[str] = []
        results: list[ScanResult] = []
        for unit, result in scan.scan_batch(units, context):
            if result.findings:
                with_findings.append(unit)
            else:
                results.append(result)
        return merge_results(results), with_findings

    return scan_batch


def _check_unchanged(unit: str, result: ScanResult) -> ScanResult:
    """Return the second result of a unit in which a worker found a secret."""
    if result.findings or result.skipped:
        return result
    return result._replace(
        skipped=(Skipped(Origin(unit), "changed during the scan; scan it again"),)
    )
