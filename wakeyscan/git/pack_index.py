"""Reads pack indexes: which objects a pack holds, and where (gitformat-pack, versions 1 and 2)."""

from __future__ import annotations

import mmap
import os
import sys
from array import array
from typing import NamedTuple

_MAGIC = b"\xfftOc"
_FANOUT = 256 * 4
_LARGE = 1 << 31


class Unreadable(Exception):
    """A part of the store is not as the format says; git itself is asked about it then."""


class Damaged(Unreadable):
    """A part of the store is damaged in a way that git keeps quiet about."""


class Index(NamedTuple):
    """The objects of one pack, in the order of their ids."""

    pack: str
    """The path of the pack."""
    width: int
    """Bytes of an id: 20 or 32."""
    names: memoryview
    offsets: array[int]

    def name(self, number: int) -> str:
        """Give the id of an object, in hex."""
        return self.names[number * self.width : (number + 1) * self.width].hex()

    def find(self, name: bytes) -> int:
        """Find the offset of an object by its id; -1 where the pack lacks it."""
        low, high = 0, len(self.offsets)
        while low < high:
            middle = (low + high) // 2
            here = bytes(self.names[middle * self.width : (middle + 1) * self.width])
            if here == name:
                return self.offsets[middle]
            low, high = (middle + 1, high) if here < name else (low, middle)
        return -1


def map_file(path: str) -> mmap.mmap:
    """Map a file of the store into memory; raises `Unreadable`."""
    try:
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: can't be read: {error}") from None


def read_index(path: str, width: int) -> Index:
    """Read an index whole; raises `Unreadable`."""
    data = memoryview(map_file(path))
    pack = path.removesuffix(".idx") + ".pack"
    if not os.path.isfile(pack):
        raise Unreadable(f"{pack} is missing, which {os.path.basename(path)} is the index of")
    if bytes(data[:4]) != _MAGIC:
        return _read_first(path, pack, data, width)
    if bytes(data[4:8]) != b"\0\0\0\2":
        raise Unreadable(f"{path}: an unknown version of an index")
    return _read_second(path, pack, data, width)


def _read_second(path: str, pack: str, data: memoryview, width: int) -> Index:
    count = _count(path, data, 8)
    names_at = 8 + _FANOUT
    offsets_at = names_at + count * (width + 4)  # ids, then check sums of 4 bytes
    large_at = offsets_at + count * 4
    offsets = _numbers("I", data[offsets_at:large_at], count, path)
    if count and max(offsets) >= _LARGE:
        large = _numbers("Q", data[large_at : len(data) - 2 * width], None, path)
        try:
            offsets = [o if o < _LARGE else large[o - _LARGE] for o in offsets]
        except IndexError:
            raise Unreadable(f"{path}: points behind its own table of large offsets") from None
    return Index(pack, width, data[names_at : names_at + count * width], array("Q", offsets))


def _read_first(path: str, pack: str, data: memoryview, width: int) -> Index:
    count = _count(path, data, 0)
    step = 4 + width
    table = bytes(data[_FANOUT : _FANOUT + count * step])
    if len(table) != count * step:
        raise Unreadable(f"{path}: is cut short")
    rows = [table[at : at + step] for at in range(0, len(table), step)]
    offsets = array("Q", (int.from_bytes(row[:4]) for row in rows))
    return Index(pack, width, memoryview(b"".join(row[4:] for row in rows)), offsets)


def _count(path: str, data: memoryview, at: int) -> int:
    fanout = data[at : at + _FANOUT]
    if len(fanout) != _FANOUT:
        raise Unreadable(f"{path}: is cut short")
    return int.from_bytes(fanout[-4:])


def _numbers(code: str, data: memoryview, count: int | None, path: str) -> list[int]:
    numbers = array(code)
    numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    if count is not None and len(numbers) != count:
        raise Unreadable(f"{path}: is cut short")
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers.tolist()
