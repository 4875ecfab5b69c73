"""The commit graph of a history: parents, trees and author dates."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.audit.cache import CachedHistory
from wakeyscan.core.errors import GitError
from wakeyscan.git.objects import empty_tree_id

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_REV_LIST = ("rev-list", "--stdin", "--format=%H %T %P", "--topo-order", "--reverse")


class CommitGraph(NamedTuple):
    """Commits, parents before children."""

    parents: dict[str, tuple[str, ...]]
    trees: dict[str, str]
    """The tree of each commit."""
    git: Git
    """Git with the same view of the history."""
    cached: CachedHistory
    """The part of the history to cache; without tips if the history is truncated: cache nothing."""
    cached_count: int = 0
    """Number of commits, from the start, that came from the cache."""

    def tree_pair(self, commit: str) -> str:
        """Return the trees of a commit's first parent and of itself, separated by a space.

        The result is empty if the trees are equal. Raise `GitError` if the parent is not in the
        graph: with a damaged pack index git omits commits without an error.
        """
        after, parents = self.trees[commit], self.parents[commit]
        before = self.trees.get(parents[0], "") if parents else empty_tree_id(after)
        if not before:
            raise GitError(f"{self.git.name}: commit {parents[0]} cannot be read")
        return f"{before} {after}" if before != after else ""


class GraphReader:
    """Reads the history of some commits, on request or in a background thread."""

    def __init__(self, tips: Iterable[str], git: Git, cached: CachedHistory) -> None:
        self._arguments = frozenset(tips), git, cached
        self._executor = ThreadPoolExecutor(1)
        self._future: Future[CommitGraph] | None = None
        self.cached = cached

    def start(self) -> None:
        """Start reading in the background; processes must be forked before this call."""
        self._future = self._future or self._executor.submit(read_graph, *self._arguments)

    def read(self) -> CommitGraph:
        """Return the graph; raise `GitError` if the history is truncated or damaged."""
        return self._future.result() if self._future else read_graph(*self._arguments)

    def close(self) -> None:
        """Wait for the background thread."""
        self._executor.shutdown()


def read_graph(tips: Iterable[str], git: Git, cached: CachedHistory) -> CommitGraph:
    """Read the history of some commits; raise `GitError` if it is truncated or damaged.

    A cached history is used only while all of its commits are still reachable.
    """
    wanted = frozenset(tips)
    if cached.tips:
        with suppress(GitError):  # a cached commit was dropped, and pruned
            graph = _read_from(cached, wanted, git)
            if cached.tips <= wanted or _reaches_all(wanted, graph):
                return graph
    return _read_from(CachedHistory(), wanted, git)


def read_truncated_graph(commits: list[str], git: Git) -> CommitGraph:
    """Read a history with missing parents, which starts at their children.

    `commits` must be all commits of the repository. Raise `GitError` if one is damaged.
    """
    graph = _read_from(CachedHistory(), frozenset(commits), _graft_roots(commits, git))
    return graph._replace(cached=CachedHistory())


def _reaches_all(tips: Iterable[str], graph: CommitGraph) -> bool:
    reached: set[str] = set()
    pending = [tip for tip in tips if tip in graph.parents]
    while pending:
        commit = pending.pop()
        if commit not in reached:
            reached.add(commit)
            pending += graph.parents[commit]
    return len(reached) == len(graph.parents)


def _read_from(cached: CachedHistory, tips: frozenset[str], git: Git) -> CommitGraph:
    output = b""
    if new_tips := tips - cached.tips:
        output = git.run(*_REV_LIST, stdin=_format_revisions(new_tips, cached.tips))
    # git writes a line `commit ID` before each line of ours. A history may have millions of them:
    # they are never held as a list.
    new_lines = b"".join(islice(BytesIO(output), 1, None, 2))
    commit_lines = cached.commit_lines + new_lines
    parents: dict[str, tuple[str, ...]] = {}
    trees: dict[str, str] = {}
    try:
        for line in BytesIO(commit_lines):
            commit, tree, *parent_ids = line.decode("ascii").split()
            parents[commit], trees[commit] = tuple(parent_ids), tree
    except ValueError:
        raise git.build_output_error("rev-list") from None
    return CommitGraph(
        parents=parents,
        trees=trees,
        git=git,
        cached=cached._replace(tips=tips, commit_lines=commit_lines),
        cached_count=len(parents) - new_lines.count(b"\n"),
    )


def _format_revisions(tips: Iterable[str], excluded: Iterable[str]) -> bytes:
    lines = [*(f"{tip}\n" for tip in sorted(tips)), *(f"^{tip}\n" for tip in sorted(excluded))]
    return "".join(lines).encode("ascii")


def _graft_roots(commits: list[str], git: Git) -> Git:
    """Return git that treats commits with missing parents as root commits."""
    known = frozenset(commits)
    roots = [
        found.id for found in git.read_objects(commits) if _parse_parents(found.read_all()) - known
    ]
    path = os.path.join(git.folder, "first-commits")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{commit}\n" for commit in roots)
    return git._replace(environment={**git.environment, "GIT_SHALLOW_FILE": path})


def _parse_parents(commit: bytes) -> frozenset[str]:
    header = commit.partition(b"\n\n")[0].split(b"\n")
    # git takes a line that is not ASCII for a parent that is missing
    return frozenset(line[7:].decode("latin-1") for line in header if line.startswith(b"parent "))


class CommitDates:
    """Author dates of commits, loaded on request."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._dates: dict[str, datetime] = {}

    def load(self, commits: Iterable[str]) -> None:
        """Load the dates of commits."""
        unknown = [commit for commit in commits if commit not in self._dates]
        for found in self._git.read_objects(dict.fromkeys(unknown)):
            self._dates[found.id] = parse_author_date(found.read_all())

    def date_of(self, commit: str) -> datetime:
        """Return the date of a loaded commit."""
        return self._dates[commit]

    def sort_key(self, commit: str) -> tuple[datetime, str]:
        """Return a key that sorts loaded commits by date, then by id."""
        return self._dates[commit], commit


def parse_author_date(commit: bytes) -> datetime:
    """Parse `author NAME <ADDRESS> SECONDS ZONE` in a commit; an invalid date is the epoch."""
    for line in commit.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"author "):
            words = line.rsplit(b" ", 2)
            try:
                return datetime.fromtimestamp(int(words[-2]), UTC)
            except (ValueError, IndexError, OverflowError, OSError):
                break
    return datetime.fromtimestamp(0, UTC)
