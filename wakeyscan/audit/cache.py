"""Remembers which packs were looked at, so that a second audit costs what has come since.

It holds ids of objects, numbers, and names of files: no content, no secret, nothing made of one.
Whatever goes wrong with it (locked, damaged, no room) costs time and nothing else: what is not
remembered is looked at.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from wakeyscan import __version__
from wakeyscan.core.files import find_cache_folder
from wakeyscan.git.repository import Repository
from wakeyscan.rules.rule import Rule

_SCHEMA = """
CREATE TABLE IF NOT EXISTS packs (pack TEXT, rules TEXT, objects INTEGER, bytes INTEGER,
                                  PRIMARY KEY (pack, rules)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holders (pack TEXT, rules TEXT, object TEXT,
                                    PRIMARY KEY (pack, rules, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (name TEXT, place TEXT, rules TEXT, sum BLOB, value BLOB,
                                  PRIMARY KEY (name, place));
"""
_PACK = "SELECT objects, bytes FROM packs WHERE pack = ? AND rules = ?"
_HOLDERS = "SELECT object FROM holders WHERE pack = ? AND rules = ?"
_SUMMED = "SELECT sum, value FROM notes WHERE name = ? AND place = ? AND rules = ?"
_TRAILER = 32
_LOOKS = 5
"""Which look at objects it was; raised where one sees more than before."""

_PATIENCE = 0.5
"""Seconds to wait for another audit that writes."""


_FAULTS = (sqlite3.Error, OSError, ValueError, TypeError)


class CachedPack(NamedTuple):
    """What was seen in a pack the last time."""

    objects: int
    bytes: int
    holders: tuple[str, ...]
    """The ids of the objects that held secrets; they are looked at again."""


class HistoryCache:
    """What was looked at with the rules at hand; without a file it remembers nothing."""

    def __init__(self, file: str, rules: Iterable[Rule]) -> None:
        self._rules = _version(rules)
        self._base: sqlite3.Connection | None = None
        if file:
            with contextlib.suppress(*_FAULTS):
                os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
                base = sqlite3.connect(file, timeout=_PATIENCE, isolation_level=None)
                base.executescript(_SCHEMA)
                self._base = base

    @property
    def open(self) -> bool:
        """Whether anything can be remembered."""
        return self._base is not None

    def recall(self, pack: str) -> CachedPack | None:
        """Give what was seen in a pack; `None` where it, as it is now, was not looked at."""
        if self._base is None:
            return None
        try:
            asked = (build_identity(pack), self._rules)
            row = self._base.execute(_PACK, asked).fetchone()
            rows = self._base.execute(_HOLDERS, asked)
            holders = tuple(sorted(str(holder) for (holder,) in rows))
        except _FAULTS:
            return None
        return CachedPack(int(row[0]), int(row[1]), holders) if row else None

    def keep(self, pack: str, seen: CachedPack) -> None:
        """Remember that a pack was looked at, whole."""
        if self._base is None:
            return
        with contextlib.suppress(*_FAULTS):
            name = build_identity(pack)
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany(
                "INSERT OR REPLACE INTO holders VALUES (?, ?, ?)",
                [(name, self._rules, holder) for holder in seen.holders],
            )
            row = (name, self._rules, seen.objects, seen.bytes)
            self._base.execute("INSERT OR REPLACE INTO packs VALUES (?, ?, ?, ?)", row)
            self._base.execute("COMMIT")

    def note(self, name: str, place: str) -> bytes:
        """Give what was noted of a place with the rules at hand; empty where nothing was."""
        if self._base is None:
            return b""
        asked = (name, os.path.realpath(place), self._rules)
        with contextlib.suppress(*_FAULTS):
            row = self._base.execute(_SUMMED, asked).fetchone()
            if row and hashlib.sha256(row[1]).digest() == row[0]:
                return bytes(row[1])
        return b""

    def keep_note(self, name: str, place: str, value: bytes) -> None:
        """Note something of a place, for who has the same rules."""
        if self._base is None:
            return
        with contextlib.suppress(*_FAULTS):
            row = (name, os.path.realpath(place), self._rules, hashlib.sha256(value).digest())
            self._base.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?, ?)", (*row, value))

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            with contextlib.suppress(*_FAULTS):
                self._base.close()
            self._base = None


def build_identity(pack: str) -> str:
    """Tell a pack from any other, and from itself once it was written to: place, time and sum."""
    status = os.stat(pack)
    with open(pack, "rb") as file:
        file.seek(max(0, status.st_size - _TRAILER))
        trailer = file.read(_TRAILER)
    parts = (os.path.realpath(pack), status.st_size, status.st_mtime_ns, status.st_ino, trailer)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _version(rules: Iterable[Rule]) -> str:
    parts = [(rule.id, rule.pattern, rule.anchors, int(rule.severity)) for rule in rules]
    return hashlib.sha256(repr((__version__, _LOOKS, parts)).encode()).hexdigest()


def find_cache_file() -> str:
    """Say where the memory is kept; empty where the user has no folder for caches."""
    folder = find_cache_folder()
    return os.path.join(folder, "audit.sqlite") if folder else ""


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
