"""Compiles what hyperscan looks for, or loads it as it was compiled when the wheel was built.

Compiling takes 6 to 70 ms, loading 0.1 ms. A kept database begins with what it looks for and what
made it, so that for other rules, another hyperscan or another machine one is compiled anew.
"""

from __future__ import annotations

import os
import sys
from binascii import crc32
from collections.abc import Callable
from typing import Any

Literal = tuple[bytes, bool]
"""A literal to look for, and whether in its own case alone."""

ScanFunction = Callable[..., object]
"""Calls back for each mark in a text, with its number and where it ends."""

_FOLDER = "_databases"


def build_scanner(marks: list[Literal]) -> ScanFunction | None:
    """Make what looks for at least one mark; `None` where there is no hyperscan."""
    try:
        import hyperscan
    except ImportError:  # no wheel for this machine
        return None
    scan: ScanFunction = (_kept(hyperscan, marks) or _compiled(hyperscan, marks)).scan
    return scan


def serialize_database(marks: list[Literal]) -> tuple[str, bytes]:
    """Give the database of marks to put into the package, with its path there.

    Raises `ImportError` where there is no hyperscan.
    """
    import hyperscan

    key = _key(hyperscan, marks)
    serialized: bytes = hyperscan.dumpb(_compiled(hyperscan, marks))
    return f"scanner/prefilter/{_FOLDER}/{_name(key)}", key + serialized


def _kept(hyperscan: Any, marks: list[Literal]) -> Any | None:
    key = _key(hyperscan, marks)
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), _FOLDER)
    try:
        with open(os.path.join(folder, _name(key)), "rb") as file:
            if file.read(len(key)) != key:
                return None
            database = hyperscan.loadb(file.read(), hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
    except (OSError, hyperscan.error):  # hyperscan proves version, processor and a checksum
        return None
    return database


def _compiled(hyperscan: Any, marks: list[Literal]) -> Any:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        # Not `literal=True`: that one cuts a literal at its first NUL (python-hyperscan 0.9).
        expressions=[_escaped(text) for text, _ in marks],
        ids=list(range(len(marks))),
        flags=[0 if exact_case else hyperscan.HS_FLAG_CASELESS for _, exact_case in marks],
    )
    return database


def _key(hyperscan: Any, marks: list[Literal]) -> bytes:
    """Tell all that a database depends on."""
    machine = os.uname().machine if sys.platform != "win32" else ""  # there is but one with a wheel
    made = hyperscan.__version__, sys.platform, machine, sys.byteorder
    return repr((made, marks)).encode()


def _name(key: bytes) -> str:
    return f"{crc32(key):08x}"


def _escaped(text: bytes) -> bytes:
    r"""Write a literal as `\x61\x62`."""
    return b"\\x" + text.hex(":").encode().replace(b":", b"\\x")
