"""Scan of targets: list their units, read the documents, scan each, and merge the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import chain, islice

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.scanner.context import ScanContext, build_lfs_opener
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.prefilter.strategy import LARGE_SCAN, Prefilter
from wakeyscan.scanner.scan_result import ResultCollector, ScanResult
from wakeyscan.sources.options import PathFilter, SourceOptions
from wakeyscan.suppression import Policy

if TYPE_CHECKING:
    from wakeyscan.rules.rule import RuleFolder
    from wakeyscan.scanner import repository_paths, workers
    from wakeyscan.scanner.workers import ParallelScan
    from wakeyscan.sources import Source
    from wakeyscan.suppression import policy
else:
    # A hook on a few clean files needs none of these.
    policy = lazy_import("wakeyscan.suppression.policy")
    repository_paths = lazy_import("wakeyscan.scanner.repository_paths")
    workers = lazy_import("wakeyscan.scanner.workers")

OpenTarget = tuple["Source", Iterable[str | Skipped]]
"""A source, and the units that it lists for one target."""

_Documents = Iterable[Document | Skipped]
_ReadUnit = Callable[[str], _Documents]
_BuildParallelScan = Callable[[], "ParallelScan | None"]

_INTERRUPTED = "interrupted before everything was scanned"

_MAX_UNITS_HERE = 256
"""Units that this process scans before it starts worker processes."""


class ScanOptions(NamedTuple):
    """How targets are scanned."""

    source: SourceOptions = SourceOptions()
    rules: RuleFolder = ""
    """A folder of additional rules, or empty."""
    jobs: int = 0
    """Number of processes; 0: one per processor."""
    policy: Policy = Policy()


def scan_targets(
    targets: Iterable[OpenTarget],
    options: ScanOptions,
    context: ScanContext,
    paths: PathFilter,
    on_result: Callable[[ScanResult], object],
) -> ScanResult:
    """Return the merged results of all units of all targets.

    In a work tree, paths are relative to its top. An interrupted scan returns what it has found.
    `paths` counts the excluded files. `on_result` is called for each partial result.
    """
    collector = ResultCollector(context.max_findings)
    try:
        for results in _start_scans(targets, options, context, paths):
            for result in results:
                on_result(result)
                collector.add(result)
    except KeyboardInterrupt:
        collector.add(ScanResult(skipped=(Skipped(Origin(""), _INTERRUPTED),)))
        return collector.build()._replace(interrupted=True)
    return collector.build()


def _start_scans(
    targets: Iterable[OpenTarget], options: ScanOptions, context: ScanContext, paths: PathFilter
) -> Iterator[Iterator[ScanResult]]:
    """Yield the results of the units of each target."""
    for source, units in targets:
        read = partial(source.read_documents, options=options.source)
        build_parallel, finish = None, _build_finish(source, options.policy)
        context = context._replace(open_lfs_object=build_lfs_opener(source.PARALLEL))
        if source.PARALLEL:
            units = paths.filter(units)
            build_parallel = partial(_build_parallel_scan, source, options)
        else:  # its units are not paths, so the paths of its documents are filtered
            read = partial(_read_filtered, paths, read)
        yield map(finish, scan_units(units, read, context, build_parallel))


def _build_finish(source: Source, config: Policy) -> Callable[[ScanResult], ScanResult]:
    """Return a function that applies the policy to results, and converts their paths."""
    apply_policy = policy.build_policy_filter(config) if config.has_effect else None
    # Paths of other sources than files are relative to the top of the work tree already.
    base = "" if source.PARALLEL else worktree.find_work_tree(".") or ""
    build_converter = cache(lambda: repository_paths.build_path_converter())

    def finish(result: ScanResult) -> ScanResult:
        if apply_policy:
            result = result._replace(findings=apply_policy(result.findings, base))
        if source.PARALLEL and (result.findings or result.skipped):
            result = build_converter()(result)
        return result

    return finish


def _build_parallel_scan(source: Source, options: ScanOptions) -> ParallelScan | None:
    return workers.build_parallel_scan(source, options.source, options.rules, options.jobs)


def scan_units(
    units: Iterable[str | Skipped],
    read: _ReadUnit,
    context: ScanContext,
    build_parallel: _BuildParallelScan | None,
) -> Iterator[ScanResult]:
    """Yield the results of all units: the first few from this process, the rest from workers.

    `build_parallel` is called if there are more units, and returns `None` without workers.
    """
    skipped: list[Skipped] = []
    names = _split_skipped(units, skipped)
    first_units = islice(names, _MAX_UNITS_HERE) if build_parallel else names
    for documents in _read_ahead(map(read, first_units), context.prefilter):
        yield scan_documents(documents, context)
    if build_parallel and (name := next(names, None)) is not None:
        yield from _scan_rest(chain((name,), names), read, context, build_parallel())
    yield scan_documents(skipped, context)  # their names may contain secrets too


def _scan_rest(
    units: Iterator[str], read: _ReadUnit, context: ScanContext, parallel: ParallelScan | None
) -> Iterator[ScanResult]:
    """Yield the results of units from workers, or from this process without workers.

    Workers return no findings, since a secret leaves a process only in a report. They name the
    units with findings, and this process scans these units again.
    """
    if parallel is None:
        yield from (scan_documents(read(unit), context) for unit in units)
        return
    for result, with_findings in parallel(units):
        yield result
        for unit in with_findings:
            yield _check_unchanged(unit, scan_documents(read(unit), context))


def _read_filtered(paths: PathFilter, read: _ReadUnit, unit: str) -> Iterator[Document | Skipped]:
    return paths.filter(read(unit), worktree.find_work_tree(".") or "")


def _split_skipped(units: Iterable[str | Skipped], skipped: list[Skipped]) -> Iterator[str]:
    for unit in units:
        if isinstance(unit, Skipped):
            skipped.append(unit)
        else:
            yield unit


def _read_ahead(units: Iterator[_Documents], prefilter: Prefilter) -> Iterator[_Documents]:
    """Yield the documents of units, after reading enough to choose the prefilter's strategy."""
    pending: list[_Documents] = []
    size = 0
    for documents in units:
        rest = iter(documents)
        started: list[Document | Skipped] = []
        while size < LARGE_SCAN and (item := next(rest, None)) is not None:
            started.append(item)
            size += len(item.content) if isinstance(item, Document) else 0
        pending.append(chain(started, rest))
        if size >= LARGE_SCAN:
            break
    prefilter.expect(size)
    yield from pending
    yield from units


def _check_unchanged(unit: str, result: ScanResult) -> ScanResult:
    """Return the second result of a unit in which a worker found a secret."""
    if result.findings or result.skipped:
        return result
    return result._replace(
        skipped=(Skipped(Origin(unit), "changed during the scan; scan it again"),)
    )
