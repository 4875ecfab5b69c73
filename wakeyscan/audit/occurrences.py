"""Occurrences of secrets in a history: places, the refs that reach them, and what reports show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice

from wakeyscan.audit import propagation
from wakeyscan.audit.object_findings import ObjectFindings, SecretKey
from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.secret_history import PAST, Occurrence
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.objects import BLOB, COMMIT, TREE

if TYPE_CHECKING:
    from wakeyscan.audit.commit_graph import CommitDates
    from wakeyscan.audit.context import ReportedObjects
    from wakeyscan.audit.ref_names import RefNames

MAX_OCCURRENCES = 100
"""Maximum number of listed occurrences of one key."""

_MIN_NAMES, _MAX_ALL_NAMES = 100, 1_000_000
"""Maximum names of refs listed for one secret, and for all secrets together.

A file of ten thousand keys and as many refs would make a report of gigabytes.
"""

UNREACHABLE_PATH = "(unreachable)"
"""Shown where a version of a file is in no commit."""


def list_occurrences(
    bits: dict[SecretKey, int],
    objects: ReportedObjects,
    history: propagation.TreeHistory,
    secrets: propagation.SecretBits,
    dates: CommitDates,
) -> dict[SecretKey, list[Occurrence]]:
    """List the occurrences of each secret, oldest first; those in no commit come last."""
    occurrences: dict[SecretKey, list[Occurrence]] = {key: [] for key in bits}
    in_history: set[str] = set()
    keys = {bit: key for key, bit in bits.items()}
    bits_in_paths = 0
    for commit, path, blob in _sort_added_files(history, dates):
        if findings := objects.by_id.get(blob):
            in_history.add(blob)
            for key, member_path, line in _list_lines(findings, bits):
                occurrences[key].append(Occurrence(path + member_path, line, blob, commit))
        if secrets.in_path and (held := secrets.in_path(path) & ~secrets.blobs.get(blob, 0)):
            bits_in_paths |= held
            for bit in propagation.split_bits(held):
                occurrences[keys[bit]].append(Occurrence(path, 1, blob, commit))
    for findings in objects.by_id.values():
        if findings.object_id in in_history:
            continue
        for key, member_path, line in _list_lines(findings, bits):
            if findings.kind != TREE or not bits_in_paths & bits[key]:
                occurrences[key].append(build_unplaced(findings, member_path, line))
    return occurrences


def _sort_added_files(
    history: propagation.TreeHistory, dates: CommitDates
) -> list[tuple[str, str, str]]:
    """List the first commit of each blob at each path, by date."""
    added = history.added_files.items()
    first = [(min(commits, key=dates.sort_key), path, blob) for (path, blob), commits in added]
    return sorted(first, key=lambda entry: (*dates.sort_key(entry[0]), *entry[1:]))


def _list_lines(
    findings: ObjectFindings, bits: dict[SecretKey, int]
) -> list[tuple[SecretKey, str, int]]:
    """List the lines of an object with reported secrets, without duplicates."""
    refs = (ref for ref in findings.refs if ref.key in bits)
    return list(dict.fromkeys((ref.key, ref.member_path, ref.line) for ref in refs))


def build_unplaced(findings: ObjectFindings, member_path: str, line: int) -> Occurrence:
    """Return the occurrence of a secret in an object that has no path in the history."""
    if findings.kind == COMMIT:
        path, commit = "(commit message)", findings.object_id
    elif findings.kind in (BLOB, TREE):
        path, commit = UNREACHABLE_PATH + member_path if member_path else "", ""
    else:
        path, commit = "(tag message)", ""
    return Occurrence(path, line, findings.object_id, commit)


def select_places(
    occurrences: list[Occurrence], head_paths: Mapping[str, Collection[str]]
) -> tuple[Occurrence, ...]:
    """Return the places to list, oldest first: if there are too many, the oldest and those at HEAD.

    `head_paths` are the paths, by blob, of the files of HEAD's tree that hold secrets.
    """
    marked = [o._replace(at_head=_is_in(o.path, head_paths.get(o.blob, ()))) for o in occurrences]
    if len(marked) <= MAX_OCCURRENCES:
        return tuple(marked)
    ranks = sorted(range(1, len(marked)), key=lambda number: not marked[number].at_head)
    return tuple(marked[number] for number in sorted([0, *ranks[: MAX_OCCURRENCES - 1]]))


def _is_in(path: str, files: Collection[str]) -> bool:
    """Return whether a path is that of one of some files, or of a member of one."""
    while path:
        if path in files:
            return True
        path = path.rpartition(MEMBER_SEPARATOR)[0]
    return False


class Reachability(NamedTuple):
    """The secrets in the history of each ref name."""

    bits: dict[str, int]
    """By ref name: the bits of all secrets in its history."""
    names_by_object: dict[str, list[str]]
    """By object id: the ref names that refer to the object."""
    max_names: int
    """Maximum number of names that are listed of one secret."""

    @property
    def is_limited(self) -> bool:
        """Whether there are more names than are listed of one secret."""
        return len(self.bits) > self.max_names


def build_reachability(
    ref_names: RefNames, history: propagation.TreeHistory, secrets: int
) -> Reachability:
    """Combine the histories of the objects that each ref name refers to.

    `secrets` is the number of secrets whose names are listed.
    """
    bits: dict[str, int] = {}
    names_by_object: dict[str, list[str]] = {}
    for name, ids in ref_names.items():
        bits[name] = 0
        for object_id in ids:
            bits[name] |= history.states.get(object_id, propagation.EMPTY_STATE).cumulative
            names_by_object.setdefault(object_id, []).append(name)
        if name.startswith(PAST):  # only what the branch has lost
            bits[name] &= ~bits.get(name.removeprefix(PAST), 0)
    max_names = max(_MIN_NAMES, _MAX_ALL_NAMES // max(1, secrets))
    return Reachability(bits, names_by_object, max_names)


def list_names_reaching(
    bit: int, occurrences: list[Occurrence], reachability: Reachability
) -> tuple[str, ...]:
    """List the ref names whose history has a secret, or that refer to an object with it."""
    direct = {n for o in occurrences for n in reachability.names_by_object.get(o.blob, ())}
    direct |= {occurrence.path for occurrence in occurrences if not occurrence.blob}
    names = (n for n, bits in reachability.bits.items() if bits & bit or n in direct)
    return tuple(islice(names, reachability.max_names)) or ("unreachable",)
