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
    from wakeyscan.scanner import batches, repository_paths
    from wakeyscan.sources import Source
    from wakeyscan.suppression import policy
else:
    # A hook on a few clean files needs none of these.
    batches = lazy_import("wakeyscan.scanner.batches")
    policy = lazy_import("wakeyscan.suppression.policy")
    repository_paths = lazy_import("wakeyscan.scanner.repository_paths")

OpenTarget = tuple["Source", Iterable[str | Skipped]]
"""A source, and the units that it lists for one target."""

_Documents = Iterable[Document | Skipped]
_ReadUnit = Callable[[str], _Documents]
_ScanMany = Callable[[Iterator[str], ScanContext], Iterator["ScanResult"]]

_INTERRUPTED = "interrupted before everything was scanned"

_FEW_UNITS = 256
"""Units that are scanned one by one; more are scanned in batches."""


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
        scan_many, finish = None, _build_finish(source, options.policy)
        context = context._replace(open_lfs_object=build_lfs_opener(source.PARALLEL))
        if source.PARALLEL:
            units = paths.filter(units)
            scan_many = partial(_scan_many, source, options)
        else:  # its units are not paths, so the paths of its documents are filtered
            read = partial(_read_filtered, paths, read)
        yield map(finish, scan_units(units, read, context, scan_many))


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


def _scan_many(
    source: Source, options: ScanOptions, units: Iterator[str], context: ScanContext
) -> Iterator[ScanResult]:
    scan = batches.BatchScan(source.read_documents, options.source, options.rules, options.jobs)
    return scan.scan(units, context)


def scan_units(
    units: Iterable[str | Skipped],
    read: _ReadUnit,
    context: ScanContext,
    scan_many: _ScanMany | None,
) -> Iterator[ScanResult]:
    """Yield the results of all units: few are scanned one by one, many by `scan_many`.

    Without it, all are scanned one by one.
    """
    skipped: list[Skipped] = []
    names = _split_skipped(units, skipped)
    first = list(islice(names, _FEW_UNITS + 1)) if scan_many else []
    if scan_many and len(first) > _FEW_UNITS:
        yield from scan_many(chain(first, names), context)
    else:
        for documents in _read_ahead(map(read, chain(first, names)), context.prefilter):
            yield scan_documents(documents, context)
    yield scan_documents(skipped, context)  # their names may contain secrets too


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
