"""Pack indexes: the objects of a pack and their offsets (gitformat-pack, versions 1 and 2).

A reverse index, which newer versions of git write, lists them in the order of the offsets.
"""

from __future__ import annotations

import mmap
import os
import sys
from array import array
from contextlib import suppress
from itertools import islice
from operator import lt

from wakeyscan.core.typing import NamedTuple

_MAGIC = b"\xfftOc"
_REVERSE_MAGIC, _REVERSE_HEADER = b"RIDX\0\0\0\1", 12
"""How a reverse index starts, with its version, and the bytes before its table."""
_FANOUT_BYTES = 256 * 4
_LARGE_OFFSET_FLAG = 1 << 31


class PackError(Exception):
    """A pack or its index that our reader cannot handle; git may still read its objects."""


class CorruptPackError(PackError):
    """A pack that is corrupt in a way that git does not report."""


class PackIndex(NamedTuple):
    """The objects of one pack, sorted by id."""

    pack_path: str
    id_width: int
    """Bytes of an id: 20 or 32."""
    ids: memoryview
    offsets: array[int]

    def get_id(self, position: int) -> str:
        """Return the id of the object at a position, in hex."""
        return self.ids[position * self.id_width : (position + 1) * self.id_width].hex()

    def find_offset(self, object_id: bytes) -> int:
        """Return the offset of an object in the pack, or -1 if the pack lacks it."""
        low, high = 0, len(self.offsets)
        while low < high:
            middle = (low + high) // 2
            found = bytes(self.ids[middle * self.id_width : (middle + 1) * self.id_width])
            if found == object_id:
                return self.offsets[middle]
            low, high = (middle + 1, high) if found < object_id else (low, middle)
        return -1


def map_file(path: str) -> mmap.mmap:
    """Map a file into memory; raise `PackError`."""
    try:
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise PackError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise PackError(f"{path}: cannot be read: the file is empty") from None


def read_pack_index(path: str, id_width: int) -> PackIndex:
    """Read an index; raise `PackError`."""
    data = memoryview(map_file(path))
    pack_path = path.removesuffix(".idx") + ".pack"
    if not os.path.isfile(pack_path):
        raise PackError(f"{path}: its pack {os.path.basename(pack_path)} is missing")
    if bytes(data[:4]) != _MAGIC:
        return _parse_version_1(path, pack_path, data, id_width)
    if bytes(data[4:8]) != b"\0\0\0\2":
        raise PackError(f"{path}: unknown version of a pack index")
    return _parse_version_2(path, pack_path, data, id_width)


def sort_positions(index: PackIndex) -> tuple[array[int], array[int]]:
    """Return the positions of the objects in the order of their offsets, and these offsets.

    git stores this order in a file beside the pack; to sort takes three times as long.
    """
    find_offset = index.offsets.__getitem__
    if positions := _load_positions(index):
        with suppress(IndexError):  # not the file of this index
            offsets = array("Q", map(find_offset, positions))
            if all(map(lt, offsets, islice(offsets, 1, None))):
                return positions, offsets
    positions = array("I", sorted(range(len(index.offsets)), key=find_offset))
    return positions, array("Q", map(find_offset, positions))


def _load_positions(index: PackIndex) -> array[int] | None:
    """Return what the reverse index of a pack contains; `None` without one of the right size."""
    size = len(index.offsets) * 4
    try:
        with open(index.pack_path.removesuffix(".pack") + ".rev", "rb") as file:
            data = file.read(_REVERSE_HEADER + size + 2 * index.id_width + 1)
    except OSError:
        return None
    if data[:8] != _REVERSE_MAGIC or len(data) != _REVERSE_HEADER + size + 2 * index.id_width:
        return None
    table = memoryview(data)[_REVERSE_HEADER : _REVERSE_HEADER + size]
    return _parse_integers("I", table, None, index.pack_path)


def _parse_version_2(path: str, pack_path: str, data: memoryview, id_width: int) -> PackIndex:
    count = _parse_count(path, data, 8)
    ids_start = 8 + _FANOUT_BYTES
    offsets_start = ids_start + count * (id_width + 4)  # after the ids and a CRC of 4 bytes each
    large_start = offsets_start + count * 4
    offsets = _parse_integers("I", data[offsets_start:large_start], count, path)
    if count and max(offsets) >= _LARGE_OFFSET_FLAG:
        large = _parse_integers("Q", data[large_start : len(data) - 2 * id_width], None, path)
        try:
            offsets = array(
                "Q",
                (o if o < _LARGE_OFFSET_FLAG else large[o - _LARGE_OFFSET_FLAG] for o in offsets),
            )
        except IndexError:
            raise PackError(f"{path}: an entry is outside its table of large offsets") from None
    ids = data[ids_start : ids_start + count * id_width]
    return PackIndex(pack_path, id_width, ids, array("Q", offsets))


def _parse_version_1(path: str, pack_path: str, data: memoryview, id_width: int) -> PackIndex:
    count = _parse_count(path, data, 0)
    row_size = 4 + id_width
    table = bytes(data[_FANOUT_BYTES : _FANOUT_BYTES + count * row_size])
    if len(table) != count * row_size:
        raise PackError(f"{path}: is truncated")
    rows = [table[at : at + row_size] for at in range(0, len(table), row_size)]
    offsets = array("Q", (int.from_bytes(row[:4]) for row in rows))
    return PackIndex(pack_path, id_width, memoryview(b"".join(row[4:] for row in rows)), offsets)


def _parse_count(path: str, data: memoryview, at: int) -> int:
    fanout = data[at : at + _FANOUT_BYTES]
    if len(fanout) != _FANOUT_BYTES:
        raise PackError(f"{path}: is truncated")
    return int.from_bytes(fanout[-4:])


def _parse_integers(code: str, data: memoryview, count: int | None, path: str) -> array[int]:
    integers = array(code)
    integers.frombytes(data[: len(data) - len(data) % integers.itemsize])
    if count is not None and len(integers) != count:
        raise PackError(f"{path}: is truncated")
    if sys.byteorder == "little":
        integers.byteswap()
    return integers
