"""SQLite databases: what tables hold, each value in one piece, as pages of the file do not have it.

Bytes that no table has any more (free pages) are no part of this; the look at the file itself sees
them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from wakeyscan.extractors._stream import PieceReader
from wakeyscan.extractors.extractor import (
    CUT,
    ExtractionBudget,
    ExtractionError,
    LimitExceeded,
    Member,
    read_whole,
)

SEEKS = True

_TOO_LARGE = "a database of {:,} bytes, of which its tables are not read over {:,}"

_PATIENCE = 100_000
"""Steps of SQLite's machine between two looks at the clock."""

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"
_COLUMNS = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (0, 3)"
"""Those that are stored: to make up the others, expressions of the database's would be run."""

_ALLOWED = frozenset((sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ))
_FAULTS = (sqlite3.Error, UnicodeError)
"""What a damaged database raises; its names, which Python decodes on its way, are bytes as well."""


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the tables: a row a line, its values parted by tabs."""
    content = read_whole(file, budget, _TOO_LARGE)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as base:
        try:
            for table, columns in _filled(base, content, budget):
                yield Member(_text(table), PieceReader(_rows(base, table, columns, budget)).read)
        except _FAULTS as error:
            budget.check_time()
            raise ExtractionError(f"damaged: {error}") from None
    if _pages(content) > len(content):
        raise ExtractionError(CUT)


def _pages(content: bytes) -> int:
    """Say how many bytes the header promises; 0 where an old SQLite wrote last, and left that."""
    width = int.from_bytes(content[16:18], "big")
    count = int.from_bytes(content[28:32], "big") if content[24:28] == content[92:96] else 0
    return count * (0x10000 if width == 1 else width)


def _filled(
    base: sqlite3.Connection, content: bytes, budget: ExtractionBudget
) -> list[tuple[bytes, list[bytes]]]:
    """Put a stranger's database into memory, list tables and columns, and allow only to read it."""
    if not hasattr(base, "deserialize"):
        raise ExtractionError("the SQLite of this Python can't read a database in memory")
    base.text_factory = bytes
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, budget.limits.max_memory)
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
        base.execute(f"PRAGMA {pragma}")
    # Read and write version 1: one with a log beside it can't be opened in memory.
    base.deserialize(content[:18] + b"\1\1" + content[20:])
    base.set_progress_handler(lambda: _late(budget), _PATIENCE)
    tables = [table for (table,) in base.execute(_TABLES).fetchall()]
    listed = [(t, [c for (c,) in base.execute(_COLUMNS, (_text(t),))]) for t in tables]
    base.set_authorizer(_allowed)
    return listed


def _allowed(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _late(budget: ExtractionBudget) -> int:
    try:
        budget.check_time()
    except LimitExceeded:
        return 1
    return 0


def _rows(
    base: sqlite3.Connection, table: bytes, columns: list[bytes], budget: ExtractionBudget
) -> Iterator[bytes]:
    try:
        wanted = ", ".join(map(_quoted, columns))
        # Not by an index: what an index has need not be what the table has.
        asked = f"SELECT {wanted} FROM {_quoted(table)} NOT INDEXED"  # noqa: S608  # names, quoted
        for row in base.execute(asked) if columns else ():
            line = b"\t".join(map(_bytes, row)) + b"\n"
            budget.count_output(len(line))
            yield line
    except _FAULTS as error:
        budget.check_time()
        raise ExtractionError(f"damaged: {error}") from None


def _quoted(name: bytes) -> str:
    return '"' + name.decode().replace('"', '""') + '"'


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    return value if isinstance(value, bytes) else str(value).encode()
