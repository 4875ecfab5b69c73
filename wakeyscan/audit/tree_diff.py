"""Lets git compare the trees of a history, a part at a time, and keeps what matters of its answer.

Trees are compared rather than commits: most histories take some steps twice, and git need not read
the commits again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

from wakeyscan.core.errors import GitError
from wakeyscan.git.command import Git

_TOGETHER = 2
"""Processes of git that compare trees at a time."""

_PART = 4096
"""Pairs of trees for one process: its answer, 3 MB of curl's, is all that is held of a history."""

_SUBMODULE = b"160000"


class MatchingEntry(NamedTuple):
    """One difference that matters, as git tells it."""

    step: bytes
    """The ids of the two trees, with a blank between."""
    entry: bytes
    path: bytes


class EntryFilter(NamedTuple):
    """What matters in the differences of trees."""

    blobs: frozenset[bytes]
    """Ids, in hex."""
    is_name: Callable[[str], object] | None
    """Says whether a path matters; `None`: none does."""
    known: frozenset[bytes] | None
    """All objects that there are; `None`: whether a tree names others need not be known."""


class TreeDiffs(NamedTuple):
    """What came of comparing trees."""

    touching: list[MatchingEntry]
    whole: bool
    """Whether all that these trees name is there, if all of their first ones' was."""


def diff_trees(pairs: list[str], sterile: Git, sought: EntryFilter) -> TreeDiffs:
    """Compare pairs of trees; raises `GitError` where one is missing or damaged."""
    parts = [pairs[start : start + _PART] for start in range(0, len(pairs), _PART)]
    touching: list[MatchingEntry] = []
    whole = sought.known is not None
    with ThreadPoolExecutor(_TOGETHER) as threads:  # they wait for git, which is what works
        for part in threads.map(partial(_walk, sterile, sought), parts):
            touching += part.touching
            whole &= part.whole
    return TreeDiffs(touching, whole)


def _walk(sterile: Git, sought: EntryFilter, pairs: list[str]) -> TreeDiffs:
    asked = ("--stdin", "--raw", "-z", "-r", "--no-abbrev", "--no-renames")
    out = sterile.run("diff-tree", *asked, stdin="".join(f"{pair}\n" for pair in pairs).encode())
    fields = out.split(b"\0")
    answered = sum(entry.count(b"\n") for entry in fields[::2] if entry[:1] != b":")
    if answered != len(pairs):  # git passes over a tree that is missing, and says nothing
        raise GitError(f"{sterile.name}: {len(pairs) - answered} trees are missing or damaged")
    differing = list(zip(fields[::2], fields[1::2], strict=False))  # what is left holds none
    return TreeDiffs(list(_touching(differing, sought)), _whole(differing, sought))


def _touching(differing: list[tuple[bytes, bytes]], sought: EntryFilter) -> Iterator[MatchingEntry]:
    """Yield the differences that matter: a few among a million, as a rule.

    An entry is `:mode mode id id status`, of known widths from the end. Before the first of a pair
    stands a line with the pair, and before that maybe lines of pairs without any.
    """
    blobs, is_name = sought.blobs, sought.is_name
    new, old = _ids(len(next(iter(blobs), b"")))
    step = b""
    for entry, path in differing:
        if entry[:1] != b":":
            lines, _, entry = entry.rpartition(b"\n")
            step = lines[lines.rfind(b"\n") + 1 :]
        if entry[new] in blobs or entry[old] in blobs or (is_name and is_name(os.fsdecode(path))):
            yield MatchingEntry(step, entry, path)


def _whole(differing: list[tuple[bytes, bytes]], sought: EntryFilter) -> bool:
    """Say whether all that is there afterwards, and is no submodule, is known."""
    if not sought.known:
        return False
    new, old = _ids(len(next(iter(sought.known))))
    named = {entry[new] for entry, _ in differing}
    strange = {name for name in named - sought.known if name.strip(b"0")}
    modes = slice(old.start - 7, old.start - 1)
    return not strange or all(e[modes] == _SUBMODULE for e, _ in differing if e[new] in strange)


def _ids(width: int) -> tuple[slice, slice]:
    """Say where in an entry the new id, and the old one, stand."""
    return slice(-2 - width, -2), slice(-3 - 2 * width, -3 - width)
