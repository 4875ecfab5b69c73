"""The audit of a repository: every object looked at, completeness checked, and lives told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import NamedTuple

from wakeyscan import git, rule
from wakeyscan.errors import GitError
from wakeyscan.examine import lens
from wakeyscan.finding import Finding, Origin, Skipped
from wakeyscan.history import labels, lives, refs, sterile
from wakeyscan.history.memory import Memory
from wakeyscan.history.repository import Repository
from wakeyscan.history.sight import Sighting
from wakeyscan.inspection import Wrappings
from wakeyscan.outcome import Key, Outcome
from wakeyscan.prefilter import MANY
from wakeyscan.scan import place
from wakeyscan.spy import Advance, spy

_CUT = "its history is cut short (shallow): git fetch --unshallow, or fetch-depth: 0"
_REFTABLE = "its refs are kept in a reftable, which is not read: what reaches a key is not known"
_MODULE = "the repository of a submodule, which is one of its own: wakeyscan audit {}"


class Plan(NamedTuple):
    """What an audit is to do."""

    rules_folder: str
    jobs: int
    trusted: bool
    """Whether marks in the repository's own files count."""
    limits: tuple[str, ...]
    """Options and ids for `git rev-list` that limit the audit; empty: every object."""
    today: datetime
    memory: str = ""
    """The file that remembers what was looked at before; empty: nothing is remembered."""
    suppressed: bool = False
    """Whether to tell of placeholders and ignored keys, too."""


def audit(repository: Repository, plan: Plan, advance: Advance) -> tuple[Outcome, bool]:
    """Audit a repository; say too whether it was interrupted, with what was found until then."""
    rules = rule.load(plan.rules_folder)
    through = lens(rules, Wrappings())._replace(heed_marks=plan.trusted)
    through.prefilter.expect(MANY)
    with sterile.opened(repository) as git_there, _checking(repository, git_there) as check:
        named = labels.labels_of(repository, git_there)
        memory = Memory(plan.memory, rules)
        spied = spy(repository, through, git_there, memory, plan.jobs, advance)
        memory.close()
        wanted, unlimited = _limited(spied.sightings, plan, repository, git_there)
        seen = {sighting.name: sighting for sighting in wanted}
        scene = lives.Scene(
            repository, git_there, through, seen, named, plan.today, plan.suppressed
        )
        told, untold, interrupted = _told(scene, spied.interrupted)
        gaps = [*spied.gaps, *unlimited, *untold, *_known_gaps(repository)]
        gaps += () if interrupted else check()
    findings = [finding for _, some in told for finding in some]
    keys = sorted((key for key, _ in told), key=_order)
    ordered = sorted(dict.fromkeys(findings), key=place)
    targets = (repository.folder,)
    outcome = Outcome(
        "audit", targets, rules, tuple(ordered), tuple(gaps), spied.coverage, tuple(keys)
    )
    return outcome, interrupted


def _told(
    scene: lives.Scene, interrupted: bool
) -> tuple[list[tuple[Key, list[Finding]]], list[Skipped], bool]:
    """Tell the lives of keys, or as much of them as damage and Ctrl-C let us; say what is lost."""
    gaps: list[Skipped] = []
    origin = Origin(scene.repository.folder)
    for tell in (lives.tell_briefly,) if interrupted else (lives.tell, lives.tell_briefly):
        try:
            told = list(tell(scene))
            untold = lives.seen(scene) - {(key.rule, key.secret.fingerprint) for key, _ in told}
            if untold:
                reason = f"{len(untold)} secrets are in objects that can't be read a second time"
                gaps.append(Skipped(origin, reason))
            return told, gaps, interrupted
        except GitError as error:
            gaps.append(Skipped(origin, f"the lives of keys can't be told: {error}"))
        except KeyboardInterrupt:
            interrupted = True
            gaps.append(Skipped(origin, "interrupted before the lives of keys were told"))
    return [], gaps, interrupted


def _order(key: Key) -> tuple[bool, int, str, str]:
    return not key.at_head, -key.severity, key.introduced.author_date, key.secret.fingerprint


@contextmanager
def _checking(
    repository: Repository, git_there: git.Git
) -> Iterator[Callable[[], Iterable[Skipped]]]:
    """Let git walk from all refs while we look; it says in the end which objects are missing.

    A store with a hole reads like a smaller one, with exit status 0, in every other command.
    """
    tips = sorted(set(refs.read(repository).values()))
    if not tips:
        yield tuple
        return
    stdin = "".join(f"{tip}\n" for tip in tips).encode()
    asked = ("--objects", "--missing=print", "--quiet", "--stdin")
    with git_there.begun("rev-list", *asked, stdin=stdin) as finish:
        yield partial(_missing, repository, finish)


def _missing(repository: Repository, finish: Callable[[], bytes]) -> Iterator[Skipped]:
    origin = Origin(repository.folder)
    try:
        lines = finish().decode("ascii", "replace").split()
    except GitError as error:
        yield Skipped(origin, f"its history can't be followed: {error}")
        return
    if missing := sorted(line[1:] for line in lines if line.startswith("?")):
        some = f"{len(missing)} object{'s are' if len(missing) != 1 else ' is'} missing"
        yield Skipped(origin, f"{some} ({missing[0]}…): a partial clone, or damage")


def _known_gaps(repository: Repository) -> Iterator[Skipped]:
    common = repository.common_folder
    shallow = os.path.join(common, "shallow")
    if os.path.isfile(shallow) and os.path.getsize(shallow):
        yield Skipped(Origin(repository.folder), _CUT)
    if refs.uses_reftable(repository):
        yield Skipped(Origin(repository.folder), _REFTABLE)
    modules = os.path.join(common, "modules")
    if os.path.isdir(modules):
        for name in sorted(os.listdir(modules)):
            folder = os.path.join(modules, name)
            yield Skipped(Origin(folder), _MODULE.format(folder), gap=False)


def _limited(
    sightings: tuple[Sighting, ...], plan: Plan, repository: Repository, git_there: git.Git
) -> tuple[tuple[Sighting, ...], list[Skipped]]:
    """Leave out what is in no object that the limits name; where that can't be told, nothing."""
    if not plan.limits or not sightings:
        return sightings, []
    asked = ("--objects", "--no-object-names", "--ignore-missing", *plan.limits)
    try:
        within = set(git_there.run("rev-list", *asked).decode("ascii").split())
    except GitError as error:
        reason = f"what the limits leave out can't be told, so nothing was: {error}"
        return sightings, [Skipped(Origin(repository.folder), reason)]
    return tuple(sighting for sighting in sightings if sighting.name in within), []
