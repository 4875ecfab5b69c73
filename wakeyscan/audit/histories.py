"""The lives of secrets: since when, until when, where, and who could have seen them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from wakeyscan.audit import chronicle, commit_graph, propagation
from wakeyscan.audit.cache import Memory
from wakeyscan.audit.context import Known, Scene, known_by
from wakeyscan.audit.dates import Dates
from wakeyscan.audit.object_findings import Sighting, marks_of
from wakeyscan.audit.occurrences import MOST, findings_at, nameless, places_of
from wakeyscan.audit.reach import Reach, reach_of, reached
from wakeyscan.core.document import Origin
from wakeyscan.core.errors import GitError
from wakeyscan.core.finding import Bounds, Finding, Key, Moment, Place
from wakeyscan.git import command
from wakeyscan.git.objects import BLOB, COMMIT, TREE
from wakeyscan.git.repository import Repository
from wakeyscan.scanner.detector import examine_name

_REACHED, _ALL = "reached", "all"
"""The histories that are remembered: of what is named, and of all commits."""


class _Past(NamedTuple):
    """All that was found out of a history."""

    history: propagation.History
    carriers: propagation.Carriers
    dates: Dates
    reach: Reach


def tell(scene: Scene) -> Iterator[tuple[Key, list[Finding]]]:
    """Yield the life of each secret that wants attention, with the findings that show it."""
    named = _named(scene)
    wanted = seen(scene) | set(named)
    if not wanted:
        return
    bits = {known: 1 << number for number, known in enumerate(sorted(wanted))}
    carriers = _carriers(scene, bits)
    history = _history(scene, carriers)
    dates = Dates(scene.sterile)
    dates.learn([turn.commit for turn in history.turns])
    dates.learn([commit for commits in history.brought.values() for commit in commits])
    dates.learn([commit for commit in carriers.messages if commit in history.held])
    places = places_of(bits, scene, history, carriers, dates)
    for known, some in named.items():
        places[known] += some
    past = _Past(history, carriers, dates, reach_of(scene.labels, history))
    for known, findings in findings_at(places, scene):
        told = _life(findings, bits[known], places[known], scene, past)
        yield told, findings


def seen(scene: Scene) -> set[Known]:
    """List the secrets in objects that want attention."""
    return {
        known_by(mark) for s in scene.sightings.values() for mark in s.marks if scene.wants(mark)
    }


def tell_briefly(scene: Scene) -> Iterator[tuple[Key, list[Finding]]]:
    """Yield what is known of secrets whose lives can't be followed, or for want of time."""
    places = _named(scene)
    for sighting in scene.sightings.values():
        for mark in filter(scene.wants, sighting.marks):
            here = Place(nameless(sighting, mark.inside), mark.line, sighting.name, "")
            places.setdefault(known_by(mark), []).append(here)
    first = {known: places[known][:1] for known in sorted(places)}
    for known, findings in findings_at(first, scene):
        nothing, finding = Moment("", ""), findings[0]
        yield (
            Key(
                *(known[0], finding.secret, finding.severity, nothing, None, False, None),
                *((), 0, tuple(places[known][:MOST])),
                bounds=_bounds(findings),
            ),
            findings,
        )


def _named(scene: Scene) -> dict[Known, list[Place]]:
    """Say which secrets stand in the names of refs."""
    named: dict[Known, list[Place]] = {}
    if not scene.through.prefilter(os.fsencode("\n".join(scene.labels))):
        return named
    for label in scene.labels:
        for mark in filter(scene.wants, marks_of(examine_name(Origin(label), scene.through)[1])):
            named.setdefault(known_by(mark), []).append(Place(label, 1, "", ""))
    return named


def _held(sighting: Sighting, bits: dict[Known, int]) -> int:
    held = 0
    for mark in sighting.marks:
        held |= bits.get(known_by(mark), 0)
    return held


def _carriers(scene: Scene, bits: dict[Known, int]) -> propagation.Carriers:
    by_kind: dict[int, dict[str, int]] = {}
    for sighting in scene.sightings.values():
        if held := _held(sighting, bits):
            by_kind.setdefault(sighting.kind, {})[sighting.name] = held

    @cache
    def of_name(path: str) -> int:
        held = 0
        for finding in examine_name(Origin(path), scene.through)[1]:
            held |= bits.get((finding.rule, finding.secret.fingerprint), 0)
        return held

    names = of_name if TREE in by_kind else None
    return propagation.Carriers(by_kind.get(BLOB, {}), by_kind.get(COMMIT, {}), names)


def reading(
    labels: dict[str, frozenset[str]], repository: Repository, sterile: command.Git, memory: Memory
) -> commit_graph.Reading:
    """Prepare to read the history of what refs and reflogs name."""
    named = {name for label, ids in labels.items() if label != "index" for name in ids}
    return commit_graph.Reading(named, sterile, chronicle.recall(_REACHED, repository, memory))


def _history(scene: Scene, carriers: propagation.Carriers) -> propagation.History:
    """Follow what refs and reflogs reach; all commits, where that does not explain all there is."""
    try:
        reading = scene.reading
        history = _followed(_REACHED, reading.graph(), reading.past, scene, carriers)
        placed = {blob for _, blob in history.brought} | history.held.keys()
        if placed.issuperset(carriers.blobs) and placed.issuperset(carriers.messages):
            return history
    except GitError:  # a ref is broken
        pass
    commits = _commits(scene)
    try:
        past = chronicle.recall(_ALL, scene.repository, scene.memory)
        everything = commit_graph.read(commits, scene.sterile, past)
        return _followed(_ALL, everything, past, scene, carriers)
    except GitError:
        return propagation.follow(commit_graph.read_cut(commits, scene.sterile), carriers)


def _followed(
    name: str,
    read: commit_graph.Graph,
    past: chronicle.Chronicle,
    scene: Scene,
    carriers: propagation.Carriers,
) -> propagation.History:
    """Follow a history, from where it is remembered under a name on."""
    history = propagation.follow(read, carriers, scene.check.inventory())
    if history.whole:
        scene.check.show(_shown(scene, history))
    told = history.chronicle
    if scene.through.prefilter(told.changes):  # a path holds a secret, if maybe an ignored one
        told = told._replace(carriers=b"", changes=b"")
    if told.tips and told != past:
        chronicle.keep(name, told, scene.repository, scene.memory)
    return history


def _shown(scene: Scene, history: propagation.History) -> frozenset[str]:
    """List what refs name in a history that is whole: its commits, and the tags of these."""
    commits = history.graph.parents.keys()
    labels = scene.labels.items()
    tags = (ids for label, ids in labels if label.startswith("refs/tags/") and ids & commits)
    return frozenset(commits).union(*tags)


def _commits(scene: Scene) -> list[str]:
    """List all commits, those that nothing reaches too."""
    listed = scene.sterile.run(
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objecttype) %(objectname)",
        "--unordered",
    )
    rows = (line.split(" ") for line in listed.decode("ascii").splitlines())
    return [row[1] for row in rows if row[0] == "commit"]


def _life(findings: list[Finding], bit: int, places: list[Place], scene: Scene, past: _Past) -> Key:
    history, carriers, dates, reach = past
    written = [commit for commit, held in carriers.messages.items() if held & bit]
    began = list(history.introducing(bit)) or [c for c in written if c in history.held]
    ended = list(history.removing(bit))
    introduced = min(began, key=dates.age, default="")
    heads = (history.held.get(name, propagation.NOTHING) for name in scene.at("HEAD"))
    at_head = any(head.now & bit for head in heads)
    removed = None if at_head else max(ended, key=dates.age, default=None)
    worst = max(findings, key=lambda finding: finding.severity)
    return Key(
        rule=worst.rule,
        secret=worst.secret,
        severity=worst.severity,
        introduced=_moment(introduced, dates),
        removed=_moment(removed, dates) if removed else None,
        at_head=at_head,
        pushed=None if reach.remote is None else bool(reach.remote & bit),
        reachable_from=reached(bit, places, reach),
        exposed_days=_days(introduced, removed, dates, scene.today),
        places=tuple(places[:MOST]),
        bounds=_bounds(findings),
    )


def _bounds(findings: list[Finding]) -> Bounds:
    certain = any(finding.bounds is Bounds.CERTAIN for finding in findings)
    return Bounds.CERTAIN if certain else Bounds.OPEN


def _moment(commit: str, dates: Dates) -> Moment:
    if not commit:
        return Moment("", "")
    return Moment(commit, dates.of(commit).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _days(introduced: str, removed: str | None, dates: Dates, today: datetime) -> int:
    if not introduced:
        return 0
    until = dates.of(removed) if removed else today
    return max(0, (until - dates.of(introduced)).days)
