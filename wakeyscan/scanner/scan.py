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
from wakeyscan.core.worker_pool import available
from wakeyscan.extractors.base import Bounds
from wakeyscan.git import worktree
from wakeyscan.rules import loader, rule
from wakeyscan.scanner.context import Lens, lens
from wakeyscan.scanner.documents import Looked, look_at
from wakeyscan.scanner.pipeline import Survey, gathered, look
from wakeyscan.scanner.prefilter.strategy import MANY
from wakeyscan.scanner.result import Outcome
from wakeyscan.scanner.workers import Look, batch_look, survey
from wakeyscan.sources.options import Exclusion, Scope
from wakeyscan.suppression import policy
from wakeyscan.suppression.ignore_file import IGNORE_FILE

if TYPE_CHECKING:
    from wakeyscan.decoders.base import Decoder
    from wakeyscan.scanner.base_suppressions import Precedents

Opened = list[tuple[ModuleType, Iterable[str | Skipped]]]
"""Sources with the units that they list."""


def inspect(
    command: str, targets: tuple[str, ...], opened: Opened, settings: config.Config
) -> Outcome:
    """Look at all units of all sources, and sum up what was found."""
    check(settings)
    rules = loader.load(settings.rules)
    policy.check(settings.policy, rules)
    excluded = Exclusion(settings.scope)
    through = _lens(rules, settings.scope)._replace(heed_foreign=settings.honor_foreign_ignores)
    through = through._replace(precedents=precedents(settings, through))
    looks = _looks(opened, settings, through, excluded)
    looked = gathered(Progress(sys.stderr, settings.quiet).follow(looks))
    coverage = looked.coverage._replace(excluded=excluded.count)
    outcome = Outcome(
        command,
        targets,
        policy.ruled(rules, settings.policy),
        looked.findings,
        looked.skipped,
        coverage,
        policy=settings.policy,
    )
    return asked_about(heeded(outcome, settings), settings)


def precedents(settings: config.Config, through: Lens) -> Precedents | None:
    """Give the keys that marks hid at the revision that decides on them, if one does."""
    if settings.revision is None:
        return None
    from wakeyscan.scanner.base_suppressions import (
        Precedents,  # git, which a scan of files may do without
    )

    return Precedents(settings.revision, through)


def heeded(outcome: Outcome, settings: config.Config, folder: str = ".") -> Outcome:
    """Mark what the ignore file of a folder's repository accepts.

    Raises `ConfigError` where a file that was named is missing. Entries count as unused only where
    the whole repository was looked at.
    """
    file = ignore_file(settings, folder)
    there, held = config_file.at_revision(file, settings.revision)
    here = os.path.lexists(file)
    if settings.ignore_file and not here and held is None:
        raise ConfigError(f"{file}: there is no such ignore file")
    if held is None and (there or not here):
        return outcome
    from datetime import UTC, datetime  # with what follows 6 ms that most hooks never pay

    from wakeyscan.suppression import ignore_file as ignorefile

    entries, today = ignorefile.read(file, held), datetime.now(UTC).date()
    findings, ignores = ignorefile.heed(outcome.findings, entries, today)
    top = worktree.work_tree(folder) or os.path.realpath(folder)
    whole = any(os.path.realpath(target) == top for target in outcome.targets)
    if not whole or str(outcome.restriction):
        ignores = ignores._replace(unused=0)
    return outcome._replace(findings=findings, ignores=ignores)


def ignore_file(settings: config.Config, folder: str = ".") -> str:
    """Say where accepted findings are kept: as was said, or at the top of the repository."""
    top = worktree.work_tree(folder) or folder
    return settings.ignore_file or os.path.relpath(os.path.join(top, IGNORE_FILE))


def check(settings: config.Config) -> None:
    """Refuse, before any work is done, an address that no key may be sent to."""
    if settings.asking.wanted:
        from wakeyscan.verification.verify import address

        address(settings.asking)


def asked_about(outcome: Outcome, settings: config.Config) -> Outcome:
    """Ask about the keys of an outcome, where that is wanted."""
    if not settings.asking.wanted:
        return outcome
    from wakeyscan.verification.rate_limit import Pace
    from wakeyscan.verification.verify import verified  # 10 ms that a hook never pays

    progress = Progress(sys.stderr, settings.quiet)
    pace = Pace(sleep=progress.sleep)
    try:
        return verified(outcome, settings.asking, progress.advance, pace)
    finally:
        progress.end()


class Wrappings(Mapping[str, "Decoder"]):
    """All decoders by the names of their files, each loaded when it is first wanted."""

    def __init__(self) -> None:
        self._names = registry.names(decoders)

    def __getitem__(self, name: str) -> Decoder:
        return cast("Decoder", registry.member(decoders, name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _lens(rules: tuple[rule.Rule, ...], scope: Scope) -> Lens:
    return lens(rules, Wrappings())._replace(bounds=Bounds(largest=scope.max_file_size))


def kept(on_disk: bool) -> Callable[[str, str], BinaryIO | None]:
    """Make what opens content that Git LFS keeps: of the repository that a file is in, or of ours.

    That is looked for, once for each repository, when the first pointer is met.
    """
    stores: dict[str, str] = {}

    def opened(path: str, oid: str) -> BinaryIO | None:
        from wakeyscan.git import command as git  # which only a pointer pays for
        from wakeyscan.git import lfs

        top = worktree.work_tree(os.path.dirname(path)) if on_disk else "."
        if top is None:
            return None
        if top not in stores:
            stores[top] = lfs.store_of(git.other(top) if on_disk else git.own())
        return lfs.opened(stores[top], oid)

    return opened


def _looks(
    opened: Opened, settings: config.Config, through: Lens, excluded: Exclusion
) -> Iterator[Looked]:
    heed = policy.heeder(settings.policy)
    for source, units in opened:
        read = partial(source.documents, scope=settings.scope)
        base = ""
        through = through._replace(kept=kept(source.PARALLEL))
        if source.PARALLEL:
            looks = look(excluded.kept(units), read, through, _survey(source, settings))
        else:  # its units are no paths, so what they hold is told one by one
            looks = look(units, partial(_kept, excluded, read), through, None)
            base = worktree.work_tree(".") or ""
        for looked in looks:
            yield looked._replace(findings=heed(looked.findings, base))


def _kept(
    excluded: Exclusion, read: Callable[[str], Iterable[Document | Skipped]], unit: str
) -> Iterator[Document | Skipped]:
    return excluded.kept(read(unit), worktree.work_tree(".") or "")


def _survey(source: ModuleType, settings: config.Config) -> Survey | None:
    jobs = settings.jobs or available()
    if jobs < 2:
        return None
    make_look = partial(_make_look, source.__name__, settings.rules, settings.scope)
    return partial(survey, make_look=make_look, jobs=jobs)


def _make_look(source_name: str, rules: rule.RuleFolder, scope: Scope) -> Look:
    """Make, in a worker, what it looks with."""
    from wakeyscan import sources

    source = registry.member(sources, source_name.rpartition(".")[2])
    through = _lens(loader.load(rules), scope)._replace(kept=kept(source.PARALLEL))
    through.prefilter.expect(MANY)
    looks = through.prefilter.looks()
    return batch_look(
        lambda units: source.sift(units, scope, looks),
        lambda unit: look_at(source.documents(unit, scope), through),
    )
