"""Hermes bytecode: the JavaScript of a React Native app, with all strings end to end.

A string may be a part of another, since the compiler stores the same letters once:

    header              128 bytes: magic, version, SHA-1, length of the file, numbers of entries
    functions           16 bytes each, or 12 since version 97
    kinds of strings    4 bytes each
    identifiers         4 bytes each
    strings             4 bytes each: 1 bit for UTF-16, 23 for the offset, 8 for the length
    overflowed strings  8 bytes each: the offset and the length of a string that needs more bits
    storage             the letters

Source: `BytecodeFileFormat.h` of facebook/hermes, and files of versions 74 to 99.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from struct import Struct

from wakeyscan.core.typing import NamedTuple

_HEADER = Struct("<8sI20s4x4x6I")
_HEADER_SIZE = 128
_FUNCTION_SIZES = (16, 12)
_NEW_FUNCTIONS = 97
"""First version with smaller functions."""
_IS_OVERFLOWED = 0xFF
"""Length of an overflowed string; its offset is a number in the other table."""


class _Tables(NamedTuple):
    strings: array[int]
    overflowed: array[int]
    storage: int
    """Offset of the storage."""
    size: int


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings in ASCII in which one of the offsets lies."""
    for tables in _list_tables(content):
        relative = [offset - tables.storage for offset in offsets]
        strings = _select_strings(tables, relative)
        if strings is not None:
            for start, end in strings:
                yield tables.storage + start, tables.storage + end
            return


def _list_tables(content: bytes) -> Iterator[_Tables]:
    """Yield the tables, as each size of a function places them, the likely one first."""
    if len(content) < _HEADER_SIZE:
        return
    _, version, _, functions, *counts = _HEADER.unpack_from(content)
    kinds, identifiers, strings, overflowed, size = counts
    for function_size in sorted(_FUNCTION_SIZES, reverse=version < _NEW_FUNCTIONS):
        at = _HEADER_SIZE + functions * function_size + 4 * (kinds + identifiers)
        overflow, storage = at + 4 * strings, at + 4 * strings + 8 * overflowed
        if storage <= len(content):
            yield _Tables(
                _read_integers(content[at:overflow]),
                _read_integers(content[overflow:storage]),
                storage,
                size,
            )


def _read_integers(content: bytes) -> array[int]:
    integers = array("I", content)
    if sys.byteorder == "big":
        integers.byteswap()
    return integers


def _select_strings(tables: _Tables, offsets: Sequence[int]) -> list[tuple[int, int]] | None:
    """Return the strings in which an offset lies; `None` if a string exceeds the storage."""
    selected = []
    for entry in tables.strings:
        start, length = entry >> 1 & 0x7FFFFF, entry >> 24
        if length == _IS_OVERFLOWED:
            if 2 * start + 1 >= len(tables.overflowed):
                return None
            start, length = tables.overflowed[2 * start : 2 * start + 2]
        end = start + (length << (entry & 1))
        if end > tables.size:
            return None
        first = bisect_left(offsets, start)
        if first < len(offsets) and offsets[first] < end and not entry & 1:
            selected.append((start, end))
    return selected
