"""Which commits have which secrets, followed through the graph with a set of bits for each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import NamedTuple

from wakeyscan import changes, git
from wakeyscan.history.chronicle import Chronicle, sum_of
from wakeyscan.history.graph import Graph
from wakeyscan.objectid import is_zero

State = frozenset[tuple[str, str]]
"""What of a tree holds secrets: (path, blob)."""


_NOTHING: State = frozenset()

_TOGETHER = 2
"""Processes of git that compare trees at a time."""


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
    brought: dict[tuple[str, str], list[str]]
    """By (path, blob): the commits whose tree has that there, and no parent's has."""
    turns: tuple[Turn, ...]
    """Parents before children."""
    chronicle: Chronicle
    """What of it is worth remembering."""

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


def follow(graph: Graph, carriers: Carriers) -> History:
    """Follow secrets through the history, in one pass over its changes."""
    touching = _relevant(graph, carriers)
    changed = dict(_by_commit(touching))
    states: dict[str, State] = {}
    bits: dict[State, int] = {frozenset(): 0}
    now: dict[str, int] = {}
    ever: dict[str, int] = {}
    brought: dict[tuple[str, str], list[str]] = {}
    turns: list[Turn] = []
    for commit, parents in graph.parents.items():
        if len(parents) == 1 and commit not in changed and commit not in carriers.messages:
            states[commit] = states.get(parents[0], _NOTHING)  # as most are: nothing happens
            now[commit] = now.get(parents[0], 0)
            ever[commit] = ever.get(parents[0], 0)
            continue
        had = [states.get(parent, _NOTHING) for parent in parents]
        state = had[0] if had else _NOTHING
        if commit in changed:
            state = _changed(state, changed[commit], carriers)
            for place in sorted(state.difference(*had)):
                brought.setdefault(place, []).append(commit)
        states[commit] = state
        if state not in bits:
            bits[state] = _bits(state, carriers)
        now[commit] = held = bits[state]
        ever[commit] = carriers.messages.get(commit, 0) | held
        for parent in parents:
            ever[commit] |= ever.get(parent, 0)
        turn = _turn(commit, held, [now.get(parent, 0) for parent in parents])
        if turn.gained or turn.lost:
            turns.append(turn)
    chronicle = _chronicle(graph.chronicle, touching, carriers)
    return History(graph, now, ever, brought, tuple(turns), chronicle)


def _turn(commit: str, now: int, before: list[int]) -> Turn:
    had_by_any, had_by_all = 0, -1 if before else 0
    for bits in before:
        had_by_any |= bits
        had_by_all &= bits
    return Turn(commit, now & ~had_by_any, had_by_all & ~now)


class _Touch(NamedTuple):
    """One change of what holds secrets, as git tells it."""

    commit: bytes
    entry: bytes
    path: bytes


def _relevant(graph: Graph, carriers: Carriers) -> list[_Touch]:
    """List the changes that matter, each commit against its first parent."""
    past = graph.chronicle
    same = past.carriers == sum_of(carriers.blobs) and not carriers.of_name
    fields = iter(past.changes.split(b"\0") if same and past.changes else ())
    touching = [_Touch(*change) for change in zip(fields, fields, fields, strict=True)]
    new = islice(graph.parents.items(), graph.recalled if same else 0, None)
    lines = [f"{commit} {parents[0]}\n" if parents else f"{commit}\n" for commit, parents in new]
    parts = [lines[start::_TOGETHER] for start in range(_TOGETHER)]
    with ThreadPoolExecutor(_TOGETHER) as threads:  # they wait for git, which is what works
        for out in threads.map(partial(_diffs, graph.sterile), parts):
            touching += _touching(out, carriers)
    return touching


def _by_commit(touching: list[_Touch]) -> Iterator[tuple[str, list[changes.Change]]]:
    for commit, some in groupby(touching, key=itemgetter(0)):
        fields = (field for touch in some for field in (touch.entry, touch.path))
        yield commit.decode("ascii"), list(changes.parse(fields))


def _chronicle(past: Chronicle, touching: list[_Touch], carriers: Carriers) -> Chronicle:
    """Say what to remember; where names hold secrets, no changes: they have the names."""
    if carriers.of_name:
        return past._replace(carriers=b"", changes=b"")
    fields = b"\0".join(chain.from_iterable(touching))
    return past._replace(carriers=sum_of(carriers.blobs), changes=fields)


def _diffs(sterile: git.Git, lines: list[str]) -> bytes:
    if not lines:
        return b""
    asked = ("--stdin", "--raw", "-z", "-r", "--root", "--no-abbrev", "--no-renames")
    return sterile.run("diff-tree", *asked, stdin="".join(lines).encode())


def _touching(out: bytes, carriers: Carriers) -> Iterator[_Touch]:
    """Yield the changes that matter: a few among a million, as a rule.

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
            yield _Touch(commit, field, path)


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
