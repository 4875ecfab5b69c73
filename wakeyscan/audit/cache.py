"""Cache of scanned packs and of histories, so that a later audit only processes what is new.

It stores object ids, numbers and file names; no content, no secret and nothing derived from one.
An error (a lock, damage, a full disk) only costs time: anything that is not cached is scanned.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

from wakeyscan import __version__
from wakeyscan.core.files import find_cache_folder, leads_through
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders import DECODERS
from wakeyscan.extractors import EXTRACTORS

if TYPE_CHECKING:
    import hashlib
    import sqlite3

    from wakeyscan.git.repository import Repository
    from wakeyscan.rules.rule import Rule
else:
    # An audit without a cache and without keys needs neither; they take 4 ms to load.
    hashlib = lazy_import("hashlib")
    sqlite3 = lazy_import("sqlite3")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS packs (pack TEXT, rules TEXT, objects INTEGER, bytes INTEGER,
                                  PRIMARY KEY (pack, rules)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holders (pack TEXT, rules TEXT, object TEXT,
                                    PRIMARY KEY (pack, rules, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS details (pack TEXT, rules TEXT, sum BLOB, commits BLOB, marks BLOB,
                                    PRIMARY KEY (pack, rules));
CREATE TABLE IF NOT EXISTS notes (name TEXT, place TEXT, rules TEXT, sum BLOB, value BLOB,
                                  PRIMARY KEY (name, place));
"""
_SELECT_PACK = "SELECT objects, bytes FROM packs WHERE pack = ? AND rules = ?"
_SELECT_OBJECTS = "SELECT object FROM holders WHERE pack = ? AND rules = ?"
_SELECT_DETAILS = "SELECT sum, commits, marks FROM details WHERE pack = ? AND rules = ?"
_SELECT_ENTRY = "SELECT sum, value FROM notes WHERE name = ? AND place = ? AND rules = ?"
_INSERT_PACK = "INSERT OR REPLACE INTO packs VALUES (?, ?, ?, ?)"
_INSERT_OBJECT = "INSERT OR REPLACE INTO holders VALUES (?, ?, ?)"
_INSERT_DETAILS = "INSERT OR REPLACE INTO details VALUES (?, ?, ?, ?, ?)"
_INSERT_ENTRY = "INSERT OR REPLACE INTO notes VALUES (?, ?, ?, ?, ?)"

_TRAILER_SIZE = 32
_SCANNER_VERSION = 79
"""Version of the scanner; to be increased when a change lets it find more in an object.

Or when it changes the format of a cached value: an older one would stop the audit.

The names of decoders and extractors count too, see `hash_scanner`."""

_LOCK_TIMEOUT = 0.5
"""Seconds to wait while another audit writes to the cache."""

_FIELD_SEPARATOR = b"\0"
"""Separates the fields of a cached history; only the last field may contain it."""


class CachedPack(NamedTuple):
    """The result of an earlier scan of a pack."""

    objects: int
    size: int
    """The bytes of these objects."""
    objects_with_findings: tuple[str, ...]
    """The ids of these objects."""
    commit_lines: bytes = b""
    """One line per commit, with its id, its tree and its parents."""
    marks: bytes = b""
    """The marks of these objects, by `format_marks`; an object without marks is scanned again."""


class CachedHistory(NamedTuple):
    """The changes of a commit history, as git listed them."""

    tips: frozenset[str] = frozenset()
    """The commits that the history was read from."""
    blobs_digest: bytes = b""
    """The digest of the blobs that `changes` is about; see `hash_ids`."""
    changes: bytes = b""
    """The changes of these blobs: two trees, an entry of `--raw` and a path, separated by NUL."""


def open_cache(file: str, folder: str, rules: Iterable[Rule]) -> HistoryCache:
    """Open the cache, unless the audited folder contains it: a cache lists clean objects."""
    is_brought = bool(file) and leads_through(file, os.path.realpath(folder))
    return HistoryCache("" if is_brought else file, rules)


class HistoryCache:
    """The cache for one set of rules; without a file it stores nothing."""

    def __init__(self, file: str, rules: Iterable[Rule]) -> None:
        self._rules = hash_scanner(rules) if file else ""
        self._database: sqlite3.Connection | None = None
        if file:
            with contextlib.suppress(*_list_errors()):
                os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
                database = sqlite3.connect(file, timeout=_LOCK_TIMEOUT, isolation_level=None)
                database.executescript(_SCHEMA)
                self._database = database

    @property
    def is_enabled(self) -> bool:
        """Return whether the cache can store anything."""
        return self._database is not None

    def load_pack(self, pack: str) -> CachedPack | None:
        """Return the result for a pack; `None` if its current content was not scanned."""
        if self._database is None:
            return None
        try:
            key = (identify_pack(pack), self._rules)
            row = self._database.execute(_SELECT_PACK, key).fetchone()
            rows = self._database.execute(_SELECT_OBJECTS, key)
            object_ids = tuple(sorted(str(object_id) for (object_id,) in rows))
            details = self._database.execute(_SELECT_DETAILS, key).fetchone()
            digest, commit_lines, marks = map(bytes, details)
        except _list_errors():
            return None
        if row is None or digest != _hash_details(commit_lines, marks):
            return None
        return CachedPack(int(row[0]), int(row[1]), object_ids, commit_lines, marks)

    def store_pack(self, pack: str, result: CachedPack) -> None:
        """Store the result of a complete scan of a pack."""
        if self._database is None:
            return
        with contextlib.suppress(*_list_errors()):
            pack_id = identify_pack(pack)
            rows = [(pack_id, self._rules, name) for name in result.objects_with_findings]
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany(_INSERT_OBJECT, rows)
            details = (result.commit_lines, result.marks)
            key = (pack_id, self._rules, _hash_details(*details))
            self._database.execute(_INSERT_DETAILS, (*key, *details))
            row = (pack_id, self._rules, result.objects, result.size)
            self._database.execute(_INSERT_PACK, row)
            self._database.execute("COMMIT")

    def load_entry(self, name: str, path: str) -> bytes:
        """Return the entry stored for a path with the same rules; empty if there is none."""
        if self._database is None:
            return b""
        key = (name, os.path.realpath(path), self._rules)
        with contextlib.suppress(*_list_errors()):
            row = self._database.execute(_SELECT_ENTRY, key).fetchone()
            if row and hashlib.sha256(row[1]).digest() == row[0]:
                return bytes(row[1])
        return b""

    def store_entry(self, name: str, path: str, value: bytes) -> None:
        """Store an entry for a path; it is valid for the same rules only."""
        if self._database is None:
            return
        with contextlib.suppress(*_list_errors()):
            digest = hashlib.sha256(value).digest()
            row = (name, os.path.realpath(path), self._rules, digest, value)
            self._database.execute(_INSERT_ENTRY, row)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            with contextlib.suppress(*_list_errors()):
                self._database.close()
            self._database = None


def _hash_details(commit_lines: bytes, marks: bytes) -> bytes:
    return hashlib.sha256(b"%d %b%b" % (len(commit_lines), commit_lines, marks)).digest()


def load_history(name: str, repository: Repository, cache: HistoryCache) -> CachedHistory:
    """Return the history that is cached under a name; an empty one if there is none."""
    entry = cache.load_entry(name, repository.object_folders[0])
    fields = entry.split(_FIELD_SEPARATOR, 2)
    if len(fields) != 3:
        return CachedHistory()
    tips, blobs_digest, changes = fields
    return CachedHistory(
        tips=frozenset(tips.decode("ascii").split()),
        blobs_digest=blobs_digest,
        changes=changes,
    )


def store_history(
    name: str, history: CachedHistory, repository: Repository, cache: HistoryCache
) -> None:
    """Store a history; the caller ensures that its changes contain no secret, not even in paths."""
    tips = "\n".join(sorted(history.tips)).encode("ascii")
    fields = (tips, history.blobs_digest, history.changes)
    cache.store_entry(name, repository.object_folders[0], _FIELD_SEPARATOR.join(fields))


def hash_ids(ids: Iterable[str]) -> bytes:
    """Return a digest of a set of object ids, in any order."""
    return hashlib.sha256("\n".join(sorted(ids)).encode("ascii")).hexdigest().encode("ascii")


def identify_pack(pack: str) -> str:
    """Return a digest of a pack's path, size, time and checksum, which changes with its content."""
    status = os.stat(pack)
    with open(pack, "rb") as file:
        file.seek(max(0, status.st_size - _TRAILER_SIZE))
        trailer = file.read(_TRAILER_SIZE)
    parts = (os.path.realpath(pack), status.st_size, status.st_mtime_ns, status.st_ino, trailer)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _list_errors() -> tuple[type[Exception], ...]:
    """Return the errors that only cost time."""
    return sqlite3.Error, OSError, ValueError, TypeError


def hash_scanner(rules: Iterable[Rule]) -> str:
    """Return a hash of what decides which secrets a scan finds: another one is another cache."""
    by_rule = [
        (rule.id, rule.pattern, rule.shapes, rule.definitions, rule.anchors, int(rule.severity))
        for rule in rules
    ]
    parts = (__version__, _SCANNER_VERSION, by_rule, [*DECODERS], [*EXTRACTORS])
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def find_cache_file() -> str:
    """Return the path of the cache file; empty if the user has no cache directory."""
    folder = find_cache_folder()
    return os.path.join(folder, "audit.sqlite") if folder else ""
