"""Comparison of trees by the native core, which uses the deltas of the trees.

It reads all trees of a repository, so git compares a few pairs of a large one, and those that the
core rejects.
"""

from __future__ import annotations

from wakeyscan.audit.native_packs import (
    has_native_core,
    native,
    open_natively,
    read_pack_headers,
)
from wakeyscan.audit.object_tasks import read_loose_objects
from wakeyscan.audit.tree_diff import (
    EntryFilter,
    MatchingEntry,
    TreeDiffs,
    check_difference_count,
    diff_trees,
    join_diffs,
)
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.object_dirs import join_loose_name, list_indexes, list_loose_objects
from wakeyscan.git.objects import TREE, empty_tree_id, is_object_id
from wakeyscan.git.pack_index import PackError, PackIndex, read_pack_index

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.audit.tree_diff import TreeComparer
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository

_OBJECTS_PER_PAIR = 500
"""Objects of a repository for each pair of trees; with more, git is faster."""

_BATCH_SIZE = 256
"""Pairs of trees in one call, whose differences are all in memory."""

_MAX_LOOSE = 20_000
"""Maximum number of loose objects; git is faster than a search for trees among more."""

_ERRORS = (ValueError, OSError, OverflowError, BufferError, PackError)
"""Errors of a repository that is left to git: damage, or more than the core holds in memory."""


def choose_tree_comparer(repository: Repository) -> TreeComparer:
    """Return the comparer of the native core, or git where the core is not installed."""
    return NativeTreeComparer(repository) if has_native_core() else diff_trees


class NativeTreeComparer:
    """Compares trees in the native core; calls with the same blobs read the trees once."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._history: Any = None
        self._filter = EntryFilter(frozenset(), None, None)

    def __call__(self, pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
        """Return the differences that matter; raise `GitError` where git does."""
        if entry_filter.matches_path or not pairs:
            return diff_trees(pairs, git, entry_filter)
        try:
            return self._compare(pairs, entry_filter)
        except _ERRORS:
            return diff_trees(pairs, git, entry_filter)

    def _compare(self, pairs: list[str], entry_filter: EntryFilter) -> TreeDiffs:
        if self._history is None or self._filter != entry_filter:
            self._history = self._read_history(len(pairs), entry_filter)
            self._filter = entry_filter
        starts = range(0, len(pairs), _BATCH_SIZE)
        diffs = join_diffs(self._compare_batch(pairs[at : at + _BATCH_SIZE]) for at in starts)
        return diffs if entry_filter.list_objects else diffs._replace(missing=None)

    def _compare_batch(self, pairs: list[str]) -> TreeDiffs:
        empty = empty_tree_id(pairs[0].partition(" ")[0])
        differences, missing = self._history.compare(pairs, empty)
        check_difference_count(len(differences))
        matching = [
            MatchingEntry(pairs[position].encode("ascii"), entry, path)
            for position, entry, path in differences
        ]
        lost = frozenset(object_id.hex().encode("ascii") for object_id in missing)
        return TreeDiffs(matching, lost)

    def _read_history(self, pairs: int, entry_filter: EntryFilter) -> Any:
        folders, width = self._repository.object_folders, self._repository.id_width
        indexes = [
            read_pack_index(path, width) for folder in folders for path in list_indexes(folder)
        ]
        loose = [path for folder in folders for path in list_loose_objects(folder)]
        objects = len(loose) + sum(len(index.offsets) for index in indexes)
        if objects > _OBJECTS_PER_PAIR * pairs or len(loose) > _MAX_LOOSE:
            raise ValueError("git is faster")
        history = native.History(
            width,
            [(index.ids, index.offsets) for index in indexes if index.offsets],
            [object_id for object_id in map(_parse_loose_id, loose) if object_id],
            [bytes.fromhex(blob.decode("ascii")) for blob in entry_filter.blobs],
            entry_filter.list_objects is not None,
        )
        _add_packed_trees(history, [index for index in indexes if index.offsets])
        for name, kind, content in read_loose_objects(tuple(loose)):
            if kind == TREE and content is not None:
                history.add_loose(bytes.fromhex(name), content)
        return history


def _add_packed_trees(history: Any, indexes: list[PackIndex]) -> None:
    for number, index in enumerate(indexes):
        history.add_pack(number, *_open_pack(index))


def _open_pack(index: PackIndex) -> tuple[Any, bytes]:
    """Return the pack of the core, and the kinds of its entries; nothing else stays in memory."""
    pack = read_pack_headers(index)
    return open_natively(pack), pack.kinds


def _parse_loose_id(path: str) -> bytes:
    object_id = join_loose_name(path)
    return bytes.fromhex(object_id) if is_object_id(object_id) else b""
