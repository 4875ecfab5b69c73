"""Scan of many units in worker processes.

Only names and numbers pass between processes: no document, and no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from wakeyscan.core.worker_pool import count_processors, run_tasks
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.context import build_lfs_opener, build_scan_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.strategy import HUGE_SCAN
from wakeyscan.scanner.scan_result import Coverage, ScanResult
from wakeyscan.sources.file_prefilter import prefilter_files

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.rules.rule import RuleFolder
    from wakeyscan.sources import Source
    from wakeyscan.sources.options import SourceOptions

BatchResult = tuple[ScanResult, list[str]]
"""The result of the units without findings, and the names of the units with findings."""

ParallelScan = Callable[[Iterator[str]], Iterator[BatchResult]]
"""Scans units in worker processes."""

_ReadDocuments = Callable[[str, "SourceOptions"], Iterator["Document | Skipped"]]
_BatchScan = Callable[[list[str]], BatchResult]

_BATCH_SIZE = 200
"""Units per task of a worker."""


def build_parallel_scan(
    source: Source, options: SourceOptions, rules: RuleFolder, jobs: int
) -> ParallelScan | None:
    """Return a scan of files in `jobs` processes (0: one per processor); `None` if it is only one.

    Only a source of paths can be scanned in parallel (`Source.PARALLEL`).
    """
    jobs = jobs or count_processors()
    if jobs < 2:
        return None
    options = options._replace(counts_lines=False)
    build_worker = partial(_build_worker, source.read_documents, rules, options)

    def scan_in_workers(units: Iterator[str]) -> Iterator[BatchResult]:
        batches = iter(lambda: list(islice(units, _BATCH_SIZE)), [])
        return run_tasks(batches, build_worker, jobs)

    return scan_in_workers


def _build_worker(read: _ReadDocuments, rules: RuleFolder, options: SourceOptions) -> _BatchScan:
    """Return the scan of batches, built in the worker itself.

    The arguments can be pickled, as macOS and Windows require; a context or a module cannot.
    """
    context = build_scan_context(load_rules(rules), options)
    context = context._replace(open_lfs_object=build_lfs_opener(on_disk=True))
    context.prefilter.expect(HUGE_SCAN)
    searches = context.prefilter.searches
    return _build_batch_scan(
        lambda units: prefilter_files(units, options, searches),
        lambda unit: scan_documents(read(unit, options), context),
    )


def _build_batch_scan(
    prefilter: Callable[[list[str]], tuple[int, int, list[str]]],
    scan_unit: Callable[[str], ScanResult],
) -> _BatchScan:
    """Return a function that prefilters the units of a batch, then scans the remaining ones."""

    def scan_batch(units: list[str]) -> BatchResult:
        with_findings: list[str] = []
        skipped: list[Skipped] = []
        documents, size, remaining = prefilter(units)
        for unit in remaining:
            result = scan_unit(unit)
            if result.findings:
                with_findings.append(unit)
                continue
            documents += result.coverage.documents
            size += result.coverage.bytes
            skipped += result.skipped
        return ScanResult((), tuple(skipped), Coverage(documents, size)), with_findings

    return scan_batch
