"""Where secrets stood in a history, and what a report shows of these places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wakeyscan.audit import propagation
from wakeyscan.audit.commit_graph import CommitDates
from wakeyscan.audit.context import AuditContext, SecretKey, identify
from wakeyscan.audit.object_findings import ObjectFindings, find_in_object
from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Bounds, Finding, Occurrence
from wakeyscan.git.cat_file import Object
from wakeyscan.git.objects import BLOB, COMMIT, OBJECT_KINDS, TREE
from wakeyscan.scanner.detector import detect_in_name

MAX_OCCURRENCES = 100
"""Places of one key that are listed, oldest first."""

_UNREACHABLE = "(unreachable)"


def list_occurrences(
    bits: dict[SecretKey, int],
    scene: AuditContext,
    history: propagation.TreeHistory,
    carriers: propagation.SecretBits,
    dates: CommitDates,
) -> dict[SecretKey, list[Occurrence]]:
    """List where each secret stands, the oldest first; what no commit has comes last."""
    places: dict[SecretKey, list[Occurrence]] = {known: [] for known in bits}
    placed: set[str] = set()
    in_paths = 0
    for commit, path, blob in _brought(history, dates):
        if sighting := scene.sightings.get(blob):
            placed.add(blob)
            for known, inside, line in _lines(sighting, bits):
                places[known].append(Occurrence(path + inside, line, blob, commit))
        if carriers.of_name and (held := carriers.of_name(path) & ~carriers.blobs.get(blob, 0)):
            in_paths |= held
            for known, bit in bits.items():
                if held & bit:
                    places[known].append(Occurrence(path, 1, blob, commit))
    for sighting in scene.sightings.values():
        if sighting.name in placed:
            continue
        commit = sighting.name if sighting.kind == COMMIT else ""
        for known, inside, line in _lines(sighting, bits):
            if sighting.kind != TREE or not in_paths & bits[known]:
                path = nameless(sighting, inside)
                places[known].append(Occurrence(path, line, sighting.name, commit))
    return places


def _brought(history: propagation.TreeHistory, dates: CommitDates) -> list[tuple[str, str, str]]:
    """List which commit first brought which blob to which path, by date."""
    brought = history.brought.items()
    firsts = [(min(some, key=dates.age), path, blob) for (path, blob), some in brought]
    return sorted(firsts, key=lambda first: (*dates.age(first[0]), *first[1:]))


def _lines(
    sighting: ObjectFindings, bits: dict[SecretKey, int]
) -> list[tuple[SecretKey, str, int]]:
    """List which secrets that are told of stand in which lines of an object, each once."""
    mine = (mark for mark in sighting.marks if identify(mark) in bits)
    return list(dict.fromkeys((identify(mark), mark.inside, mark.line) for mark in mine))


def nameless(sighting: ObjectFindings, inside: str) -> str:
    """Say where in an object that has no path a secret stands."""
    if sighting.kind in (BLOB, TREE):
        return _UNREACHABLE + inside if inside else ""
    return "(commit message)" if sighting.kind == COMMIT else "(tag message)"


def build_findings_at(
    places: dict[SecretKey, list[Occurrence]], scene: AuditContext
) -> Iterator[tuple[SecretKey, list[Finding]]]:
    """Look again at the first version of each path, now for what a report shows of it.

    One git serves all secrets; one of which nothing is found again is left out.
    """
    wanted = {known: _first_versions(some) for known, some in places.items()}
    objects = scene.sterile.read_objects(p.blob for some in wanted.values() for p in some if p.blob)
    opened: dict[tuple[Origin, str], list[Finding]] = {}
    for known, some in wanted.items():
        findings: list[Finding] = []
        for place in some:
            found = next(objects) if place.blob else None
            here = _at(place, found, scene, opened)
            mine = (f for f in here if (f.rule, f.secret.fingerprint) == known)
            findings += sorted(mine, key=_is_open)[:1]
        if findings:
            yield known, findings


def _is_open(finding: Finding) -> bool:
    return finding.bounds is Bounds.OPEN


def _first_versions(places: list[Occurrence]) -> list[Occurrence]:
    first: dict[str, Occurrence] = {}
    for place in places:
        first.setdefault(place.path or place.blob, place)
    return list(first.values())[:MAX_OCCURRENCES]


def _at(
    place: Occurrence,
    found: Object | None,
    scene: AuditContext,
    opened: dict[tuple[Origin, str], list[Finding]],
) -> Iterator[Finding]:
    """Yield what is found at a place: in its path, and in the object there, if it is here.

    `opened` keeps what is in containers, which may hold many secrets and are dear to open.
    """
    within = f"commit {place.commit[:12]}" if place.commit else ""
    if found and found.type and not within:
        within = f"{found.type} {found.id[:12]}"
    inside = _inside(place, scene)
    origin = Origin(place.path.removesuffix(inside) or _UNREACHABLE, within)
    masked, in_name = detect_in_name(origin, scene.context)
    yield from in_name
    if found and found.type:
        kind, width = OBJECT_KINDS[found.type], scene.repository.id_width
        asked = masked, found.id
        if inside and asked not in opened:
            content = found.read_all()
            opened[asked] = list(
                find_in_object(kind, content, scene.context, width, masked).findings
            )
        if inside:
            yield from (f for f in opened[asked] if f.origin.path == masked.path + inside)
        else:
            yield from find_in_object(kind, found.read_all(), scene.context, width, masked).findings


def _inside(place: Occurrence, scene: AuditContext) -> str:
    """Tell the way into a container from the path of that container."""
    marks = scene.sightings[place.blob].marks if place.blob in scene.sightings else ()
    return max((m.inside for m in marks if place.path.endswith(m.inside)), key=len, default="")


class Reach(NamedTuple):
    """What the histories of labels ever had: bits, by the label."""

    had: dict[str, int]
    naming: dict[str, list[str]]
    """The labels that name an object, by its id."""
    remote: int | None
    """What all remote-tracking branches together ever had; `None`: there are none."""


def find_reach(labels: dict[str, frozenset[str]], history: propagation.TreeHistory) -> Reach:
    """Say what the histories of labels, with the objects that each names, ever had."""
    had: dict[str, int] = {}
    naming: dict[str, list[str]] = {}
    remote: int | None = None
    for label, ids in labels.items():
        bits = 0
        for name in ids:
            bits |= history.held.get(name, propagation.NOTHING).ever
            naming.setdefault(name, []).append(label)
        had[label] = bits
        if label.startswith("refs/remotes/"):
            remote = (remote or 0) | bits
    return Reach(had, naming, remote)


def is_reached(bit: int, places: list[Occurrence], reach: Reach) -> tuple[str, ...]:
    """List what reaches a secret: a history that had it, or the very object that holds it."""
    direct = {label for place in places for label in reach.naming.get(place.blob, ())}
    direct |= {place.path for place in places if not place.blob}
    labels = (label for label, bits in reach.had.items() if bits & bit or label in direct)
    return tuple(labels) or ("unreachable",)
