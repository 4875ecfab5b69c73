"""Which commits have which secrets, followed through the graph with a set of bits for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from itertools import chain, groupby, islice
from operator import and_, itemgetter, or_
from typing import NamedTuple

from wakeyscan.audit.cache import CachedHistory, hash_tips
from wakeyscan.audit.commit_graph import CommitGraph
from wakeyscan.audit.tree_diff import EntryFilter, MatchingEntry, TreeDiffs, diff_trees
from wakeyscan.git import diff
from wakeyscan.git.objects import is_null_id

State = frozenset[tuple[str, str]]
"""What of a tree holds secrets: (path, blob)."""


class TreeState(NamedTuple):
    """What of a commit's tree holds secrets; and bits: of these, and of all that ever were there.

    Most commits hold what their parent does, and share this with it.
    """

    state: State
    now: int
    ever: int


NOTHING = TreeState(frozenset(), 0, 0)
"""What is held where there was never a secret."""


class SecretBits(NamedTuple):
    """The bits of the secrets that things hold: one bit a secret."""

    blobs: dict[str, int]
    messages: dict[str, int]
    """By commit."""
    of_name: Callable[[str], int] | None
    """By path: what its name holds; `None`: no name holds any."""

    def at(self, path: str, blob: str) -> int:
        """Give the bits of a file."""
        return self.blobs.get(blob, 0) | (self.of_name(path) if self.of_name else 0)


class TreeHistory(NamedTuple):
    """What each commit holds, and where it came from."""

    graph: CommitGraph
    held: dict[str, TreeState]
    """By commit."""
    brought: dict[tuple[str, str], list[str]]
    """By (path, blob): the commits whose tree has that there, and no parent's has."""
    turns: tuple[CommitChange, ...]
    """Parents before children."""
    chronicle: CachedHistory
    """What of it is worth remembering."""
    whole: bool = False
    """Whether it was shown that nothing of it is missing."""

    def introducing(self, bit: int) -> Iterator[str]:
        """Yield the commits whose tree has a secret that no parent's has."""
        return (turn.commit for turn in self.turns if turn.gained & bit)

    def removing(self, bit: int) -> Iterator[str]:
        """Yield the commits whose tree lacks a secret that all parents' have.

        A merge with a branch that still has it takes nothing away.
        """
        return (turn.commit for turn in self.turns if turn.lost & bit)


class CommitChange(NamedTuple):
    """A commit at which secrets come or go."""

    commit: str
    gained: int
    lost: int


def propagate(
    graph: CommitGraph, carriers: SecretBits, known: frozenset[bytes] | None = None
) -> TreeHistory:
    """Follow secrets through the history, in one pass over its changes.

    `known` are the ids of all objects, in hex, where it is to be shown that the history is whole.
    """
    walked = _relevant(graph, carriers, known)
    changed = dict(_by_step(walked.touching))
    held: dict[str, TreeState] = {}
    bits: dict[State, int] = {frozenset(): 0}
    brought: dict[tuple[str, str], list[str]] = {}
    turns: list[CommitChange] = []
    for commit, parents in graph.parents.items():
        difference = changed.get(graph.step(commit))
        before = [held.get(parent, NOTHING) for parent in parents] or [NOTHING]
        if len(parents) == 1 and not difference and commit not in carriers.messages:
            held[commit] = before[0]  # as most do: nothing happens
            continue
        state = before[0].state
        if difference:
            state = _changed(state, difference, carriers)
            for place in sorted(state.difference(*(one.state for one in before))):
                brought.setdefault(place, []).append(commit)
        if state not in bits:
            bits[state] = _bits(state, carriers)
        ever = reduce(or_, (one.ever for one in before), carriers.messages.get(commit, 0))
        held[commit] = TreeState(state, bits[state], ever | bits[state])
        turn = _turn(commit, bits[state], [one.now for one in before])
        if turn.gained or turn.lost:
            turns.append(turn)
    chronicle = _chronicle(graph.chronicle, walked.touching, carriers)
    return TreeHistory(graph, held, brought, tuple(turns), chronicle, walked.whole)


def _turn(commit: str, now: int, before: list[int]) -> CommitChange:
    had_by_any, had_by_all = reduce(or_, before), reduce(and_, before)
    return CommitChange(commit, now & ~had_by_any, had_by_all & ~now)


def _relevant(
    graph: CommitGraph, carriers: SecretBits, known: frozenset[bytes] | None
) -> TreeDiffs:
    """Walk through the steps of a history for what matters, from where it is remembered on."""
    past = graph.chronicle
    same = past.carriers == hash_tips(carriers.blobs) and not carriers.of_name
    fields = iter(past.changes.split(b"\0") if same and past.changes else ())
    touching = [MatchingEntry(*change) for change in zip(fields, fields, fields, strict=True)]
    start = graph.recalled if same else 0
    blobs = frozenset(name.encode("ascii") for name in carriers.blobs)
    sought = EntryFilter(blobs, carriers.of_name, None if start else known)
    steps = dict.fromkeys(map(graph.step, islice(graph.parents, start, None)))
    walked = diff_trees([step for step in steps if step], graph.sterile, sought)
    return walked._replace(touching=touching + walked.touching)


def _by_step(touching: list[MatchingEntry]) -> Iterator[tuple[str, list[diff.Change]]]:
    for step, some in groupby(touching, key=itemgetter(0)):
        fields = (field for touch in some for field in (touch.entry, touch.path))
        yield step.decode("ascii"), list(diff.parse_changes(fields))


def _chronicle(
    past: CachedHistory, touching: list[MatchingEntry], carriers: SecretBits
) -> CachedHistory:
    """Say what to remember; where names hold secrets, no changes: they have the names."""
    if carriers.of_name:
        return past._replace(carriers=b"", changes=b"")
    fields = b"\0".join(chain.from_iterable(touching))
    return past._replace(carriers=hash_tips(carriers.blobs), changes=fields)


def _changed(state: State, listed: list[diff.Change], carriers: SecretBits) -> State:
    touched = {change.path for change in listed}
    kept = {place for place in state if place[0] not in touched}
    for change in listed:
        there = not is_null_id(change.new_id)
        if there and carriers.at(change.path, change.new_id):
            kept.add((change.path, change.new_id))
    return frozenset(kept)


def _bits(state: State, carriers: SecretBits) -> int:
    held = 0
    for path, blob in state:
        held |= carriers.at(path, blob)
    return held
