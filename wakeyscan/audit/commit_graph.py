"""The commits of a history, and how they hang together."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from typing import NamedTuple

from wakeyscan.audit.cache import CachedHistory
from wakeyscan.core.errors import GitError
from wakeyscan.git.command import Git
from wakeyscan.git.objects import empty_tree_id


class CommitGraph(NamedTuple):
    """Commits, parents before children."""

    parents: dict[str, tuple[str, ...]]
    trees: dict[str, str]
    """The tree of each commit."""
    sterile: Git
    """Git that sees the history just so."""
    chronicle: CachedHistory
    """What of it is worth remembering; without tips: nothing, as it was cut short."""
    recalled: int = 0
    """How many commits, the first ones, were remembered."""

    def step(self, commit: str) -> str:
        """Give the trees between which a commit's changes lie, its first parent's and its own.

        With a blank between; empty where it changes nothing. Raises `GitError` where the parent is
        not among the commits, which git is quiet about where the index of a pack is damaged.
        """
        after, parents = self.trees[commit], self.parents[commit]
        before = self.trees.get(parents[0], "") if parents else empty_tree_id(after)
        if not before:
            raise GitError(f"{self.sterile.name}: commit {parents[0]} can't be read")
        return f"{before} {after}" if before != after else ""


class GraphReader:
    """The history of some commits: read when it is wanted, or beside us once that has begun."""

    def __init__(self, tips: Iterable[str], sterile: Git, past: CachedHistory) -> None:
        self._asked = frozenset(tips), sterile, past
        self._threads = ThreadPoolExecutor(1)
        self._begun: Future[CommitGraph] | None = None
        self.past = past

    def begin(self) -> None:
        """Read from now on; whoever forks processes does so before."""
        self._begun = self._begun or self._threads.submit(read_graph, *self._asked)

    def graph(self) -> CommitGraph:
        """Give it, read; raises `GitError` where it is cut short or damaged."""
        return self._begun.result() if self._begun else read_graph(*self._asked)

    def close(self) -> None:
        """Wait for the end of what has begun."""
        self._threads.shutdown()


def read_graph(tips: Iterable[str], sterile: Git, past: CachedHistory) -> CommitGraph:
    """Read the history of some commits; raises `GitError` where it is cut short or damaged.

    What is remembered of it counts while all of that is still in it: no branch was thrown away.
    """
    wanted = frozenset(tips)
    if past.tips:
        with suppress(GitError):  # thrown away, and pruned
            graph = _read(wanted, sterile, past)
            if past.tips <= wanted or _reach_all(wanted, graph):
                return graph
    return _read(wanted, sterile, CachedHistory())


def read_cut(commits: list[str], sterile: Git) -> CommitGraph:
    """Read a history that is cut short: it begins where parents are missing.

    `commits` must be all that there are; raises `GitError` where one is damaged.
    """
    return _read(frozenset(commits), _cut(commits, sterile), CachedHistory())._replace(
        chronicle=CachedHistory()
    )


def _reach_all(tips: Iterable[str], graph: CommitGraph) -> bool:
    reached: set[str] = set()
    pending = [tip for tip in tips if tip in graph.parents]
    while pending:
        commit = pending.pop()
        if commit not in reached:
            reached.add(commit)
            pending += graph.parents[commit]
    return len(reached) == len(graph.parents)


def _asked(tips: Iterable[str], known: Iterable[str]) -> bytes:
    lines = [*(f"{tip}\n" for tip in sorted(tips)), *(f"^{tip}\n" for tip in sorted(known))]
    return "".join(lines).encode("ascii")


def _read(tips: frozenset[str], sterile: Git, past: CachedHistory) -> CommitGraph:
    out = b""
    if new := tips - past.tips:
        asked = ("--stdin", "--format=%H %T %P", "--topo-order", "--reverse")
        out = sterile.run("rev-list", *asked, stdin=_asked(new, past.tips))
    # Before each stands `commit` with its id once more. There may be millions: no list of them.
    fresh = b"".join(islice(BytesIO(out), 1, None, 2))
    told = past.rows + fresh
    parents: dict[str, tuple[str, ...]] = {}
    trees: dict[str, str] = {}
    for line in BytesIO(told):
        commit, tree, *others = line.decode("ascii").split()
        parents[commit], trees[commit] = tuple(others), tree
    chronicle = CachedHistory(tips, told, past.carriers, past.changes)
    return CommitGraph(parents, trees, sterile, chronicle, len(parents) - fresh.count(b"\n"))


def _cut(commits: list[str], sterile: Git) -> Git:
    """Give git that takes the commits for first ones whose parents are missing."""
    known = frozenset(commits)
    first = [
        found.id for found in sterile.read_objects(commits) if _parents(found.read_all()) - known
    ]
    path = os.path.join(sterile.folder, "first-commits")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{commit}\n" for commit in first)
    return sterile._replace(environment={**sterile.environment, "GIT_SHALLOW_FILE": path})


def _parents(commit: bytes) -> frozenset[str]:
    header = commit.partition(b"\n\n")[0].split(b"\n")
    return frozenset(line[7:].decode("ascii") for line in header if line.startswith(b"parent "))


class CommitDates:
    """Author dates of commits, read when they are wanted."""

    def __init__(self, sterile: Git) -> None:
        self._sterile = sterile
        self._known: dict[str, datetime] = {}

    def learn(self, commits: Iterable[str]) -> None:
        """Read the dates of commits."""
        unknown = [commit for commit in commits if commit not in self._known]
        for found in self._sterile.read_objects(dict.fromkeys(unknown)):
            self._known[found.id] = _author_date(found.read_all())

    def of(self, commit: str) -> datetime:
        """Give the date of a commit that was learnt."""
        return self._known[commit]

    def age(self, commit: str) -> tuple[datetime, str]:
        """Give what commits are put in order by: the date, then the id."""
        return self._known[commit], commit


def _author_date(commit: bytes) -> datetime:
    """Read `author Name <address> seconds zone`; what is no date is the epoch."""
    for line in commit.partition(b"\n\n")[0].split(b"\n"):
        if line.startswith(b"author "):
            words = line.rsplit(b" ", 2)
            try:
                return datetime.fromtimestamp(int(words[-2]), UTC)
            except (ValueError, IndexError, OverflowError, OSError):
                break
    return datetime.fromtimestamp(0, UTC)
