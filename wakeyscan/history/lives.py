"""The lives of secrets: since when, until when, where, and who could have seen them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import islice
from typing import NamedTuple

from wakeyscan import git
from wakeyscan.catfile import Object
from wakeyscan.errors import GitError
from wakeyscan.examine import examine_name
from wakeyscan.finding import Finding, Origin, Standing
from wakeyscan.gitobject import BLOB, COMMIT, KINDS, TREE
from wakeyscan.history import chronicle, flow, graph
from wakeyscan.history.dates import Dates
from wakeyscan.history.memory import Memory
from wakeyscan.history.repository import Repository
from wakeyscan.history.sight import Mark, Sighting, findings_in, marks_of
from wakeyscan.lens import Lens
from wakeyscan.outcome import Key, Moment, Place

_MOST_PLACES = 100
"""Places of one key that are listed, oldest first."""

_UNREACHABLE = "(unreachable)"

Known = tuple[str, str]
"""A secret, by rule and fingerprint."""


class Scene(NamedTuple):
    """All that the lives of secrets are told from."""

    repository: Repository
    sterile: git.Git
    through: Lens
    sightings: dict[str, Sighting]
    """By the ids of the objects, in their order."""
    labels: dict[str, frozenset[str]]
    """What reaches objects, by the names that people know, and the objects that each names."""
    today: datetime
    memory: Memory
    """What is remembered of this history."""
    suppressed: bool = False
    """Whether placeholders and ignored secrets are told of, too."""

    def wants(self, mark: Mark) -> bool:
        """Say whether a mark is of a secret that is to be told of."""
        return self.suppressed or mark.standing == Standing.REPORTED.value

    def at(self, label: str) -> frozenset[str]:
        """Give the objects that a label names; none where there is no such label."""
        return self.labels.get(label, frozenset())


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
    dates.learn([commit for commit in carriers.messages if commit in history.now])
    places = _places(bits, scene, history, carriers, dates)
    for known, some in named.items():
        places[known] += some
    reach = _reach(scene, history)
    for known, findings in _findings(places, scene):
        told = _life(findings, bits[known], places[known], scene, history, carriers, dates, reach)
        yield told, findings


def seen(scene: Scene) -> set[Known]:
    """List the secrets in objects that want attention."""
    return {_known(mark) for s in scene.sightings.values() for mark in s.marks if scene.wants(mark)}


def tell_briefly(scene: Scene) -> Iterator[tuple[Key, list[Finding]]]:
    """Yield what is known of secrets whose lives can't be followed, or for want of time."""
    places = _named(scene)
    for sighting in scene.sightings.values():
        for mark in filter(scene.wants, sighting.marks):
            here = Place(_nameless(sighting, mark.inside), mark.line, sighting.name, "")
            places.setdefault(_known(mark), []).append(here)
    first = {known: places[known][:1] for known in sorted(places)}
    for known, findings in _findings(first, scene):
        nothing, finding = Moment("", ""), findings[0]
        yield (
            Key(
                *(known[0], finding.secret, finding.severity, nothing, None, False, None),
                *((), 0, tuple(places[known][:_MOST_PLACES])),
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
            named.setdefault(_known(mark), []).append(Place(label, 1, "", ""))
    return named


def _known(mark: Mark) -> Known:
    return mark.rule, mark.fingerprint


def _held(sighting: Sighting, bits: dict[Known, int]) -> int:
    held = 0
    for mark in sighting.marks:
        held |= bits.get(_known(mark), 0)
    return held


def _carriers(scene: Scene, bits: dict[Known, int]) -> flow.Carriers:
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
    return flow.Carriers(by_kind.get(BLOB, {}), by_kind.get(COMMIT, {}), names)


def _history(scene: Scene, carriers: flow.Carriers) -> flow.History:
    """Follow what refs and reflogs reach; all commits, where that does not explain all there is."""
    reached = {name for label, ids in scene.labels.items() if label != "index" for name in ids}
    try:
        history = _followed("reached", reached, scene, carriers)
        placed = {blob for _, blob in history.brought} | history.now.keys()
        if placed.issuperset(carriers.blobs) and placed.issuperset(carriers.messages):
            return history
    except GitError:  # a ref is broken
        pass
    commits = _commits(scene)
    try:
        return _followed("all", commits, scene, carriers)
    except GitError:
        return flow.follow(graph.read_cut(commits, scene.sterile), carriers)


def _followed(
    name: str, tips: Iterable[str], scene: Scene, carriers: flow.Carriers
) -> flow.History:
    """Follow the history of `tips`, from where it is remembered on."""
    past = chronicle.recall(name, scene.repository, scene.memory)
    history = flow.follow(graph.read(tips, scene.sterile, past), carriers)
    told = history.chronicle
    if scene.through.prefilter(told.changes):  # a path holds a secret, if maybe an ignored one
        told = told._replace(carriers=b"", changes=b"")
    if told.tips and told != past:
        chronicle.keep(name, told, scene.repository, scene.memory)
    return history


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


def _life(
    findings: list[Finding],
    bit: int,
    places: list[Place],
    scene: Scene,
    history: flow.History,
    carriers: flow.Carriers,
    dates: Dates,
    reach: _Reach,
) -> Key:
    written = [commit for commit, held in carriers.messages.items() if held & bit]
    began = list(history.introducing(bit)) or [c for c in written if c in history.now]
    ended = list(history.removing(bit))
    introduced = min(began, key=lambda commit: (dates.of(commit), commit), default="")
    at_head = any(history.now.get(name, 0) & bit for name in scene.at("HEAD"))
    removed = None if at_head else max(ended, key=lambda c: (dates.of(c), c), default=None)
    worst = max(findings, key=lambda finding: finding.severity)
    return Key(
        rule=worst.rule,
        secret=worst.secret,
        severity=worst.severity,
        introduced=_moment(introduced, dates),
        removed=_moment(removed, dates) if removed else None,
        at_head=at_head,
        pushed=None if reach.remote is None else bool(reach.remote & bit),
        reachable_from=_reached(bit, places, reach),
        exposed_days=_days(introduced, removed, dates, scene.today),
        places=tuple(places[:_MOST_PLACES]),
    )


def _moment(commit: str, dates: Dates) -> Moment:
    if not commit:
        return Moment("", "")
    return Moment(commit, dates.of(commit).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _days(introduced: str, removed: str | None, dates: Dates, today: datetime) -> int:
    if not introduced:
        return 0
    until = dates.of(removed) if removed else today
    return max(0, (until - dates.of(introduced)).days)


def _places(
    bits: dict[Known, int],
    scene: Scene,
    history: flow.History,
    carriers: flow.Carriers,
    dates: Dates,
) -> dict[Known, list[Place]]:
    """List where each secret stands, the oldest first; what no commit has comes last."""
    places: dict[Known, list[Place]] = {known: [] for known in bits}
    placed: set[str] = set()
    in_paths = 0
    for commit, path, blob in _brought(history, dates):
        if sighting := scene.sightings.get(blob):
            placed.add(blob)
            for known, inside, line in _lines(sighting, bits):
                places[known].append(Place(path + inside, line, blob, commit))
        if carriers.of_name and (held := carriers.of_name(path) & ~carriers.blobs.get(blob, 0)):
            in_paths |= held
            for known, bit in bits.items():
                if held & bit:
                    places[known].append(Place(path, 1, blob, commit))
    for sighting in scene.sightings.values():
        if sighting.name in placed:
            continue
        commit = sighting.name if sighting.kind == COMMIT else ""
        for known, inside, line in _lines(sighting, bits):
            if sighting.kind != TREE or not in_paths & bits[known]:
                path = _nameless(sighting, inside)
                places[known].append(Place(path, line, sighting.name, commit))
    return places


def _brought(history: flow.History, dates: Dates) -> list[tuple[str, str, str]]:
    """List which commit first brought which blob to which path, by date."""

    def age(commit: str) -> tuple[datetime, str]:
        return dates.of(commit), commit

    firsts = [(min(c, key=age), path, blob) for (path, blob), c in history.brought.items()]
    return sorted(firsts, key=lambda first: (*age(first[0]), *first[1:]))


def _lines(sighting: Sighting, bits: dict[Known, int]) -> list[tuple[Known, str, int]]:
    """List which secrets that are told of stand in which lines of an object, each once."""
    mine = (mark for mark in sighting.marks if _known(mark) in bits)
    return list(dict.fromkeys((_known(mark), mark.inside, mark.line) for mark in mine))


def _nameless(sighting: Sighting, inside: str) -> str:
    """Say where in an object that has no path a secret stands."""
    if sighting.kind in (BLOB, TREE):
        return _UNREACHABLE + inside if inside else ""
    return "(commit message)" if sighting.kind == COMMIT else "(tag message)"


def _findings(
    places: dict[Known, list[Place]], scene: Scene
) -> Iterator[tuple[Known, list[Finding]]]:
    """Look again at the first version of each path, now for what a report shows of it.

    One git serves all secrets; one of which nothing is found again is left out.
    """
    wanted = {known: _first_versions(some) for known, some in places.items()}
    objects = scene.sterile.objects(p.blob for some in wanted.values() for p in some if p.blob)
    opened: dict[tuple[Origin, str], list[Finding]] = {}
    for known, some in wanted.items():
        findings: list[Finding] = []
        for place in some:
            found = next(objects) if place.blob else None
            here = _at(place, found, scene, opened)
            mine = (f for f in here if (f.rule, f.secret.fingerprint) == known)
            findings += islice(mine, 1)
        if findings:
            yield known, findings


def _first_versions(places: list[Place]) -> list[Place]:
    first: dict[str, Place] = {}
    for place in places:
        first.setdefault(place.path or place.blob, place)
    return list(first.values())[:_MOST_PLACES]


def _at(
    place: Place,
    found: Object | None,
    scene: Scene,
    opened: dict[tuple[Origin, str], list[Finding]],
) -> Iterator[Finding]:
    """Yield what is found at a place: in its path, and in the object there, if it is here.

    `opened` keeps what is in containers, which may hold many secrets and are dear to open.
    """
    within = f"commit {place.commit[:12]}" if place.commit else ""
    if found and found.type and not within:
        within = f"{found.type} {found.name[:12]}"
    inside = _inside(place, scene)
    origin = Origin(place.path.removesuffix(inside) or _UNREACHABLE, within)
    masked, in_name = examine_name(origin, scene.through)
    yield from in_name
    if found and found.type:
        kind, width = KINDS[found.type], scene.repository.width
        asked = masked, found.name
        if inside and asked not in opened:
            content = found.whole()
            opened[asked] = list(findings_in(kind, content, scene.through, width, masked))
        if inside:
            yield from (f for f in opened[asked] if f.origin.path == masked.path + inside)
        else:
            yield from findings_in(kind, found.whole(), scene.through, width, masked)


def _inside(place: Place, scene: Scene) -> str:
    """Tell the way into a container from the path of that container."""
    marks = scene.sightings[place.blob].marks if place.blob in scene.sightings else ()
    return max((m.inside for m in marks if place.path.endswith(m.inside)), key=len, default="")


class _Reach(NamedTuple):
    """What the histories of labels ever had: bits, by the label."""

    had: dict[str, int]
    naming: dict[str, list[str]]
    """The labels that name an object, by its id."""
    remote: int | None
    """What all remote-tracking branches together ever had; `None`: there are none."""


def _reach(scene: Scene, history: flow.History) -> _Reach:
    had: dict[str, int] = {}
    naming: dict[str, list[str]] = {}
    remote: int | None = None
    for label, ids in scene.labels.items():
        bits = 0
        for name in ids:
            bits |= history.ever.get(name, 0)
            naming.setdefault(name, []).append(label)
        had[label] = bits
        if label.startswith("refs/remotes/"):
            remote = (remote or 0) | bits
    return _Reach(had, naming, remote)


def _reached(bit: int, places: list[Place], reach: _Reach) -> tuple[str, ...]:
    """List what reaches a secret: a history that had it, or the very object that holds it."""
    direct = {label for place in places for label in reach.naming.get(place.blob, ())}
    direct |= {place.path for place in places if not place.blob}
    labels = (label for label, bits in reach.had.items() if bits & bit or label in direct)
    return tuple(labels) or ("unreachable",)
