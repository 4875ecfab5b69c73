"""Propagation of secrets through the commit graph, with one bit per secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import chain, groupby, islice
from operator import and_, itemgetter, or_

from wakeyscan.audit.cache import CachedHistory, hash_ids
from wakeyscan.audit.tree_diff import (
    EntryFilter,
    MatchingEntry,
    ObjectListing,
    TreeComparer,
    TreeDiffs,
    diff_trees,
)
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import diff
from wakeyscan.git.objects import is_null_id

if TYPE_CHECKING:
    from wakeyscan.audit.commit_graph import CommitGraph

SecretFiles = frozenset[tuple[str, str]]
"""The files of a tree that hold secrets, as (path, blob)."""


class TreeState(NamedTuple):
    """The secrets in a commit's tree, and in its history.

    Most commits change no secret, and share this value with their parent.
    """

    files: SecretFiles
    current: int
    """The bits of the secrets in the tree."""
    cumulative: int
    """The bits of the secrets that the commit or an ancestor ever had."""


EMPTY_STATE = TreeState(frozenset(), 0, 0)
"""The state of a commit without a secret in its history."""


class SecretBits(NamedTuple):
    """The bits of the secrets in each object."""

    blobs: dict[str, int]
    messages: dict[str, int]
    """By commit."""
    in_path: Callable[[str], int] | None
    """Returns the bits of the secrets in a path; `None`: no path has a secret."""

    def in_file(self, path: str, blob: str) -> int:
        """Return the bits of a file, of its path and of its content."""
        return self.blobs.get(blob, 0) | (self.in_path(path) if self.in_path else 0)

    def in_files(self, files: SecretFiles) -> int:
        """Return the bits of several files."""
        return reduce(or_, (self.in_file(path, blob) for path, blob in files), 0)


class CommitChange(NamedTuple):
    """A commit that adds or removes secrets."""

    commit: str
    added: int
    """The bits of the secrets that its tree has and no parent's has."""
    removed: int
    """The bits of the secrets that its tree lacks and every parent's has."""


class TreeHistory(NamedTuple):
    """The secrets of every commit, and the commits that changed them."""

    graph: CommitGraph
    states: dict[str, TreeState]
    """By commit."""
    added_files: dict[tuple[str, str], list[str]]
    """By (path, blob): the commits whose tree has this file while no parent's has."""
    changes: tuple[CommitChange, ...]
    """Parents before children."""
    cached: CachedHistory
    """The part of the history to cache."""
    missing: frozenset[bytes] | None = None
    """The objects of the history that do not exist, in hex; `None`: not checked."""

    def list_adding_commits(self) -> dict[int, list[str]]:
        """List, by bit, the commits whose tree has a secret that no parent's has."""
        return group_by_bit((change.added, change.commit) for change in self.changes)

    def list_removing_commits(self) -> dict[int, list[str]]:
        """List, by bit, the commits whose tree lacks a secret that every parent's has.

        A merge with a branch that still has the secret removes nothing.
        """
        return group_by_bit((change.removed, change.commit) for change in self.changes)


def group_by_bit(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    """Return, for each bit that is set anywhere, the names it is set for.

    One pass serves all secrets: a repository may have as many as commits.
    """
    names: dict[int, list[str]] = {}
    for bits, name in pairs:
        for bit in split_bits(bits):
            names.setdefault(bit, []).append(name)
    return names


def split_bits(bits: int) -> Iterator[int]:
    """Yield each bit that is set, the lowest first."""
    while bits:
        bit = bits & -bits
        yield bit
        bits ^= bit


def propagate(
    graph: CommitGraph,
    secrets: SecretBits,
    list_objects: ObjectListing | None = None,
    compare: TreeComparer = diff_trees,
) -> TreeHistory:
    """Compute the secrets of every commit, in one pass over the changes of the history.

    With `list_objects`, also find the objects that are missing.
    """
    diffs = _diff_history(graph, secrets, list_objects, compare)
    changes_by_pair = dict(_group_by_tree_pair(diffs.matching))
    changed_trees = {tree_pair.partition(" ")[2] for tree_pair in changes_by_pair}
    states: dict[str, TreeState] = {}
    bits: dict[SecretFiles, int] = {frozenset(): 0}
    added_files: dict[tuple[str, str], list[str]] = {}
    commit_changes: list[CommitChange] = []
    for commit, parents in graph.parents.items():
        is_changed = graph.trees[commit] in changed_trees or commit in secrets.messages
        if len(parents) == 1 and not is_changed:  # true for most commits
            states[commit] = states.get(parents[0], EMPTY_STATE)
            continue
        changes = changes_by_pair.get(graph.tree_pair(commit))
        before = [states.get(parent, EMPTY_STATE) for parent in parents] or [EMPTY_STATE]
        files = before[0].files
        if changes:
            files = apply_changes(files, changes, secrets)
            for file in sorted(files.difference(*(state.files for state in before))):
                added_files.setdefault(file, []).append(commit)
        if files not in bits:
            bits[files] = secrets.in_files(files)
        current = bits[files]
        inherited = reduce(or_, (s.cumulative for s in before), secrets.messages.get(commit, 0))
        states[commit] = TreeState(files, current, inherited | current)
        change = _compare(commit, current, [state.current for state in before])
        if change.added or change.removed:
            commit_changes.append(change)
    return TreeHistory(
        graph=graph,
        states=states,
        added_files=added_files,
        changes=tuple(commit_changes),
        cached=_build_cached_history(graph.cached, diffs.matching, secrets),
        missing=diffs.missing,
    )


def _compare(commit: str, current: int, before: list[int]) -> CommitChange:
    in_any_parent, in_every_parent = reduce(or_, before), reduce(and_, before)
    return CommitChange(commit, current & ~in_any_parent, in_every_parent & ~current)


def _diff_history(
    graph: CommitGraph,
    secrets: SecretBits,
    list_objects: ObjectListing | None,
    compare: TreeComparer,
) -> TreeDiffs:
    """Find the changes that matter: cached ones first, then those of the remaining commits."""
    cached = graph.cached
    is_same = cached.blobs_digest == hash_ids(secrets.blobs) and not secrets.in_path
    fields = iter(cached.changes.split(b"\0") if is_same and cached.changes else ())
    cached_entries = [MatchingEntry(*entry) for entry in zip(fields, fields, fields, strict=True)]
    start = graph.cached_count if is_same else 0
    blobs = frozenset(blob.encode("ascii") for blob in secrets.blobs)
    entry_filter = EntryFilter(blobs, secrets.in_path, None if start else list_objects)
    new = graph.parents.keys() if not start else set(islice(graph.parents, start, None))
    # In the order of the packs, successive trees share bases, which git then unpacks once.
    all_pairs = map(graph.tree_pair, filter(new.__contains__, graph.trees))
    pairs = [pair for pair in dict.fromkeys(all_pairs) if pair]
    diffs = compare(pairs, graph.git, entry_filter)
    return diffs._replace(matching=cached_entries + diffs.matching)


def _group_by_tree_pair(entries: list[MatchingEntry]) -> Iterator[tuple[str, list[diff.Change]]]:
    for tree_pair, group in groupby(entries, key=itemgetter(0)):
        fields = (field for matching in group for field in (matching.entry, matching.path))
        yield tree_pair.decode("ascii"), list(diff.parse_changes(fields))


def _build_cached_history(
    past: CachedHistory, matching: list[MatchingEntry], secrets: SecretBits
) -> CachedHistory:
    """Return the history to cache, without changes if paths contain secrets."""
    if secrets.in_path:
        return past._replace(blobs_digest=b"", changes=b"")
    fields = b"\0".join(chain.from_iterable(matching))
    return past._replace(blobs_digest=hash_ids(secrets.blobs), changes=fields)


def apply_changes(
    files: SecretFiles, changes: list[diff.Change], secrets: SecretBits
) -> SecretFiles:
    """Return the files with secrets after the changes of a commit."""
    changed_paths = {change.path for change in changes}
    kept = {file for file in files if file[0] not in changed_paths}
    for change in changes:
        if not is_null_id(change.new_id) and secrets.in_file(change.path, change.new_id):
            kept.add((change.path, change.new_id))
    return frozenset(kept)
