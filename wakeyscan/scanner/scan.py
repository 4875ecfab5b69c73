"""Looks at targets, with all that is known to look with, over as many processors as are wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO, cast

from wakeyscan import decoders
from wakeyscan.cli.progress import Progress
from wakeyscan.config import config, config_file
from wakeyscan.core import registry
from wakeyscan.core.document import Document, Skipped
from wakeyscan.core.errors import ConfigError
from wakeyscan.core.worker_pool import count_processors
from wakeyscan.extractors.base import Limits
from wakeyscan.git import worktree
from wakeyscan.rules import loader, rule
from wakeyscan.scanner.context import ScanContext, build_context
from wakeyscan.scanner.documents import ScanResult, scan_documents
from wakeyscan.scanner.pipeline import ParallelScan, merge_sorted, scan_units
from wakeyscan.scanner.prefilter.strategy import MANY
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.workers import Look, build_batch_scan, scan_in_workers
from wakeyscan.sources.options import PathFilter, SourceOptions
from wakeyscan.suppression import policy
from wakeyscan.suppression.ignore_file import IGNORE_FILE

if TYPE_CHECKING:
    from wakeyscan.decoders.base import Decoder
    from wakeyscan.scanner.base_suppressions import BaseSuppressions

Opened = list[tuple[ModuleType, Iterable[str | Skipped]]]
"""Sources with the units that they list."""


def inspect(
    command: str, targets: tuple[str, ...], opened: Opened, settings: config.Config
) -> RunResult:
    """Look at all units of all sources, and sum up what was found."""
    check(settings)
    rules = loader.load_rules(settings.rules)
    policy.check_policy(settings.policy, rules)
    excluded = PathFilter(settings.scope)
    context = _lens(rules, settings.scope)._replace(honor_foreign=settings.honor_foreign_ignores)
    context = context._replace(precedents=precedents(settings, context))
    looks = _looks(opened, settings, context, excluded)
    looked = merge_sorted(Progress(sys.stderr, settings.quiet).follow(looks))
    coverage = looked.coverage._replace(excluded=excluded.count)
    outcome = RunResult(
        command,
        targets,
        policy.apply_rule_overrides(rules, settings.policy),
        looked.findings,
        looked.skipped,
        coverage,
        policy=settings.policy,
    )
    return asked_about(heeded(outcome, settings), settings)


def precedents(settings: config.Config, context: ScanContext) -> BaseSuppressions | None:
    """Give the keys that marks hid at the revision that decides on them, if one does."""
    if settings.revision is None:
        return None
    from wakeyscan.scanner.base_suppressions import BaseSuppressions

    return BaseSuppressions(settings.revision, context)


def heeded(outcome: RunResult, settings: config.Config, folder: str = ".") -> RunResult:
    """Mark what the ignore file of a folder's repository accepts.

    Raises `ConfigError` where a file that was named is missing. Entries count as unused only where
    the whole repository was looked at.
    """
    file = ignore_file(settings, folder)
    there, held = config_file.read_at_revision(file, settings.revision)
    here = os.path.lexists(file)
    if settings.ignore_file and not here and held is None:
        raise ConfigError(f"{file}: there is no such ignore file")
    if held is None and (there or not here):
        return outcome
    from datetime import UTC, datetime  # with what follows 6 ms that most hooks never pay

    from wakeyscan.suppression import ignore_file as ignorefile

    entries, today = ignorefile.read_ignore_file(file, held), datetime.now(UTC).date()
    findings, ignores = ignorefile.apply_ignore_file(outcome.findings, entries, today)
    top = worktree.find_work_tree(folder) or os.path.realpath(folder)
    whole = any(os.path.realpath(target) == top for target in outcome.targets)
    if not whole or str(outcome.restriction):
        ignores = ignores._replace(unused=0)
    return outcome._replace(findings=findings, ignores=ignores)


def ignore_file(settings: config.Config, folder: str = ".") -> str:
    """Say where accepted findings are kept: as was said, or at the top of the repository."""
    top = worktree.find_work_tree(folder) or folder
    return settings.ignore_file or os.path.relpath(os.path.join(top, IGNORE_FILE))


def check(settings: config.Config) -> None:
    """Refuse, before any work is done, an address that no key may be sent to."""
    if settings.asking.wanted:
        from wakeyscan.verification.verify import build_endpoint

        build_endpoint(settings.asking)


def asked_about(outcome: RunResult, settings: config.Config) -> RunResult:
    """Ask about the keys of an outcome, where that is wanted."""
    if not settings.asking.wanted:
        return outcome
    from wakeyscan.verification.rate_limit import RateLimiter
    from wakeyscan.verification.verify import verify_result  # 10 ms that a hook never pays

    progress = Progress(sys.stderr, settings.quiet)
    pace = RateLimiter(sleep=progress.sleep)
    try:
        return verify_result(outcome, settings.asking, progress.advance, pace)
    finally:
        progress.end()


class DecoderRegistry(Mapping[str, "Decoder"]):
    """All decoders by the names of their files, each loaded when it is first wanted."""

    def __init__(self) -> None:
        self._names = registry.names(decoders)

    def __getitem__(self, name: str) -> Decoder:
        return cast("Decoder", registry.member(decoders, name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _lens(rules: tuple[rule.Rule, ...], scope: SourceOptions) -> ScanContext:
    return build_context(rules, DecoderRegistry())._replace(
        bounds=Limits(largest=scope.max_file_size)
    )


def build_lfs_opener(on_disk: bool) -> Callable[[str, str], BinaryIO | None]:
    """Make what opens content that Git LFS keeps: of the repository that a file is in, or of ours.

    That is looked for, once for each repository, when the first pointer is met.
    """
    stores: dict[str, str] = {}

    def opened(path: str, oid: str) -> BinaryIO | None:
        from wakeyscan.git import command as git  # which only a pointer pays for
        from wakeyscan.git import lfs

        top = worktree.find_work_tree(os.path.dirname(path)) if on_disk else "."
        if top is None:
            return None
        if top not in stores:
            stores[top] = lfs.find_store(git.open_foreign(top) if on_disk else git.open_own())
        return lfs.open_object(stores[top], oid)

    return opened


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
