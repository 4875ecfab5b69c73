"""What is remembered of a history, so that its next telling costs what has come since.

Commits never change, so what was read of them holds for as long as all of them are still reached.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from wakeyscan.audit.cache import HistoryCache
from wakeyscan.git.repository import Repository

_BETWEEN = b"\0"
"""Stands between the parts of a note: only the last of them has any in it."""


class CachedHistory(NamedTuple):
    """A history as git told it."""

    tips: frozenset[str] = frozenset()
    """The commits that it was followed from."""
    rows: bytes = b""
    """Its commits, a line each, ended, parents first: the id, its tree's, its parents'."""
    carriers: bytes = b""
    """Which blobs the changes are of, by `hash_tips`."""
    changes: bytes = b""
    """The changes that concern these blobs: two trees, an entry of `--raw`, a path; with NULs."""


def load_history(name: str, repository: Repository, memory: HistoryCache) -> CachedHistory:
    """Give what is remembered of a repository's history by a name; nothing, if nothing is."""
    parts = memory.note(name, repository.object_folders[0]).split(_BETWEEN, 3)
    if len(parts) != 4:
        return CachedHistory()
    return CachedHistory(frozenset(parts[0].decode("ascii").split()), parts[2], parts[1], parts[3])


def store_history(
    name: str, chronicle: CachedHistory, repository: Repository, memory: HistoryCache
) -> None:
    """Remember a history; nothing in its changes may hold a secret, the paths included."""
    tips = "\n".join(sorted(chronicle.tips)).encode("ascii")
    parts = (tips, chronicle.carriers, chronicle.rows, chronicle.changes)
    memory.keep_note(name, repository.object_folders[0], _BETWEEN.join(parts))


def hash_tips(names: Iterable[str]) -> bytes:
    """Sum up which objects these are, in whatever order."""
    return hashlib.sha256("\n".join(sorted(names)).encode("ascii")).hexdigest().encode("ascii")
