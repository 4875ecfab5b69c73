"""Checks that a history is all there: a store with a hole reads like a smaller one, elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

from wakeyscan.audit.cache import HistoryCache, build_identity
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.git.command import Git
from wakeyscan.git.object_dirs import (
    has_small_id_list,
    list_loose_objects,
    list_object_ids,
    list_packs,
)
from wakeyscan.git.repository import Repository

_ASKED = ("rev-list", "--objects", "--missing=print", "--quiet", "--stdin")
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


class CompletenessCheck:
    """A walk of git's through a history, beside whatever else goes on, for what is missing.

    What was whole the last time is not walked through again while all of it is still there.
    """

    def __init__(
        self,
        repository: Repository,
        tips: frozenset[str],
        git_there: Git,
        memory: HistoryCache,
    ) -> None:
        self._repository, self._git, self._memory = repository, git_there, memory
        self._now = _present(repository, tips) if memory.open else None
        past = _recalled(repository, memory)
        self._known = past.tips if self._now and past.holds(self._now) else frozenset()
        self._left = tips - self._known
        self._may_leave = not self._known and has_small_id_list(repository)
        self._beside = ExitStack()
        self._finish: Callable[[], bytes] | None = None

    def begin(self) -> None:
        """Let git walk, if there is anything to walk through."""
        if self._left:
            begun = self._git.run_in_background(*_ASKED, stdin=self._tips())
            self._finish = self._beside.enter_context(begun)

    def leave(self) -> None:
        """Leave a walk through all of a history to who follows a secret, and walks as far."""
        if self._may_leave:
            self.close()

    def inventory(self) -> frozenset[bytes] | None:
        """Give all ids that there are, to who was left to see whether others are named."""
        return None if self._finish or not self._left else list_object_ids(self._repository)

    def show(self, tips: frozenset[str]) -> None:
        """Take down that what these reach was shown to be there."""
        self._left -= tips

    def gaps(self) -> Iterator[Skipped]:
        """Say what is missing; git walks now through what it left, and nothing has shown."""
        gaps = list(_missing(self._repository, self._walked)) if self._left else []
        now = self._now
        if now and now.tips - self._known and not gaps and len(now.loose) <= _MOST_LOOSE:
            value = json.dumps([sorted(part) for part in now])
            folder = self._repository.object_folders[0]
            self._memory.keep_note(_NOTE, folder, value.encode())
        yield from gaps

    def close(self) -> None:
        """End the walk, wherever git is."""
        self._beside.close()
        self._finish = None

    def _walked(self) -> bytes:
        return self._finish() if self._finish else self._git.run(*_ASKED, stdin=self._tips())

    def _tips(self) -> bytes:
        lines = [*sorted(self._left), *(f"^{tip}" for tip in sorted(self._known))]
        return "".join(f"{line}\n" for line in lines).encode("ascii")


def _missing(repository: Repository, walked: Callable[[], bytes]) -> Iterator[Skipped]:
    origin = Origin(repository.folder)
    try:
        lines = walked().decode("ascii", "replace").split()
    except GitError as error:
        yield Skipped(origin, f"its history can't be followed: {error}")
        return
    if missing := sorted(line[1:] for line in lines if line.startswith("?")):
        some = f"{len(missing)} object{'s are' if len(missing) != 1 else ' is'} missing"
        yield Skipped(origin, f"{some} ({missing[0]}…): a partial clone, or damage")


def _present(repository: Repository, tips: frozenset[str]) -> _Proof | None:
    """Say what a proof would rest on; `None` where a pack is none, as a link that leads nowhere."""
    folders = repository.object_folders
    loose = (path[len(folder) :] for folder in folders for path in list_loose_objects(folder))
    try:
        held = frozenset(build_identity(path) for folder in folders for path in list_packs(folder))
    except OSError:
        return None
    return _Proof(tips, held, frozenset(loose))


def _recalled(repository: Repository, memory: HistoryCache) -> _Proof:
    try:
        parts = json.loads(memory.note(_NOTE, repository.object_folders[0]))
        return _Proof(*(frozenset(map(str, part)) for part in parts))
    except (ValueError, TypeError):
        return _Proof(frozenset(), frozenset(), frozenset())
