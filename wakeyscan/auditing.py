"""The audit of a repository: every object looked at, completeness checked, and lives told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from wakeyscan import git, rule
from wakeyscan.examine import Lens, examine_name, lens
from wakeyscan.finding import Finding, Origin, Skipped
from wakeyscan.history import lives, refs, sterile
from wakeyscan.history.repository import Repository
from wakeyscan.history.sight import Sighting
from wakeyscan.inspection import wrappings
from wakeyscan.outcome import Key, Outcome
from wakeyscan.prefilter import MANY
from wakeyscan.scan import place
from wakeyscan.spy import Advance, spy

_CUT = "its history is cut short (shallow): git fetch --unshallow, then audit again"
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


def audit(repository: Repository, plan: Plan, advance: Advance) -> tuple[Outcome, bool]:
    """Audit a repository; say too whether it was interrupted, with what was found until then."""
    rules = rule.load(plan.rules_folder)
    through = lens(rules, wrappings())._replace(heed_marks=plan.trusted)
    through.prefilter.expect(MANY)
    with sterile.opened(repository) as git_there:
        labels = lives.labels_of(repository, git_there)
        check = _begin_check(repository, git_there)
        spied = spy(repository, through, git_there, plan.jobs, advance)
        wanted = _limited(spied.sightings, plan, git_there)
        scene = lives.Scene(repository, git_there, through, wanted, labels, plan.today)
        told = list(lives.tell_briefly(scene) if spied.interrupted else lives.tell(scene))
        gaps = [*spied.gaps, *([] if spied.interrupted else check()), *_known_gaps(repository)]
    findings = [finding for _, some in told for finding in some]
    findings += _in_names(labels, through)
    keys = sorted((key for key, _ in told), key=_order)
    ordered = sorted(dict.fromkeys(findings), key=place)
    targets = (repository.folder,)
    outcome = Outcome(
        "audit", targets, rules, tuple(ordered), tuple(gaps), spied.coverage, tuple(keys)
    )
    return outcome, spied.interrupted


def _order(key: Key) -> tuple[bool, int, str, str]:
    return not key.at_head, -key.severity, key.introduced.author_date, key.secret.fingerprint


def _begin_check(repository: Repository, git_there: git.Git) -> Callable[[], list[Skipped]]:
    """Let git walk from all refs while we look; it says in the end which objects are missing.

    A store with a hole reads like a smaller one, with exit status 0, in every other command.
    """
    tips = sorted(set(refs.read(repository).values()))
    if not tips:
        return list
    stdin = "".join(f"{tip}\n" for tip in tips).encode()
    asked = ("--objects", "--missing=print", "--quiet", "--stdin")
    finish = git_there.begin("rev-list", *asked, stdin=stdin)

    def gaps() -> list[Skipped]:
        origin = Origin(repository.folder)
        try:
            lines = finish().decode("ascii", "replace").split()
        except git.GitError as error:
            return [Skipped(origin, f"its history can't be followed: {error}")]
        missing = sorted(line[1:] for line in lines if line.startswith("?"))
        if not missing:
            return []
        some = f"{len(missing)} object{'s are' if len(missing) != 1 else ' is'} missing"
        return [Skipped(origin, f"{some} ({missing[0]}…): a partial clone, or damage")]

    return gaps


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
    sightings: tuple[Sighting, ...], plan: Plan, git_there: git.Git
) -> tuple[Sighting, ...]:
    """Leave out what is in no object that the limits name."""
    if not plan.limits or not sightings:
        return sightings
    asked = ("--objects", "--no-object-names", *plan.limits)
    within = set(git_there.run("rev-list", *asked).decode("ascii").split())
    return tuple(sighting for sighting in sightings if sighting.name in within)


def _in_names(labels: dict[str, frozenset[str]], through: Lens) -> Iterator[Finding]:
    """Yield what stands in the names of refs."""
    for label in labels:
        yield from examine_name(Origin(label), through)[1]
