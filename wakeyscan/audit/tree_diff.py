"""Tree differences of a history, computed by git in batches and filtered for what affects a report.

Trees are compared rather than commits: most histories repeat some pairs of trees, and git need not
read the commits again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain

from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol
from wakeyscan.git import tree_paths

if TYPE_CHECKING:
    from concurrent import futures

    from wakeyscan.git.command import Git
else:
    futures = lazy_import("concurrent.futures")  # only a history with keys is compared

_PROCESSES = 2
"""Maximum number of git processes that compare trees at the same time."""

_BATCH_SIZE = 4096
"""Pairs of trees per process; its output, 3 MB for curl, is all that is held in memory."""

_MAX_OUTPUT = 64 << 20
"""Bytes of the output of a process; with more, its pairs are split between two."""

MAX_DIFFERENCES = 300_000
"""Maximum number of differences that matter, in the whole history: they take 500 MB."""

_SUBMODULE = b"160000"
_DIFF_TREE = ("diff-tree", "--stdin", "--raw", "-z", "-r", "--no-abbrev", "--no-renames")


class MatchingEntry(NamedTuple):
    """A difference that matters, as git writes it."""

    tree_pair: bytes
    """The ids of the two trees, separated by a space."""
    entry: bytes
    path: bytes


ObjectListing = Callable[[], frozenset[bytes] | None]
"""Returns the ids of all objects, in hex; `None` if a pack index cannot be read."""


class EntryFilter(NamedTuple):
    """The differences of trees that matter."""

    blobs: frozenset[bytes]
    """Ids, in hex."""
    matches_path: Callable[[str], object] | None
    """Returns whether a path matters; `None`: no path does."""
    list_objects: ObjectListing | None
    """Lists all objects, to check that trees name no other; `None`: do not check."""


class TreeDiffs(NamedTuple):
    """The result of comparing trees."""

    matching: list[MatchingEntry]
    missing: frozenset[bytes] | None
    """The objects that do not exist although the second tree of a pair adds them, in hex; `None`:
    not checked."""


class TreeComparer(Protocol):
    """Compares the pairs of trees of a history: the seam for an implementation without git.

    `pairs` are two ids in hex, separated by a space; the first one may be that of the empty tree,
    which need not exist. The result lists the matching differences pair by pair. Raise `GitError`
    if a tree is missing or damaged, `TooManyPaths` if the trees name the same files too often.
    """

    def __call__(self, pairs: list[str], git: Git, entry_filter: EntryFilter, /) -> TreeDiffs:
        """Return the differences that matter."""
        ...


def diff_trees(pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
    """Compare pairs of trees; raise `GitError` if one is missing, damaged or has too many paths."""
    batches = [pairs[start : start + _BATCH_SIZE] for start in range(0, len(pairs), _BATCH_SIZE)]
    with (
        futures.ThreadPoolExecutor(1) as lister,
        futures.ThreadPoolExecutor(_PROCESSES) as threads,  # they wait, git does the work
    ):
        listing = lister.submit(entry_filter.list_objects or _list_nothing)  # git starts meanwhile
        diff_batch = partial(_diff_batch, git, entry_filter, listing)
        diffs = join_diffs(threads.map(diff_batch, batches))
        is_checked = bool(listing.result())
    return diffs if is_checked else diffs._replace(missing=None)


def check_difference_count(differences: int) -> None:
    """Raise `GitError` for more differences that matter than fit into memory.

    A few kilobytes of commits can move thousands of files each.
    """
    if differences > MAX_DIFFERENCES:
        raise GitError(f"files with keys are added or removed over {MAX_DIFFERENCES:,} times")


def _list_nothing() -> None:
    """Return that no objects are known."""


class RememberedDiffs:
    """A comparer that compares each pair of trees once; all calls must have the same filter."""

    def __init__(self, compare: TreeComparer) -> None:
        self._compare = compare
        self._by_pair: dict[str, list[MatchingEntry]] = {}
        self._compared: set[str] = set()
        self._missing: frozenset[bytes] | None = frozenset()

    def __call__(self, pairs: list[str], git: Git, entry_filter: EntryFilter) -> TreeDiffs:
        """Return the differences of all pairs; compare only the new pairs."""
        new = [pair for pair in pairs if pair not in self._compared]
        diffs = self._compare(new, git, entry_filter)
        self._compared.update(new)
        for entry in diffs.matching:
            self._by_pair.setdefault(entry.tree_pair.decode("ascii"), []).append(entry)
        if self._missing is not None:
            self._missing = None if diffs.missing is None else self._missing | diffs.missing
        matching = (self._by_pair.get(pair, ()) for pair in pairs)
        return TreeDiffs(list(chain.from_iterable(matching)), self._missing)


def _diff_batch(
    git: Git,
    entry_filter: EntryFilter,
    known_objects: futures.Future[frozenset[bytes] | None],
    pairs: list[str],
) -> TreeDiffs:
    if (output := _compare_trees(pairs, git)) is None:
        halves = pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]
        return join_diffs(_diff_batch(git, entry_filter, known_objects, half) for half in halves)
    fields = output.split(b"\0")
    answered = sum(entry.count(b"\n") for entry in fields[::2] if entry[:1] != b":")
    if answered != len(pairs):  # git omits a missing tree without an error
        raise GitError(f"{git.name}: {len(pairs) - answered} trees are missing or damaged")
    # The field after the last pair has no entry.
    entries = list(zip(fields[::2], fields[1::2], strict=False))
    matching = list(filter_entries(entries, entry_filter))
    return TreeDiffs(matching, find_missing(entries, known_objects.result()))


def _compare_trees(pairs: list[str], git: Git) -> bytes | None:
    """Return the output of git for some pairs, or `None` if it is large and may be split."""
    parts, size = [], 0
    for part in tree_paths.compare_trees(_DIFF_TREE, pairs, git):
        parts.append(part)
        size += len(part)
        if size > _MAX_OUTPUT and len(pairs) > 1:
            return None
    return b"".join(parts)


def join_diffs(results: Iterable[TreeDiffs]) -> TreeDiffs:
    """Return the differences of several parts of a history; raise `GitError` for too many."""
    matching: list[MatchingEntry] = []
    missing: set[bytes] = set()
    for result in results:
        matching += result.matching
        check_difference_count(len(matching))
        missing.update(result.missing or ())
    return TreeDiffs(matching, frozenset(missing))


def filter_entries(
    entries: list[tuple[bytes, bytes]], entry_filter: EntryFilter
) -> Iterator[MatchingEntry]:
    """Yield the differences that matter, usually a few among a million.

    An entry is `:mode mode id id status`, with fixed widths from its end. The first entry of a pair
    has a line with the pair before it, and lines for preceding pairs without differences.
    """
    blobs, matches_path = entry_filter.blobs, entry_filter.matches_path
    new, old = _slice_ids(len(next(iter(blobs), b"")))
    tree_pair = b""
    for entry, path in entries:
        if entry[:1] != b":":
            lines, _, entry = entry.rpartition(b"\n")
            tree_pair = lines[lines.rfind(b"\n") + 1 :]
        if (
            entry[new] in blobs
            or entry[old] in blobs
            or (matches_path and matches_path(os.fsdecode(path)))
        ):
            yield MatchingEntry(tree_pair, entry, path)


def find_missing(
    entries: list[tuple[bytes, bytes]], known_objects: frozenset[bytes] | None
) -> frozenset[bytes] | None:
    """Return the new objects, except for submodules, that are not known; `None`: not checked."""
    if not known_objects:
        return None
    new, old = _slice_ids(len(next(iter(known_objects))))
    named = {entry[new] for entry, _ in entries}
    unknown = {object_id for object_id in named - known_objects if object_id.strip(b"0")}
    mode = slice(old.start - 7, old.start - 1)
    wanted = (e for e, _ in entries if e[new] in unknown) if unknown else ()
    return frozenset(entry[new] for entry in wanted if entry[mode] != _SUBMODULE)


def _slice_ids(width: int) -> tuple[slice, slice]:
    """Return the slices of an entry with the new id and with the old one."""
    return slice(-2 - width, -2), slice(-3 - 2 * width, -3 - width)
