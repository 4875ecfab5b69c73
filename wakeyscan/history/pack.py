"""Reads packs by families: each object right after the one that it is a delta of.

A pack holds most objects as differences from others. Whoever goes through it object by object makes
the same bases over and over; here every entry is inflated once, and a delta is applied while the
text that it starts from is at hand. The format is that of gitformat-pack.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dulwich.errors import ApplyDeltaError
from dulwich.pack import apply_delta  # compiled; its plain Python is a slower fallback of its own

from wakeyscan.deflate import fast_zlib
from wakeyscan.gitobject import OFS_DELTA, REF_DELTA
from wakeyscan.history.index import Damaged, Index, Unreadable, mapped

NO_ENTRY = -1

_LONGEST_HEAD = 64
"""Bytes: a size of ten, and an id of 32, or a distance of ten."""


class Pack(NamedTuple):
    """The entries of one pack in the order of the file, and how they hang together."""

    listing: Index
    data: mmap.mmap
    offsets: array[int]
    """Where entries begin; one more at the end, where the last one ends."""
    heads: bytes
    """How many bytes of each entry come before the compressed ones."""
    kinds: bytes
    sizes: dict[int, int]
    """Of entries that are over `SMALL` when inflated: how large the object, or the delta, is."""
    child: array[int]
    """Of each entry the number of the last entry that is a delta of it; `NO_ENTRY`: none."""
    sibling: array[int]
    """Of each delta the number of the next entry with the same base; `NO_ENTRY`: none."""
    lost: int = 0
    """Entries that are deltas of each other in a circle: git goes round in it for ever."""

    def names(self, numbers: Iterable[int]) -> dict[int, str]:
        """Give the ids of entries, in hex; all at once, since the index is not in their order."""
        wanted = {self.offsets[number]: number for number in numbers}
        return {
            wanted[offset]: self.listing.name(at)
            for at, offset in enumerate(self.listing.offsets)
            if offset in wanted
        }

    def let_go(self) -> None:
        """Give the memory back that the pages take which were read: the file has them still."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.data.madvise(mmap.MADV_DONTNEED)

    def roots(self) -> list[int]:
        """List the entries that are no deltas: one of each family."""
        return [number for number, kind in enumerate(self.kinds) if kind < OFS_DELTA]


def read(index: Index) -> Pack:
    """Read the headers of all entries; raises `Unreadable`."""
    data = mapped(index.pack)
    if data[:4] != b"PACK" or data[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
        raise Unreadable(f"{index.pack}: not a pack of a known version")
    end = len(data) - index.width
    offsets = array("Q", sorted(index.offsets))
    if int.from_bytes(data[8:12]) != len(offsets) or (offsets and offsets[-1] >= end):
        raise Unreadable(f"{index.pack}: does not match its index")
    try:
        return _linked(index, data, offsets, end)
    except (IndexError, KeyError):
        raise Unreadable(f"{index.pack}: an entry is not as the format says") from None


def _linked(index: Index, data: mmap.mmap, offsets: array[int], end: int) -> Pack:
    """Read the headers in one tight loop: there may be millions, and none is of any use alone.

    An entry begins with its kind and size, in bytes of which all but the last have the high bit;
    then a delta says how far before it, or under which id, its base is.
    """
    count = len(offsets)
    heads, kinds, sizes = bytearray(count), bytearray(count), dict[int, int]()
    child, sibling = (array("i", [NO_ENTRY]) * count for _ in range(2))
    numbers = dict(zip(offsets, range(count), strict=True))
    if len(numbers) != count:
        raise Damaged(f"{index.pack}: its index names an entry twice")
    forward = False
    for number, offset in enumerate(offsets):
        head = data[offset : offset + _LONGEST_HEAD]
        byte, at = head[0], 1
        kind, size, shift = byte & 0x70, byte & 15, 4
        while byte & 0x80:
            byte = head[at]
            size |= (byte & 0x7F) << shift
            shift += 7
            at += 1
        if size > SMALL:
            sizes[number] = size
        if kind == OFS_DELTA << 4:
            byte = head[at]
            back = byte & 0x7F
            at += 1
            while byte & 0x80:
                byte = head[at]
                back = ((back + 1) << 7) | (byte & 0x7F)
                at += 1
            base = numbers[offset - back]
            sibling[number] = child[base]
            child[base] = number
        elif kind == REF_DELTA << 4:
            base = numbers[index.find(head[at : at + index.width])]
            at += index.width
            forward |= base >= number
            sibling[number] = child[base]
            child[base] = number
        kinds[number], heads[number] = kind >> 4, at
    offsets.append(end)
    pack = Pack(index, data, offsets, bytes(heads), bytes(kinds), sizes, child, sibling)
    pack.let_go()
    return pack._replace(lost=count - _reached(pack)) if forward else pack


def _reached(pack: Pack) -> int:
    """Count the entries that hang on one that is no delta."""
    pending, count = pack.roots(), 0
    while pending:
        count += 1
        number = pack.child[pending.pop()]
        while number != NO_ENTRY:
            pending.append(number)
            number = pack.sibling[number]
    return count


SMALL = 1 << 20
"""Bytes of an entry up to which its size need not be known before it is inflated."""

LARGE = 64 << 20
"""Bytes of an object over which it is not held in memory, nor what is a delta of it."""


_TRUSTED = 1 << 16
"""Bytes that inflate to no more than `LARGE`, whatever they are: deflate makes 1032 of one."""


def _inflated(packed: memoryview) -> bytes | None:
    """Inflate bytes that may be a bomb, whatever size they claim to have."""
    inflater = fast_zlib.decompressobj()
    content: bytes = inflater.decompress(packed, LARGE)
    return content if inflater.eof else None


def walk(pack: Pack, roots: Iterable[int]) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield all objects of the families of `roots`, each after the one that it is a delta of.

    That is: the number of the entry, its kind, and its content; `None` where that is too large to
    hold, or the entry is not as the format says, so that git itself must be asked.
    """
    view = memoryview(pack.data)
    heads, offsets, sizes = pack.heads, pack.offsets, pack.sizes
    child, sibling, inflate = pack.child, pack.sibling, fast_zlib.decompress
    damage = (fast_zlib.error, ApplyDeltaError, IndexError)
    for root in roots:
        kind = pack.kinds[root]
        pending: list[tuple[int, bytes | None]] = [(root, b"")]
        while pending:
            number, base = pending.pop()
            content: bytes | None = None
            if base is not None and sizes.get(number, 0) <= LARGE:
                try:
                    packed = view[offsets[number] + heads[number] : offsets[number + 1]]
                    content = inflate(packed) if len(packed) < _TRUSTED else _inflated(packed)
                    if number != root and content is not None:
                        content = b"".join(apply_delta(base, content))
                except damage:
                    content = None
            yield number, kind, content
            number = child[number]
            if number != NO_ENTRY:
                if content is not None and len(content) > LARGE:
                    content = None
                while number != NO_ENTRY:
                    pending.append((number, content))
                    number = sibling[number]
