"""Looks at targets, with all that is known to look with, over as many processors as are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from wakeyscan.config import config
from wakeyscan.core import registry
from wakeyscan.core.document import Document, Skipped
from wakeyscan.core.worker_pool import count_processors
from wakeyscan.decoders.registry import DecoderRegistry
from wakeyscan.extractors.extractor import Limits
from wakeyscan.git import worktree
from wakeyscan.git.lfs import build_lfs_opener
from wakeyscan.rules import loader, rule
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.documents import ScanResult, scan_documents
from wakeyscan.scanner.pipeline import ParallelScan, scan_units
from wakeyscan.scanner.prefilter.strategy import MANY
from wakeyscan.scanner.workers import Look, build_batch_scan, scan_in_workers
from wakeyscan.sources.options import PathFilter, SourceOptions
from wakeyscan.suppression import policy

if TYPE_CHECKING:
    pass

Opened = list[tuple[ModuleType, Iterable[str | Skipped]]]
"""Sources with the units that they list."""


def _lens(rules: tuple[rule.Rule, ...], scope: SourceOptions) -> ScanContext:
    return build_context(rules, DecoderRegistry())._replace(
        bounds=Limits(largest=scope.max_file_size)
    )


def _looks(
    opened: Opened, settings: config.Config, context: ScanContext, excluded: PathFilter
) -> Iterator[ScanResult]:
    heed = policy.build_policy_filter(settings.policy)
    for source, units in opened:
        read = partial(source.documents, scope=settings.scope)
        base = ""
        context = context._replace(kept=build_lfs_opener(source.PARALLEL))
        if source.PARALLEL:
            looks = scan_units(excluded.kept(units), read, context, _survey(source, settings))
        else:  # its units are no paths, so what they hold is told one by one
            looks = scan_units(units, partial(_kept, excluded, read), context, None)
            base = worktree.find_work_tree(".") or ""
        for looked in looks:
            yield looked._replace(findings=heed(looked.findings, base))


def _kept(
    excluded: PathFilter, read: Callable[[str], Iterable[Document | Skipped]], unit: str
) -> Iterator[Document | Skipped]:
    return excluded.kept(read(unit), worktree.find_work_tree(".") or "")


def _survey(source: ModuleType, settings: config.Config) -> ParallelScan | None:
    jobs = settings.jobs or count_processors()
    if jobs < 2:
        return None
    make_look = partial(_make_look, source.__name__, settings.rules, settings.scope)
    return partial(scan_in_workers, make_look=make_look, jobs=jobs)


def _make_look(source_name: str, rules: rule.RuleFolder, scope: SourceOptions) -> Look:
    """Make, in a worker, what it looks with."""
    from wakeyscan import sources

    source = registry.member(sources, source_name.rpartition(".")[2])
    context = _lens(loader.load_rules(rules), scope)._replace(
        kept=build_lfs_opener(source.PARALLEL)
    )
    context.prefilter.expect(MANY)
    looks = context.prefilter.looks()
    return build_batch_scan(
        lambda units: source.sift(units, scope, looks),
        lambda unit: scan_documents(source.documents(unit, scope), context),
    )
