"""Databases of hyperscan: compiled when the wheel is built, loaded by a run.

Compiling a database takes 6 to 400 ms, loading one 0.1 ms. A stored database starts with its
expressions and the version and machine that compiled it. For other expressions, another hyperscan
or another machine, a database is compiled again.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from collections.abc import Callable

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

hyperscan: Any = lazy_import("hyperscan")  # some machines have no wheel; it has no types

Expression = tuple[bytes, bool]
"""A pattern to search for, and whether it is case-sensitive."""

ScanFunction = Callable[..., object]
"""Searches a content; calls back for each match with its expression's number, 0 and its end."""

_FOLDER = "_databases"


def build_scan(expressions: list[Expression]) -> ScanFunction | None:
    """Return the scan function of a database; `None` where hyperscan cannot be used."""
    try:
        database = _load(expressions) or _try_to_compile(expressions)
    except ImportError:
        return None
    return database.scan if database else None


def load_scan(expressions: list[Expression]) -> ScanFunction | None:
    """Return the scan function of a stored database; `None` if it would have to be compiled."""
    try:
        database = _load(expressions)
    except ImportError:
        return None
    return database.scan if database else None


def serialize_database(expressions: list[Expression]) -> tuple[str, bytes]:
    """Return the path in the package and the content of a stored database.

    Raise `ImportError` without hyperscan.
    """
    key = _build_key(expressions)
    serialized: bytes = hyperscan.dumpb(_compile(expressions))
    return f"scanner/prefilter/{_FOLDER}/{_build_name(key)}", key + serialized


def _load(expressions: list[Expression]) -> Any | None:
    key = _build_key(expressions)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), _FOLDER)
    try:
        with open(os.path.join(folder, _build_name(key)), "rb") as file:
            if file.read(len(key)) != key:
                return None
            database = hyperscan.loadb(file.read(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, hyperscan.error):  # hyperscan checks version, processor and a checksum
        return None
    return database


def _try_to_compile(expressions: list[Expression]) -> Any | None:
    try:
        return _compile(expressions)
    except hyperscan.error:  # too little memory, or a processor that it does not support
        return None


def _compile(expressions: list[Expression]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    caseless = hyperscan.HS_FLAG_CASELESS
    database.compile(
        expressions=[pattern for pattern, _ in expressions],
        ids=list(range(len(expressions))),
        flags=[0 if exact_case else caseless for _, exact_case in expressions],
    )
    return database


def _build_key(expressions: list[Expression]) -> bytes:
    """Return everything on which a database depends."""
    machine = os.uname().machine if sys.platform != "win32" else ""  # Windows has only one wheel
    compiler = hyperscan.__version__, sys.platform, machine, sys.byteorder
    return repr((compiler, expressions)).encode()


def _build_name(key: bytes) -> str:
    return f"{crc32(key):08x}"
