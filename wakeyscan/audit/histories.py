"""The lives of secrets: since when, until when, where, and who could have seen them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from wakeyscan.audit import cache as cache_module
from wakeyscan.audit import commit_graph, propagation
from wakeyscan.audit.cache import HistoryCache
from wakeyscan.audit.commit_graph import CommitDates
from wakeyscan.audit.context import AuditContext, SecretKey, identify
from wakeyscan.audit.object_findings import ObjectFindings, build_refs
from wakeyscan.audit.occurrences import (
    MAX_OCCURRENCES,
    Reach,
    build_findings_at,
    find_reach,
    is_reached,
    list_occurrences,
    nameless,
)
from wakeyscan.core.document import Origin
from wakeyscan.core.errors import GitError
from wakeyscan.core.finding import Bounds, CommitRef, Finding, Occurrence, SecretHistory
from wakeyscan.git.command import Git
from wakeyscan.git.objects import BLOB, COMMIT, TREE
from wakeyscan.git.repository import Repository
from wakeyscan.scanner.detector import detect_in_name

_REACHED, _ALL = "reached", "all"
"""The histories that are remembered: of what is named, and of all commits."""


class _Past(NamedTuple):
    """All that was found out of a history."""

    history: propagation.TreeHistory
    carriers: propagation.SecretBits
    dates: CommitDates
    reach: Reach


def build_histories(scene: AuditContext) -> Iterator[tuple[SecretHistory, list[Finding]]]:
    """Yield the life of each secret that wants attention, with the findings that show it."""
    named = _named(scene)
    wanted = list_secrets(scene) | set(named)
    if not wanted:
        return
    bits = {known: 1 << number for number, known in enumerate(sorted(wanted))}
    carriers = _carriers(scene, bits)
    history = _history(scene, carriers)
    dates = CommitDates(scene.sterile)
    dates.learn([turn.commit for turn in history.turns])
    dates.learn([commit for commits in history.brought.values() for commit in commits])
    dates.learn([commit for commit in carriers.messages if commit in history.held])
    places = list_occurrences(bits, scene, history, carriers, dates)
    for known, some in named.items():
        places[known] += some
    past = _Past(history, carriers, dates, find_reach(scene.labels, history))
    for known, findings in build_findings_at(places, scene):
        told = _life(findings, bits[known], places[known], scene, past)
        yield told, findings


def list_secrets(scene: AuditContext) -> set[SecretKey]:
    """List the secrets in objects that want attention."""
    return {
        identify(mark) for s in scene.sightings.values() for mark in s.marks if scene.wants(mark)
    }


def build_brief_histories(scene: AuditContext) -> Iterator[tuple[SecretHistory, list[Finding]]]:
    """Yield what is known of secrets whose lives can't be followed, or for want of time."""
    places = _named(scene)
    for sighting in scene.sightings.values():
        for mark in filter(scene.wants, sighting.marks):
            here = Occurrence(nameless(sighting, mark.inside), mark.line, sighting.name, "")
            places.setdefault(identify(mark), []).append(here)
    first = {known: places[known][:1] for known in sorted(places)}
    for known, findings in build_findings_at(first, scene):
        nothing, finding = CommitRef("", ""), findings[0]
        yield (
            SecretHistory(
                *(known[0], finding.secret, finding.severity, nothing, None, False, None),
                *((), 0, tuple(places[known][:MAX_OCCURRENCES])),
                bounds=_bounds(findings),
            ),
            findings,
        )


def _named(scene: AuditContext) -> dict[SecretKey, list[Occurrence]]:
    """Say which secrets stand in the names of refs."""
    named: dict[SecretKey, list[Occurrence]] = {}
    if not scene.context.prefilter(os.fsencode("\n".join(scene.labels))):
        return named
    for label in scene.labels:
        for mark in filter(
            scene.wants, build_refs(detect_in_name(Origin(label), scene.context)[1])
        ):
            named.setdefault(identify(mark), []).append(Occurrence(label, 1, "", ""))
    return named


def _held(sighting: ObjectFindings, bits: dict[SecretKey, int]) -> int:
    held = 0
    for mark in sighting.marks:
        held |= bits.get(identify(mark), 0)
    return held


def _carriers(scene: AuditContext, bits: dict[SecretKey, int]) -> propagation.SecretBits:
    by_kind: dict[int, dict[str, int]] = {}
    for sighting in scene.sightings.values():
        if held := _held(sighting, bits):
            by_kind.setdefault(sighting.kind, {})[sighting.name] = held

    @cache
    def of_name(path: str) -> int:
        held = 0
        for finding in detect_in_name(Origin(path), scene.context)[1]:
            held |= bits.get((finding.rule, finding.secret.fingerprint), 0)
        return held

    names = of_name if TREE in by_kind else None
    return propagation.SecretBits(by_kind.get(BLOB, {}), by_kind.get(COMMIT, {}), names)


def open_history(
    labels: dict[str, frozenset[str]],
    repository: Repository,
    sterile: Git,
    memory: HistoryCache,
) -> commit_graph.GraphReader:
    """Prepare to read the history of what refs and reflogs name."""
    named = {name for label, ids in labels.items() if label != "index" for name in ids}
    return commit_graph.GraphReader(
        named, sterile, cache_module.load_history(_REACHED, repository, memory)
    )


def _history(scene: AuditContext, carriers: propagation.SecretBits) -> propagation.TreeHistory:
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
        past = cache_module.load_history(_ALL, scene.repository, scene.memory)
        everything = commit_graph.read_graph(commits, scene.sterile, past)
        return _followed(_ALL, everything, past, scene, carriers)
    except GitError:
        return propagation.propagate(commit_graph.read_cut(commits, scene.sterile), carriers)


def _followed(
    name: str,
    read: commit_graph.CommitGraph,
    past: cache_module.CachedHistory,
    scene: AuditContext,
    carriers: propagation.SecretBits,
) -> propagation.TreeHistory:
    """Follow a history, from where it is remembered under a name on."""
    history = propagation.propagate(read, carriers, scene.check.inventory())
    if history.whole:
        scene.check.show(_shown(scene, history))
    told = history.chronicle
    if scene.context.prefilter(told.changes):  # a path holds a secret, if maybe an ignored one
        told = told._replace(carriers=b"", changes=b"")
    if told.tips and told != past:
        cache_module.store_history(name, told, scene.repository, scene.memory)
    return history


def _shown(scene: AuditContext, history: propagation.TreeHistory) -> frozenset[str]:
    """List what refs name in a history that is whole: its commits, and the tags of these."""
    commits = history.graph.parents.keys()
    labels = scene.labels.items()
    tags = (ids for label, ids in labels if label.startswith("refs/tags/") and ids & commits)
    return frozenset(commits).union(*tags)


def _commits(scene: AuditContext) -> list[str]:
    """List all commits, those that nothing reaches too."""
    listed = scene.sterile.run(
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objecttype) %(objectname)",
        "--unordered",
    )
    rows = (line.split(" ") for line in listed.decode("ascii").splitlines())
    return [row[1] for row in rows if row[0] == "commit"]


def _life(
    findings: list[Finding], bit: int, places: list[Occurrence], scene: AuditContext, past: _Past
) -> SecretHistory:
    history, carriers, dates, reach = past
    written = [commit for commit, held in carriers.messages.items() if held & bit]
    began = list(history.introducing(bit)) or [c for c in written if c in history.held]
    ended = list(history.removing(bit))
    introduced = min(began, key=dates.age, default="")
    heads = (history.held.get(name, propagation.NOTHING) for name in scene.at("HEAD"))
    at_head = any(head.now & bit for head in heads)
    removed = None if at_head else max(ended, key=dates.age, default=None)
    worst = max(findings, key=lambda finding: finding.severity)
    return SecretHistory(
        rule=worst.rule,
        secret=worst.secret,
        severity=worst.severity,
        introduced=_moment(introduced, dates),
        removed=_moment(removed, dates) if removed else None,
        at_head=at_head,
        pushed=None if reach.remote is None else bool(reach.remote & bit),
        reachable_from=is_reached(bit, places, reach),
        exposed_days=_days(introduced, removed, dates, scene.today),
        places=tuple(places[:MAX_OCCURRENCES]),
        bounds=_bounds(findings),
    )


def _bounds(findings: list[Finding]) -> Bounds:
    certain = any(finding.bounds is Bounds.CERTAIN for finding in findings)
    return Bounds.CERTAIN if certain else Bounds.OPEN


def _moment(commit: str, dates: CommitDates) -> CommitRef:
    if not commit:
        return CommitRef("", "")
    return CommitRef(commit, dates.of(commit).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _days(introduced: str, removed: str | None, dates: CommitDates, today: datetime) -> int:
    if not introduced:
        return 0
    until = dates.of(removed) if removed else today
    return max(0, (until - dates.of(introduced)).days)
