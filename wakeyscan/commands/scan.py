"""`wakeyscan scan`: look for keys in files and folders, or in what comes on stdin."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import partial
from types import ModuleType
from typing import cast

from wakeyscan import config, decoders, delivery, family, rule
from wakeyscan.arguments import SCANNING, Option, Parameters, Values
from wakeyscan.examine import Lens, lens
from wakeyscan.exclusion import Exclusion
from wakeyscan.layer import Decoder
from wakeyscan.outcome import Outcome
from wakeyscan.prefilter import MANY
from wakeyscan.progress import Progress
from wakeyscan.scan import Looked, Survey, gathered, look, look_at
from wakeyscan.scope import Scope
from wakeyscan.target import source_of
from wakeyscan.workers import available, batch_look, survey

HELP = """Look for keys in files and folders (default: the present one), or '-' for stdin.

Inside a git work tree, files that git ignores are left out."""

PARAMETERS = Parameters(
    (*SCANNING, Option("no-gitignore", "Look at files that git ignores, too.")), "TARGET"
)


def run(values: Values, targets: list[str]) -> int:
    """Scan, report, and give the exit code."""
    settings = config.build(values, PARAMETERS.options, os.environ)
    delivery.check(settings)
    rules = rule.load(settings.rules)
    targets = targets or ["."]
    excluded = Exclusion(settings.scope)
    looks = _looks(targets, settings, lens(rules, wrappings()), excluded)
    looked = gathered(Progress(sys.stderr, settings.quiet).follow(looks))
    coverage = looked.coverage._replace(excluded=excluded.count)
    outcome = Outcome("scan", tuple(targets), rules, looked.findings, looked.skipped, coverage)
    delivery.deliver(outcome, settings)
    return outcome.exit_code(settings.fail_on)


def wrappings() -> list[Decoder]:
    """Load all decoders."""
    return [cast("Decoder", family.member(decoders, name)) for name in family.names(decoders)]


def _looks(
    targets: list[str], settings: config.Config, through: Lens, excluded: Exclusion
) -> Iterator[Looked]:
    # All targets are opened before any is looked at: a typo in the last one shows at once.
    opened = [(s, s.units(rest, settings.scope)) for s, rest in map(source_of, targets)]
    for source, units in opened:
        open_unit = partial(source.documents, scope=settings.scope)
        spread = _survey(source, settings) if source.PARALLEL else None
        yield from look(excluded.kept(units), open_unit, through, spread)


def _survey(source: ModuleType, settings: config.Config) -> Survey | None:
    jobs = settings.jobs or available()
    if jobs < 2:
        return None
    make_look = partial(_make_look, source.__name__, settings.rules, settings.scope)
    return partial(survey, make_look=make_look, jobs=jobs)


def _make_look(source_name: str, rules: str, scope: Scope):  # type: ignore[no-untyped-def]
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
