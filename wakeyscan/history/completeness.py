"""Checks that a history is all there: a store with a hole reads like a smaller one, elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from wakeyscan import git
from wakeyscan.errors import GitError
from wakeyscan.finding import Origin, Skipped
from wakeyscan.history.memory import Memory, identity
from wakeyscan.history.repository import Repository
from wakeyscan.history.store import loose_objects, packs

_NOTE = "whole"
_MOST_LOOSE = 50_000
"""Loose objects over which a check is not remembered: its list would be too long."""


class _Proof(NamedTuple):
    """What was found to be whole: all that `tips` reach was in these packs and loose objects."""

    tips: frozenset[str]
    packs: frozenset[str]
    loose: frozenset[str]

    def holds(self, now: _Proof) -> bool:
        """Say whether all that it rests on is still there."""
        return self.packs <= now.packs and self.loose <= now.loose


@contextmanager
def checking(
    repository: Repository, tips: frozenset[str], git_there: git.Git, memory: Memory
) -> Iterator[Callable[[], Iterable[Skipped]]]:
    """Let git walk from `tips` while we look; it says in the end which objects are missing.

    What was whole the last time is not walked through again while all of it is still there.
    """
    now = _present(repository, tips) if memory.open else None
    past = _recalled(repository, memory)
    known = past.tips if now and past.holds(now) else frozenset()
    if not tips - known:
        yield tuple
        return
    new = sorted(tips - known)
    stdin = "".join([*(f"{tip}\n" for tip in new), *(f"^{tip}\n" for tip in sorted(known))])
    asked = ("--objects", "--missing=print", "--quiet", "--stdin")
    with git_there.begun("rev-list", *asked, stdin=stdin.encode()) as finish:
        yield partial(_checked, repository, memory, now, finish)


def _checked(
    repository: Repository, memory: Memory, now: _Proof | None, finish: Callable[[], bytes]
) -> list[Skipped]:
    gaps = list(_missing(repository, finish))
    if now and not gaps and len(now.loose) <= _MOST_LOOSE:
        value = json.dumps([sorted(part) for part in now])
        memory.keep_note(_NOTE, repository.object_folders[0], value.encode())
    return gaps


def _missing(repository: Repository, finish: Callable[[], bytes]) -> Iterator[Skipped]:
    origin = Origin(repository.folder)
    try:
        lines = finish().decode("ascii", "replace").split()
    except GitError as error:
        yield Skipped(origin, f"its history can't be followed: {error}")
        return
    if missing := sorted(line[1:] for line in lines if line.startswith("?")):
        some = f"{len(missing)} object{'s are' if len(missing) != 1 else ' is'} missing"
        yield Skipped(origin, f"{some} ({missing[0]}…): a partial clone, or damage")


def _present(repository: Repository, tips: frozenset[str]) -> _Proof | None:
    """Say what a proof would rest on; `None` where a pack is none, as a link that leads nowhere."""
    folders = repository.object_folders
    loose = (path[len(folder) :] for folder in folders for path in loose_objects(folder))
    try:
        held = frozenset(identity(path) for folder in folders for path in packs(folder))
    except OSError:
        return None
    return _Proof(tips, held, frozenset(loose))


def _recalled(repository: Repository, memory: Memory) -> _Proof:
    try:
        parts = json.loads(memory.note(_NOTE, repository.object_folders[0]))
        return _Proof(*(frozenset(map(str, part)) for part in parts))
    except (ValueError, TypeError):
        return _Proof(frozenset(), frozenset(), frozenset())
