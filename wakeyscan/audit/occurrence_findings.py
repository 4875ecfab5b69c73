"""Findings at occurrences: versions of files that are scanned again, now with their paths."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from wakeyscan.audit.object_findings import SecretKey, find_in_object, scan_object
from wakeyscan.audit.occurrences import MAX_OCCURRENCES, UNREACHABLE_PATH
from wakeyscan.core.document import Origin
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import Bounds, Finding
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.objects import MAX_IN_MEMORY, OBJECT_KINDS
from wakeyscan.scanner.detector import detect_in_name, redact_path

if TYPE_CHECKING:
    from wakeyscan.audit.context import AuditContext, ReportedObjects
    from wakeyscan.audit.ref_names import Notes
    from wakeyscan.core.secret_history import Occurrence
    from wakeyscan.git.cat_file import Object


class _Version(NamedTuple):
    """A version of a file, or a path alone."""

    path: str
    """Without the way into an archive."""
    blob: str
    """Id in hex; empty for a path alone."""
    commit: str


class _Place(NamedTuple):
    """Where an occurrence is."""

    version: _Version
    member_path: str
    """The way into an archive; empty outside of one."""


class _VersionFindings(NamedTuple):
    """The findings of wanted secrets in a version, by secret and way into an archive.

    An empty path means the whole file. There is one finding each, with certain bounds if any
    has them.
    """

    in_path: Mapping[tuple[SecretKey, str], Finding]
    in_object: Mapping[tuple[SecretKey, str], Finding]


def build_findings_at(
    occurrences: dict[SecretKey, list[Occurrence]],
    context: AuditContext,
    objects: ReportedObjects,
    notes: Notes,
) -> Iterator[tuple[SecretKey, list[Finding]]]:
    """Scan the first version of each path again, and yield what a report shows of each secret.

    Each version is scanned once for all of its secrets, and all versions share one git process. A
    secret that is not found again is omitted.
    """
    find_place = _PlaceFinder(objects).find
    places = {
        key: [find_place(occurrence) for occurrence in _select_first_versions(some)]
        for key, some in occurrences.items()
    }
    wanted: dict[_Version, set[SecretKey]] = {}
    for key, some_places in places.items():
        for place in some_places:
            wanted.setdefault(place.version, set()).add(key)
    contents = context.git.read_objects(version.blob for version in wanted if version.blob)
    found: dict[_Version, _VersionFindings] = {}
    for version, keys in wanted.items():
        content = next(contents) if version.blob else None
        part = notes.choose_part(version.path, version.commit)
        origin = Origin(version.path, _format_within(version, content), part=part)
        found[version] = _scan_version(origin, content, keys, context)
    for key, some_places in places.items():
        chosen = (_choose(found[place.version], key, place.member_path) for place in some_places)
        if findings := [finding for finding in chosen if finding]:
            yield key, findings


def _select_first_versions(occurrences: list[Occurrence]) -> list[Occurrence]:
    first: dict[str, Occurrence] = {}
    for occurrence in occurrences:
        first.setdefault(occurrence.path or occurrence.blob, occurrence)
    return list(first.values())[:MAX_OCCURRENCES]


class _PlaceFinder:
    """Finds the version of an occurrence, and its way into an archive."""

    def __init__(self, objects: ReportedObjects) -> None:
        self._objects = objects
        self._member_paths: dict[str, list[str]] = {}

    def find(self, occurrence: Occurrence) -> _Place:
        suffixes = filter(occurrence.path.endswith, self._list_member_paths(occurrence.blob))
        member_path = next(suffixes, "")
        path = occurrence.path.removesuffix(member_path) or UNREACHABLE_PATH
        return _Place(_Version(path, occurrence.blob, occurrence.commit), member_path)

    def _list_member_paths(self, blob: str) -> list[str]:
        """List the ways into an archive to its secrets, the longest first."""
        if blob not in self._member_paths:
            findings = self._objects.by_id.get(blob)
            paths = {ref.member_path for ref in findings.refs} if findings else set()
            self._member_paths[blob] = sorted(paths, key=lambda path: (-len(path), path))
        return self._member_paths[blob]


def _format_within(version: _Version, found: Object | None) -> str:
    if version.commit:
        return f"commit {version.commit[:12]}"
    return f"{found.type} {found.id[:12]}" if found and found.type else ""


def _scan_version(
    origin: Origin, found: Object | None, wanted: Set[SecretKey], context: AuditContext
) -> _VersionFindings:
    redacted, in_name = detect_in_name(origin, context.scan)
    redacted = redact_path(redacted)
    in_object = _scan_found(found, redacted, wanted, context) if found and found.type else ()
    in_path = _index(in_name, redacted.path, wanted)
    return _VersionFindings(in_path, _index(in_object, redacted.path, wanted))


def _scan_found(
    found: Object, origin: Origin, wanted: Set[SecretKey], context: AuditContext
) -> tuple[Finding, ...]:
    """Scan an object with its path, and without it for what only that finds.

    In code, literals that follow each other are one secret; without a path, the first one is.
    """
    scan, width = context.scan, context.repository.id_width
    try:
        if found.size > MAX_IN_MEMORY:
            return scan_object(found, scan, width, origin).findings
        kind, content = OBJECT_KINDS[found.type], found.read_all()
        findings = find_in_object(kind, content, scan, width, origin).findings
        if wanted <= {_get_key(finding) for finding in findings}:
            return findings
        alone = find_in_object(kind, content, scan, width, origin._replace(path="")).findings
        return (*findings, *(_move(finding, origin.path) for finding in alone))
    except TimeoutExceeded:  # reported as a secret that was not found again
        return ()


def _get_key(finding: Finding) -> SecretKey:
    return finding.rule, finding.secret.fingerprint


def _move(finding: Finding, path: str) -> Finding:
    """Return a finding of an object without a path, as one at a path."""
    origin = finding.origin
    return finding._replace(origin=origin._replace(path=path + origin.path))


def _index(
    findings: Iterable[Finding], path: str, wanted: Set[SecretKey]
) -> dict[tuple[SecretKey, str], Finding]:
    """Index the wanted findings in a file at `path`: those anywhere, and those in each member."""
    best: dict[tuple[SecretKey, str], Finding] = {}
    for finding in findings:
        key = _get_key(finding)
        if key in wanted:
            for member_path in {"", finding.origin.path.removeprefix(path)}:
                first = best.get((key, member_path), finding)
                best[key, member_path] = _prefer(first, finding)
    return best


def _choose(found: _VersionFindings, key: SecretKey, member_path: str) -> Finding | None:
    in_path, in_object = found.in_path.get((key, "")), found.in_object.get((key, member_path))
    return _prefer(in_path, in_object) if in_path and in_object else in_path or in_object


def _prefer(first: Finding, second: Finding) -> Finding:
    """Return the first of two findings, unless only the second has certain bounds."""
    if first.bounds is Bounds.OPEN and second.bounds is not Bounds.OPEN:
        return second
    return first
