"""Scans targets with all rules and decoders, in as many processes as the options allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from wakeyscan.core.document import Document, Skipped
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.worker_pool import count_processors
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors.extractor import Limits
from wakeyscan.git import worktree
from wakeyscan.rules.loader import load_rules
from wakeyscan.rules.rule import Rule, RuleFolder
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.documents import ScanResult, scan_documents
from wakeyscan.scanner.pipeline import ParallelScan, scan_units
from wakeyscan.scanner.prefilter.strategy import MANY
from wakeyscan.scanner.workers import BatchScan, build_batch_scan, scan_in_workers
from wakeyscan.sources import ParallelSource, PrefilterFiles, ReadDocuments, Source
from wakeyscan.sources.options import PathFilter, SourceOptions
from wakeyscan.suppression.policy import Policy, build_policy_filter

if TYPE_CHECKING:
    from wakeyscan.git import lfs
else:
    lfs = lazy_import("wakeyscan.git.lfs")  # only a pointer needs it

OpenTarget = tuple[Source, Iterable[str | Skipped]]
"""A source, and the units that it lists of one target."""


class ScanOptions(NamedTuple):
    """How targets are scanned."""

    source: SourceOptions = SourceOptions()
    rules: RuleFolder = ""
    """A folder of additional rules, or empty."""
    jobs: int = 0
    """Number of processes; 0: one per processor."""
    policy: Policy = Policy()


def scan_targets(
    targets: Iterable[OpenTarget], options: ScanOptions, context: ScanContext, paths: PathFilter
) -> Iterator[ScanResult]:
    """Yield the results of all units of all targets; `paths` counts the excluded files."""
    apply_policy = build_policy_filter(options.policy)
    for source, units in targets:
        read = partial(source.read_documents, options=options.source)
        top = ""
        context = context._replace(kept=_build_lfs_opener(source.PARALLEL))
        if source.PARALLEL:
            parallel = _build_parallel_scan(cast("ParallelSource", source), options)
            results = scan_units(paths.filter(units), read, context, parallel)
        else:  # its units are no paths; the paths of their documents are filtered instead
            results = scan_units(units, partial(_read_filtered, paths, read), context, None)
            top = worktree.find_work_tree(".") or ""
        for result in results:
            yield result._replace(findings=apply_policy(result.findings, top))


def build_scan_context(rules: tuple[Rule, ...], options: SourceOptions) -> ScanContext:
    """Return a context for rules, with all decoders and the size limit of the options."""
    context = build_context(rules, DECODERS)
    return context._replace(bounds=Limits(largest=options.max_file_size))


def _build_lfs_opener(on_disk: bool) -> Callable[[str, str], BinaryIO | None]:
    """Return an opener of LFS content that is built at the first pointer."""
    build = cache(lambda: lfs.build_lfs_opener(on_disk))
    return lambda path, oid: build()(path, oid)


def _read_filtered(
    paths: PathFilter, read: Callable[[str], Iterable[Document | Skipped]], unit: str
) -> Iterator[Document | Skipped]:
    return paths.filter(read(unit), worktree.find_work_tree(".") or "")


def _build_parallel_scan(source: ParallelSource, options: ScanOptions) -> ParallelScan | None:
    jobs = options.jobs or count_processors()
    if jobs < 2:
        return None
    build_worker = partial(
        _build_worker, source.prefilter_files, source.read_documents, options.rules, options.source
    )
    return partial(scan_in_workers, build_worker=build_worker, jobs=jobs)


def _build_worker(
    sift: PrefilterFiles, read: ReadDocuments, rules: RuleFolder, options: SourceOptions
) -> BatchScan:
    """Build the scan of batches, in the worker.

    The arguments can be pickled, as macOS and Windows need; a context or a module cannot.
    """
    context = build_scan_context(load_rules(rules), options)
    context = context._replace(kept=_build_lfs_opener(on_disk=True))
    context.prefilter.expect(MANY)
    searches = context.prefilter.looks()
    return build_batch_scan(
        lambda units: sift(units, options, searches),
        lambda unit: scan_documents(read(unit, options), context),
    )
