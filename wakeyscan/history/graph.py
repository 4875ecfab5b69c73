"""Which commits have which secrets: the history as a graph, with a set of bits for each commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from wakeyscan import changes, git

State = frozenset[tuple[str, str]]
"""What of a tree holds secrets: (path, blob)."""


class Graph(NamedTuple):
    """Commits, parents before children."""

    parents: dict[str, tuple[str, ...]]


class Carriers(NamedTuple):
    """The bits of the secrets that things hold: one bit a secret."""

    blobs: dict[str, int]
    messages: dict[str, int]
    """By commit."""
    of_name: Callable[[str], int]
    """By path: what its name holds."""


class History(NamedTuple):
    """What each commit's tree holds, and what it or any ancestor ever held."""

    graph: Graph
    now: dict[str, int]
    ever: dict[str, int]
    first: dict[tuple[str, str], str]
    """By (path, blob): the first commit whose tree has that there."""

    def introducing(self, bit: int) -> Iterator[str]:
        """Yield the commits whose tree has a secret that no parent's has."""
        for commit, parents in self.graph.parents.items():
            if self.now[commit] & bit and not any(self.now.get(p, 0) & bit for p in parents):
                yield commit

    def removing(self, bit: int) -> Iterator[str]:
        """Yield the commits whose tree lacks a secret that a parent's has."""
        for commit, parents in self.graph.parents.items():
            if not self.now[commit] & bit and any(self.now.get(p, 0) & bit for p in parents):
                yield commit


def read(tips: Iterable[str], sterile: git.Git) -> Graph:
    """Read the commits that tips reach; raises `GitError` where one is missing."""
    stdin = "".join(f"{tip}\n" for tip in tips).encode()
    out = sterile.run("rev-list", "--stdin", "--parents", "--topo-order", "--reverse", stdin=stdin)
    rows = (line.split(" ") for line in out.decode("ascii").splitlines())
    return Graph({row[0]: tuple(row[1:]) for row in rows})


def follow(graph: Graph, carriers: Carriers, sterile: git.Git) -> History:
    """Follow secrets through the history, in one pass over its changes."""
    changed = dict(_relevant(graph, carriers, sterile))
    states: dict[str, State] = {}
    bits: dict[State, int] = {frozenset(): 0}
    now: dict[str, int] = {}
    ever: dict[str, int] = {}
    first: dict[tuple[str, str], str] = {}
    for commit, parents in graph.parents.items():
        state = states.get(parents[0], frozenset()) if parents else frozenset()
        if commit in changed:
            state = _changed(state, changed[commit], carriers)
            for place in state:
                first.setdefault(place, commit)
        states[commit] = state
        if state not in bits:
            bits[state] = _bits(state, carriers)
        now[commit] = bits[state]
        past = carriers.messages.get(commit, 0) | now[commit]
        for parent in parents:
            past |= ever.get(parent, 0)
        ever[commit] = past
    return History(graph, now, ever, first)


def _relevant(
    graph: Graph, carriers: Carriers, sterile: git.Git
) -> Iterator[tuple[str, list[changes.Change]]]:
    """Yield the commits that change what holds secrets, against their first parent."""
    lines = (f"{commit} {parents[0]}\n" if parents else f"{commit}\n"
             for commit, parents in graph.parents.items())  # fmt: skip
    out = sterile.run(
        *("diff-tree", "--stdin", "--raw", "-z", "-r", "--root", "--no-abbrev", "--no-renames"),
        stdin="".join(lines).encode(),
    )
    for commit, listed in changes.by_commit(out):
        if wanted := [change for change in listed if _matters(change, carriers)]:
            yield commit, wanted


def _matters(change: changes.Change, carriers: Carriers) -> bool:
    texts = (change.new, *change.old)
    return any(text in carriers.blobs for text in texts) or bool(carriers.of_name(change.path))


def _changed(state: State, listed: list[changes.Change], carriers: Carriers) -> State:
    touched = {change.path for change in listed}
    kept = {place for place in state if place[0] not in touched}
    for change in listed:
        there = not changes.is_zero(change.new)
        if there and (change.new in carriers.blobs or carriers.of_name(change.path)):
            kept.add((change.path, change.new))
    return frozenset(kept)


def _bits(state: State, carriers: Carriers) -> int:
    held = 0
    for path, blob in state:
        held |= carriers.blobs.get(blob, 0) | carriers.of_name(path)
    return held
