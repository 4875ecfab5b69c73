"""Which commits have which secrets: the history as a graph, with a set of bits for each commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from wakeyscan import changes, git
from wakeyscan.errors import GitError
from wakeyscan.objectid import is_zero

State = frozenset[tuple[str, str]]
"""What of a tree holds secrets: (path, blob)."""


_TOGETHER = 2
"""Processes of git that compare trees at a time."""


class Graph(NamedTuple):
    """Commits, parents before children."""

    parents: dict[str, tuple[str, ...]]
    sterile: git.Git
    """Git that sees the history just so."""


class Carriers(NamedTuple):
    """The bits of the secrets that things hold: one bit a secret."""

    blobs: dict[str, int]
    messages: dict[str, int]
    """By commit."""
    of_name: Callable[[str], int] | None
    """By path: what its name holds; `None`: no name holds any."""

    def at(self, path: str, blob: str) -> int:
        """Give the bits of a file."""
        return self.blobs.get(blob, 0) | (self.of_name(path) if self.of_name else 0)


class History(NamedTuple):
    """What each commit's tree holds, and what it or any ancestor ever held."""

    graph: Graph
    now: dict[str, int]
    ever: dict[str, int]
    first: dict[tuple[str, str], str]
    """By (path, blob): the first commit whose tree has that there; in the order of commits."""
    turns: tuple[Turn, ...]
    """Parents before children."""

    def introducing(self, bit: int) -> Iterator[str]:
        """Yield the commits whose tree has a secret that no parent's has."""
        return (turn.commit for turn in self.turns if turn.gained & bit)

    def removing(self, bit: int) -> Iterator[str]:
        """Yield the commits whose tree lacks a secret that all parents' have.

        A merge with a branch that still has it takes nothing away.
        """
        return (turn.commit for turn in self.turns if turn.lost & bit)


class Turn(NamedTuple):
    """A commit at which secrets come or go."""

    commit: str
    gained: int
    lost: int


def read(commits: list[str], sterile: git.Git) -> Graph:
    """Read the history of all commits that there are; raises `GitError` where one is damaged."""
    try:
        return _read(commits, sterile)
    except GitError:  # cut short: it begins where parents are missing
        return _read(commits, _cut(commits, sterile))


def _read(commits: list[str], sterile: git.Git) -> Graph:
    stdin = "".join(f"{commit}\n" for commit in commits).encode()
    out = sterile.run("rev-list", "--stdin", "--parents", "--topo-order", "--reverse", stdin=stdin)
    rows = (line.split(" ") for line in out.decode("ascii").splitlines())
    return Graph({row[0]: tuple(row[1:]) for row in rows}, sterile)


def _cut(commits: list[str], sterile: git.Git) -> git.Git:
    """Give git that takes the commits for first ones whose parents are missing."""
    known = frozenset(commits)
    first = [found.name for found in sterile.objects(commits) if _parents(found.whole()) - known]
    path = os.path.join(sterile.folder, "first-commits")
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{commit}\n" for commit in first)
    return sterile._replace(environment={**sterile.environment, "GIT_SHALLOW_FILE": path})


def _parents(commit: bytes) -> frozenset[str]:
    header = commit.partition(b"\n\n")[0].split(b"\n")
    return frozenset(line[7:].decode("ascii") for line in header if line.startswith(b"parent "))


def follow(graph: Graph, carriers: Carriers) -> History:
    """Follow secrets through the history, in one pass over its changes."""
    changed = dict(_relevant(graph, carriers))
    states: dict[str, State] = {}
    bits: dict[State, int] = {frozenset(): 0}
    now: dict[str, int] = {}
    ever: dict[str, int] = {}
    first: dict[tuple[str, str], str] = {}
    turns: list[Turn] = []
    for commit, parents in graph.parents.items():
        state = states.get(parents[0], frozenset()) if parents else frozenset()
        if commit in changed:
            before, state = state, _changed(state, changed[commit], carriers)
            for place in sorted(state - before):
                first.setdefault(place, commit)
        states[commit] = state
        if state not in bits:
            bits[state] = _bits(state, carriers)
        now[commit] = bits[state]
        ever[commit] = carriers.messages.get(commit, 0) | now[commit]
        for parent in parents:
            ever[commit] |= ever.get(parent, 0)
        turn = _turn(commit, now[commit], [now.get(parent, 0) for parent in parents])
        if turn.gained or turn.lost:
            turns.append(turn)
    return History(graph, now, ever, first, tuple(turns))


def _turn(commit: str, now: int, before: list[int]) -> Turn:
    had_by_any, had_by_all = 0, -1 if before else 0
    for bits in before:
        had_by_any |= bits
        had_by_all &= bits
    return Turn(commit, now & ~had_by_any, had_by_all & ~now)


def _relevant(graph: Graph, carriers: Carriers) -> Iterator[tuple[str, list[changes.Change]]]:
    """Yield the commits that change what holds secrets, against their first parent."""
    lines = [f"{commit} {parents[0]}\n" if parents else f"{commit}\n"
             for commit, parents in graph.parents.items()]  # fmt: skip
    parts = [lines[start::_TOGETHER] for start in range(_TOGETHER)]
    with ThreadPoolExecutor(_TOGETHER) as threads:  # they wait for git, which is what works
        outs = list(threads.map(partial(_diffs, graph.sterile), parts))
    for out in outs:
        for commit, fields in groupby(_touching(out, carriers), key=itemgetter(0)):
            yield commit, list(changes.parse(part for _, *pair in fields for part in pair))


def _diffs(sterile: git.Git, lines: list[str]) -> bytes:
    asked = ("--stdin", "--raw", "-z", "-r", "--root", "--no-abbrev", "--no-renames")
    return sterile.run("diff-tree", *asked, stdin="".join(lines).encode())


def _touching(out: bytes, carriers: Carriers) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield commit, entry and path of the changes that matter: a few among a million, as a rule.

    An entry is `:mode mode id id status`, all but the last of known widths.
    """
    names = frozenset(name.encode() for name in carriers.blobs)
    width = len(next(iter(names), b""))
    old, new = slice(15, 15 + width), slice(16 + width, 16 + 2 * width)
    commit = b""
    fields = iter(out.split(b"\0"))
    for field in fields:
        if field[:1] != b":":
            commit = field
            continue
        path = next(fields)
        if (
            field[new] in names
            or field[old] in names
            or (carriers.of_name and carriers.of_name(os.fsdecode(path)))
        ):
            yield commit.decode("ascii"), field, path


def _changed(state: State, listed: list[changes.Change], carriers: Carriers) -> State:
    touched = {change.path for change in listed}
    kept = {place for place in state if place[0] not in touched}
    for change in listed:
        there = not is_zero(change.new)
        if there and carriers.at(change.path, change.new):
            kept.add((change.path, change.new))
    return frozenset(kept)


def _bits(state: State, carriers: Carriers) -> int:
    held = 0
    for path, blob in state:
        held |= carriers.at(path, blob)
    return held
