"""Looks at targets, with all that is known to look with, over as many processors as are wanted."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType
from typing import cast

from wakeyscan import config, decoders, family, git, rule
from wakeyscan.examine import Lens, lens
from wakeyscan.exclusion import Exclusion
from wakeyscan.finding import Document, Skipped
from wakeyscan.layer import Decoder
from wakeyscan.outcome import Outcome
from wakeyscan.prefilter import MANY
from wakeyscan.processes import available
from wakeyscan.progress import Progress
from wakeyscan.scan import Looked, Survey, gathered, look, look_at
from wakeyscan.scope import Scope
from wakeyscan.workers import Look, batch_look, survey

Opened = list[tuple[ModuleType, Iterable[str | Skipped]]]
"""Sources with the units that they list."""


def inspect(
    command: str, targets: tuple[str, ...], opened: Opened, settings: config.Config
) -> Outcome:
    """Look at all units of all sources, and sum up what was found."""
    rules = rule.load(settings.rules)
    excluded = Exclusion(settings.scope)
    looks = _looks(opened, settings, lens(rules, wrappings()), excluded)
    looked = gathered(Progress(sys.stderr, settings.quiet).follow(looks))
    coverage = looked.coverage._replace(excluded=excluded.count)
    outcome = Outcome(command, targets, rules, looked.findings, looked.skipped, coverage)
    return asked_about(outcome, settings)


def asked_about(outcome: Outcome, settings: config.Config) -> Outcome:
    """Ask about the keys of an outcome, where that is wanted."""
    if not (settings.asking.verify or settings.asking.plan):
        return outcome
    from wakeyscan.verification import verified  # 10 ms that a hook never pays

    progress = Progress(sys.stderr, settings.quiet)
    try:
        return verified(outcome, settings.asking, progress.advance)
    finally:
        progress.end()


def wrappings() -> list[Decoder]:
    """Load all decoders."""
    return [cast("Decoder", family.member(decoders, name)) for name in family.names(decoders)]


def _looks(
    opened: Opened, settings: config.Config, through: Lens, excluded: Exclusion
) -> Iterator[Looked]:
    for source, units in opened:
        read = partial(source.documents, scope=settings.scope)
        if source.PARALLEL:
            yield from look(excluded.kept(units), read, through, _survey(source, settings))
        else:  # its units are no paths, so what they hold is told one by one
            yield from look(units, partial(_kept, excluded, read), through, None)


def _kept(
    excluded: Exclusion, read: Callable[[str], Iterable[Document | Skipped]], unit: str
) -> Iterator[Document | Skipped]:
    return excluded.kept(read(unit), git.work_tree(".") or "")


def _survey(source: ModuleType, settings: config.Config) -> Survey | None:
    jobs = settings.jobs or available()
    if jobs < 2:
        return None
    make_look = partial(_make_look, source.__name__, settings.rules, settings.scope)
    return partial(survey, make_look=make_look, jobs=jobs)


def _make_look(source_name: str, rules: str, scope: Scope) -> Look:
    """Make, in a worker, what it looks with."""
    from wakeyscan import sources

    source = family.member(sources, source_name.rpartition(".")[2])
    through = lens(rule.load(rules), wrappings())
    through.prefilter.expect(MANY)
    looks = through.prefilter.looks()
    return batch_look(
        lambda units: source.sift(units, scope, looks),
        lambda unit: look_at(source.documents(unit, scope), through),
    )
