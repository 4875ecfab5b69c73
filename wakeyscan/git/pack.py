"""The entries of a pack and the deltas between them (gitformat-pack).

A pack stores most objects as deltas of other objects. `Pack` links each entry to its deltas, so
that `git.pack_walk` can build an object while the content of its base is still in memory.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterator

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.objects import OFS_DELTA, REF_DELTA
from wakeyscan.git.pack_index import (
    CorruptPackError,
    PackError,
    PackIndex,
    map_file,
    sort_positions,
)

if TYPE_CHECKING:
    from typing import Any

NO_ENTRY = -1
"""Sentinel for the number of an entry that does not exist."""

SMALL = 1 << 20
"""Bytes of an inflated entry; the size of a smaller one is not stored."""

MAX_HEADER = 64
"""Maximum bytes of an entry header: a size of ten, and an id of 32 or a distance of ten."""

HEADER_BYTES = 12
"""Bytes at the start of a pack: its signature, its version and the number of entries."""

_MAX_SMALL_SIZE = 3
"""Bytes of a header in which a size of at most 18 bits, below `SMALL`, is written."""

SIGNATURES = (b"PACK\0\0\0\2", b"PACK\0\0\0\3")


class Pack(NamedTuple):
    """The entries of one pack, numbered in the order of the file."""

    pack_index: PackIndex
    data: mmap.mmap | bytes
    offsets: array[int]
    """Start of each entry, and the end of the last one."""
    header_sizes: bytes
    """Bytes of each entry that precede the compressed content."""
    kinds: bytes
    """Kind of each entry: an object kind, or `OFS_DELTA` or `REF_DELTA`."""
    large_sizes: dict[int, int]
    """Inflated size of each entry over `SMALL`: the size of the object, or of the delta itself."""
    first_delta: array[int]
    """For each entry, the first entry in its list of deltas, or `NO_ENTRY`."""
    next_delta: array[int]
    """For each delta, the next delta of the same base, or `NO_ENTRY`."""
    missing_bases: dict[bytes, list[int]]
    """Deltas whose base is not in the pack, by the id of the base; empty: an invalid distance."""
    positions: array[int]
    """Position of each entry in the index."""
    cyclic: int = 0
    """Number of entries that are deltas of each other; git loops forever on them."""

    @property
    def gap_before(self) -> int:
        """Bytes between the header of the file and the first entry."""
        return max(0, self.offsets[0] - HEADER_BYTES)

    @property
    def has_unreachable_parts(self) -> bool:
        """Whether entries cannot be built, or bytes belong to none."""
        return bool(self.cyclic or self.gap_before)

    def find_id(self, number: int) -> str:
        """Return the id of an entry, in hex."""
        return self.pack_index.get_id(self.positions[number])

    def find_roots(self) -> list[int]:
        """Return the entries that are not deltas, each the root of a tree of deltas."""
        return [number for number, kind in enumerate(self.kinds) if kind < OFS_DELTA]

    def find_deltas(self, number: int) -> Iterator[int]:
        """Yield the entries that are deltas of an entry."""
        number = self.first_delta[number]
        while number != NO_ENTRY:
            yield number
            number = self.next_delta[number]

    def find_tree(self, root: int) -> Iterator[int]:
        """Yield an entry and all entries that are built from it, bases first."""
        pending = [root]
        while pending:
            yield (number := pending.pop())
            pending += self.find_deltas(number)

    def release_pages(self) -> None:
        """Return the memory of the pages read so far to the system."""
        if hasattr(mmap, "MADV_DONTNEED") and isinstance(self.data, mmap.mmap):
            self.data.madvise(mmap.MADV_DONTNEED)

    def attach_deltas(self, number: int, object_id: bytes) -> None:
        """Link the deltas that name their base by `object_id`, the id of an entry, to the entry."""
        for delta in self.missing_bases.pop(object_id, ()):
            self.next_delta[delta] = self.first_delta[number]
            self.first_delta[number] = delta


class DetachedPack(NamedTuple):
    """A pack without its mapping and the ids of its index: it can be pickled."""

    path: str
    id_width: int
    checksum: bytes
    """The last bytes of the file."""
    tables: tuple[Any, ...]
    """The fields of the pack after `data`."""


def detach_pack(pack: Pack) -> DetachedPack:
    """Return the data that another process needs to map a pack."""
    path, width = pack.pack_index.pack_path, pack.pack_index.id_width
    tables = pack._replace(positions=array("I"))[2:]
    return DetachedPack(path, width, pack.data[-width:], tables)


def attach_pack(detached: DetachedPack) -> Pack:
    """Map a pack again. Where the file has changed, the result has no path and no data.

    Every entry of it is invalid then, and left to git.
    """
    path = detached.path
    data: mmap.mmap | bytes = b""
    try:
        data = map_file(path)
        if data[-detached.id_width :] != detached.checksum:
            path, data = "", b""
    except PackError:
        path = ""
    index = PackIndex(path, detached.id_width, memoryview(b""), array("Q"))
    return Pack._make((index, data, *detached.tables))


def read_pack(index: PackIndex) -> Pack:
    """Read the headers of all entries; raise `PackError`."""
    data = map_file(index.pack_path)
    if data[:8] not in SIGNATURES:
        raise PackError(f"{index.pack_path}: not a pack of a known version")
    end = len(data) - index.id_width
    positions, offsets = sort_positions(index)
    if int.from_bytes(data[8:12]) != len(offsets) or (offsets and offsets[-1] >= end):
        raise PackError(f"{index.pack_path}: does not match its index")
    try:
        pack = link_entries(index, data, offsets, end)._replace(positions=positions)
    except IndexError:
        raise PackError(f"{index.pack_path}: an entry is invalid") from None
    if pack.missing_bases:
        raise UnlinkedPackError(pack)
    return pack


class UnlinkedPackError(PackError):
    """A delta of a pack has no base in it, so git must read all objects of the pack."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(f"{pack.pack_index.pack_path}: an entry is invalid")
        self.pack = pack


class _Headers(NamedTuple):
    """The headers of entries, by number."""

    sizes: bytearray
    kinds: bytearray
    large_sizes: dict[int, int]
    first_delta: array[int]
    next_delta: array[int]
    missing_bases: dict[bytes, list[int]]


def link_entries(index: PackIndex, data: mmap.mmap | bytes, offsets: array[int], end: int) -> Pack:
    """Read the headers of the entries at `offsets`; append `end` to these.

    The pack has no positions in its index.
    """
    count = len(offsets)
    numbers = dict(zip(offsets, range(count), strict=True))
    if len(numbers) != count:
        raise CorruptPackError(f"{index.pack_path}: its index lists an entry twice")
    no_deltas = array("i", [NO_ENTRY]) * count
    headers = _Headers(bytearray(count), bytearray(count), {}, no_deltas, no_deltas[:], {})
    has_forward_base = _read_headers(headers, index, data, numbers)
    offsets.append(end)
    pack = Pack(
        pack_index=index,
        data=data,
        offsets=offsets,
        header_sizes=bytes(headers.sizes),
        kinds=bytes(headers.kinds),
        large_sizes=headers.large_sizes,
        first_delta=headers.first_delta,
        next_delta=headers.next_delta,
        missing_bases=headers.missing_bases,
        positions=array("I"),
    )
    pack.release_pages()
    return pack._replace(cyclic=count - _count_reachable(pack)) if has_forward_base else pack


def _read_headers(
    headers: _Headers, index: PackIndex, data: mmap.mmap | bytes, numbers: dict[int, int]
) -> bool:
    """Fill the headers of entries, given by offset; return whether a base follows its delta.

    A header starts with the kind and the size; all bytes but the last have the high bit. In a
    delta, the distance back to its base follows, or the id of the base. All headers are read in
    one loop without calls, since a pack may hold millions.
    """
    sizes, kinds, large_sizes, first_delta, next_delta, missing_bases = headers
    offset_kind, id_kind = OFS_DELTA << 4, REF_DELTA << 4
    has_forward_base = False
    for offset, number in numbers.items():
        header = data[offset : offset + MAX_HEADER]
        byte, at = header[0], 1
        kind = byte & 0x70
        while byte & 0x80:
            byte = header[at]
            at += 1
        if at > _MAX_SMALL_SIZE and (size := _read_size(header)) > SMALL:
            large_sizes[number] = size
        if kind == offset_kind:
            byte = header[at]
            distance = byte & 0x7F
            at += 1
            while byte & 0x80:
                byte = header[at]
                distance = ((distance + 1) << 7) | (byte & 0x7F)
                at += 1
            base = numbers.get(offset - distance, NO_ENTRY)
            if base == NO_ENTRY or not distance:
                missing_bases.setdefault(b"", []).append(number)
            else:
                next_delta[number] = first_delta[base]
                first_delta[base] = number
        elif kind == id_kind:
            base_id = header[at : at + index.id_width]
            base = numbers.get(index.find_offset(base_id), NO_ENTRY)
            at += index.id_width
            if base == NO_ENTRY:
                missing_bases.setdefault(base_id, []).append(number)
            else:
                has_forward_base |= base >= number
                next_delta[number] = first_delta[base]
                first_delta[base] = number
        kinds[number], sizes[number] = kind >> 4, at
    return has_forward_base


def _read_size(header: bytes) -> int:
    """Return the size in a header: 4 bits in its first byte, and 7 in each of the next ones."""
    size, shift, at = header[0] & 15, 4, 0
    while header[at] & 0x80:
        at += 1
        size |= (header[at] & 0x7F) << shift
        shift += 7
    return size


def _count_reachable(pack: Pack) -> int:
    return sum(1 for root in pack.find_roots() for _ in pack.find_tree(root))
