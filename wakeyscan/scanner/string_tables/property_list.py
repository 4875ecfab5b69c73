"""Binary property lists of macOS and iOS: an object table has the start of each string.

A string begins with a marker: its type, and its length in 4 bits or in an integer that follows. The
data of a property list may be another property list, such as an archive by `NSKeyedArchiver`.

    objects        each with a marker, perhaps a length, and bytes
    object table   the offset of each object
    trailer        32 bytes: size of an offset and of a reference, number of objects, number of the
                   top one, offset of the table

Source: `CFBinaryPList.c` of Apple's Core Foundation.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from struct import Struct

from wakeyscan.core.typing import NamedTuple

_SIGNATURE, _HEADER_SIZE = b"bplist0", 8
_TRAILER = Struct(">6xBBQQQ")
_INTEGER, _DATA, _ASCII = 1, 4, 5
"""Types in the high 4 bits of a marker."""
_IS_LONG = 15
"""Length in a marker if an integer with the length follows."""
_MAX_OBJECTS = 1 << 20
_MAX_DEPTH = 4
"""Levels of property lists in the data of others."""


class _Object(NamedTuple):
    """The bytes of a string or of data."""

    kind: int
    start: int
    end: int


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the ASCII strings, and the data, in which one of the offsets lies."""
    yield from _find_strings(content, offsets, 1)


def _find_strings(content: bytes, offsets: Sequence[int], depth: int) -> Iterator[tuple[int, int]]:
    starts = _read_table(content)
    for number, group in groupby(offsets, lambda offset: bisect_right(starts, offset) - 1):
        found = _read_object(content, starts[number]) if number >= 0 else None
        inside = [at for at in group if found and found.start <= at < found.end]
        if found and inside:
            yield from _list_strings(content, found, inside, depth)


def _list_strings(
    content: bytes, found: _Object, offsets: Sequence[int], depth: int
) -> Iterator[tuple[int, int]]:
    """Yield a string, or the strings in data that is a property list itself."""
    start, end = found.start, found.end
    is_list = found.kind == _DATA and content.startswith(_SIGNATURE, start, end)
    if not is_list:
        yield start, end
    elif depth < _MAX_DEPTH:
        inner = [offset - start for offset in offsets]
        for low, high in _find_strings(content[start:end], inner, depth + 1):
            yield start + low, start + high


def _read_table(content: bytes) -> list[int]:
    """Return the offsets of the objects, in ascending order; none if the trailer is invalid."""
    trailer = len(content) - _TRAILER.size
    if trailer < _HEADER_SIZE:
        return []
    width, _, count, _, at = _TRAILER.unpack_from(content, trailer)
    end = at + count * width
    if (
        not 0 < width <= 8
        or not 0 < count <= _MAX_OBJECTS
        or not _HEADER_SIZE <= at < end <= trailer
    ):
        return []
    table = content[at:end]
    starts = (int.from_bytes(table[n : n + width], "big") for n in range(0, len(table), width))
    return sorted(start for start in starts if _HEADER_SIZE <= start < at)


def _read_object(content: bytes, at: int) -> _Object | None:
    """Return the string or the data at an offset."""
    kind, length, start = content[at] >> 4, content[at] & 0xF, at + 1
    if kind not in (_DATA, _ASCII):
        return None
    if length == _IS_LONG:
        marker = content[start]
        size = 1 << (marker & 0xF)
        if marker >> 4 != _INTEGER or size > 8:
            return None
        length = int.from_bytes(content[start + 1 : start + 1 + size], "big")
        start += 1 + size
    end = start + length
    return _Object(kind, start, end) if end <= len(content) else None
