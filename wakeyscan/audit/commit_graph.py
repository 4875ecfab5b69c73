"""The commit graph of a history: parents, trees and author dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain

from wakeyscan.audit.cache import CachedHistory
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.objects import empty_tree_id

if TYPE_CHECKING:
    from wakeyscan.git.command import Git


class CommitGraph(NamedTuple):
    """Commits, parents before children."""

    parents: dict[str, tuple[str, ...]]
    trees: dict[str, str]
    """The tree of each commit, and of others."""
    git: Git
    cached: CachedHistory
    """The part of the history to cache; without tips if the history is truncated: cache nothing."""
    cached_count: int = 0
    """Number of commits, from the start, that came from the cache."""

    def tree_pair(self, commit: str) -> str:
        """Return the trees of a commit's first parent and of itself, separated by a space.

        The result is empty if the trees are equal.
        """
        after, parents = self.trees[commit], self.parents[commit]
        before = self.trees[parents[0]] if parents else empty_tree_id(after)
        return f"{before} {after}" if before != after else ""


class CommitList(NamedTuple):
    """All commits of a repository."""

    parents: dict[str, tuple[str, ...]]
    trees: dict[str, str]
    refused: frozenset[str]
    """The commits that git refuses to parse."""


def parse_commit_lines(lines: bytes) -> CommitList:
    """Parse a line per commit, in any order: its id, its tree and its parents.

    A history may have millions of them: they are never held as a list, and ids are shared.
    """
    parents: dict[str, tuple[str, ...]] = {}
    trees: dict[str, str] = {}
    refused: set[str] = set()
    ids: dict[str, str] = {}
    share = ids.setdefault  # `sys.intern` is slower
    for line in BytesIO(lines):
        commit, *links = line.decode("ascii").split()
        if links:
            commit = share(commit, commit)
            trees[commit] = links[0]
            parents[commit] = tuple([share(parent, parent) for parent in links[1:]])
        else:
            refused.add(commit)
    return CommitList(parents, trees, frozenset(refused))


def build_graph(
    commits: CommitList, tips: Iterable[str], git: Git, cached: CachedHistory
) -> CommitGraph:
    """Build the graph of all commits that `tips` reach; raise `GitError` if one is missing.

    A cached history is used only while all of its commits are still reachable.
    """
    wanted = frozenset(tips)
    if cached.tips <= commits.parents.keys():
        ordered = _order(cached.tips, commits, git, {})
        count = len(ordered)
        ordered = _order(wanted, commits, git, ordered)
        # If a commit is not reached, one without children is not: a cached tip that is gone.
        if wanted.issuperset(cached.tips.difference(chain.from_iterable(ordered.values()))):
            return CommitGraph(ordered, commits.trees, git, cached._replace(tips=wanted), count)
    ordered = _order(wanted, commits, git, {})
    return CommitGraph(ordered, commits.trees, git, CachedHistory(tips=wanted))


def _order(
    tips: Iterable[str], commits: CommitList, git: Git, known: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return the parents of each known commit and each that `tips` reach; parents come first."""
    ordered = dict(known)
    pending = sorted(tips, reverse=True)
    visited: set[str] = set()
    while pending:
        commit = pending[-1]
        parents = commits.parents.get(commit)
        if parents is None:
            raise GitError(f"{git.name}: commit {commit} cannot be read")
        unknown: Iterable[str] = ()
        if commit not in visited:  # of forged commits, one may be its own ancestor
            unknown = [parent for parent in parents if parent not in ordered]
        if unknown:
            visited.add(commit)
            pending += unknown
            continue
        ordered.setdefault(commit, parents)
        pending.pop()
    return ordered


def build_truncated_graph(commits: CommitList, git: Git) -> CommitGraph:
    """Build a graph of all commits in which those with missing parents have no parents.

    It is not cached. Raise `GitError` if git refuses to parse a commit.
    """
    for commit in commits.refused:
        raise GitError(f"{git.name}: commit {commit} cannot be read")
    known = commits.parents.keys()
    parents = {c: some if known >= set(some) else () for c, some in commits.parents.items()}
    ordered = _order(parents, commits._replace(parents=parents), git, {})
    return CommitGraph(ordered, commits.trees, git, CachedHistory())


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
