"""SQLite databases: the rows of tables, with each value in one piece, unlike in the pages.

Bytes that no table uses any more (free pages) are not included; the scan of the raw file has them.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors._rows import list_members
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, ExtractionError, LimitExceeded, Member, read_whole

if TYPE_CHECKING:
    from typing import Any, BinaryIO

SEEKS = True

_TOO_LARGE = "a database of {:,} bytes, over the limit of {:,}; its tables are not read"

_CLOCK_INTERVAL = 100_000
"""Steps of SQLite's virtual machine between two checks of the time limit."""

_HEADER_SIZE = 100
_PRAGMAS = ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0")

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"
_COLUMNS = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (0, 3)"
"""Stored columns only: a computed one would run an expression of the database."""

_ALLOWED_ACTIONS = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ))
_DAMAGE_ERRORS = (sqlite3.Error, UnicodeError)
"""Errors that a damaged database raises; Python decodes its names, which may be any bytes."""


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the tables, a row per line, with tabs between the values.

    A database on disk of any size is read there; any other one is held in memory.
    """
    file.seek(0)
    header = file.read(_HEADER_SIZE)
    size, path = file.seek(0, 2), _find_path(file)
    try:
        with closing(_open_at(path) if path else _open_content(file, budget)) as database:
            for table, columns in _load_tables(database, budget):
                read = partial(_read_rows, database, table, columns, budget)
                yield from list_members(_decode_name(table), read, budget)
    except _DAMAGE_ERRORS as error:
        budget.check_time()
        raise ExtractionError(f"damaged: {error}") from None
    if _read_size(header) > size:
        raise ExtractionError(CUT)


def _find_path(file: BinaryIO) -> str:
    """Return the path of a file on disk; empty if the file is in memory or was replaced."""
    name = getattr(file, "name", None)
    if not isinstance(name, str):
        return ""
    try:
        is_same = os.path.samestat(os.lstat(name), os.fstat(file.fileno()))
    except OSError:
        return ""
    return os.path.abspath(name) if is_same else ""


def _open_at(path: str) -> sqlite3.Connection:
    """Open a database on disk without a lock, and without its log and journal."""
    uri = f"{Path(path).as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, isolation_level=None)


def _open_content(file: BinaryIO, budget: ExtractionBudget) -> sqlite3.Connection:
    content = read_whole(file, budget, _TOO_LARGE)
    database = sqlite3.connect(":memory:", isolation_level=None)
    if not hasattr(database, "deserialize"):
        raise ExtractionError("the SQLite of this Python cannot read a database in memory")
    # Set the read and write version to 1: a database in WAL mode does not open in memory.
    database.deserialize(content[:18] + b"\1\1" + content[20:])
    return database


def _read_size(header: bytes) -> int:
    """Return the size in the header; 0 if an old SQLite wrote last and did not update it."""
    page_size = int.from_bytes(header[16:18], "big")
    count = int.from_bytes(header[28:32], "big") if header[24:28] == header[92:96] else 0
    return count * (0x10000 if page_size == 1 else page_size)


def _load_tables(
    database: sqlite3.Connection, budget: ExtractionBudget
) -> list[tuple[bytes, list[bytes]]]:
    """List tables and columns of an untrusted database, and allow only reads from then on."""
    database.text_factory = bytes
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, budget.limits.max_memory)
    for pragma in _PRAGMAS:
        database.execute(f"PRAGMA {pragma}")
    database.set_progress_handler(lambda: _is_late(budget), _CLOCK_INTERVAL)
    tables = [table for (table,) in database.execute(_TABLES).fetchall()]
    listed = [(t, [c for (c,) in database.execute(_COLUMNS, (_decode_name(t),))]) for t in tables]
    database.set_authorizer(_authorize)
    return listed


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED_ACTIONS else sqlite3.SQLITE_DENY


def _is_late(budget: ExtractionBudget) -> int:
    try:
        budget.check_time()
    except LimitExceeded:
        return 1
    return 0


def _read_rows(
    database: sqlite3.Connection, table: bytes, columns: list[bytes], budget: ExtractionBudget
) -> Iterator[list[bytes]]:
    try:
        selected = ", ".join(map(_quote, columns))
        # Without an index: in a hostile database, index and table may differ.
        query = f"SELECT {selected} FROM {_quote(table)} NOT INDEXED"  # noqa: S608  # names, quoted
        for row in database.execute(query) if columns else ():
            yield [_to_bytes(value) for value in row]
    except _DAMAGE_ERRORS as error:
        budget.check_time()
        raise ExtractionError(f"damaged: {error}") from None


def _quote(name: bytes) -> str:
    return '"' + name.decode().replace('"', '""') + '"'


def _decode_name(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _to_bytes(value: Any) -> bytes:
    if value is None:
        return b""
    return value if isinstance(value, bytes) else str(value).encode()
