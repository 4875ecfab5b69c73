"""Reads packs by families: each object right after the one that it is a delta of.

A pack holds most objects as differences from others. Whoever goes through it object by object makes
the same bases over and over; here every entry is inflated once, and a delta is applied while the
text that it starts from is at hand. The format is that of gitformat-pack.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from dulwich.errors import ApplyDeltaError
from dulwich.pack import apply_delta  # compiled; its plain Python is a slower fallback of its own

from wakeyscan.history.index import Index, Unreadable

# isal is 1.6 times as fast; where there is no wheel of it, zlib does.
fast_zlib: Any = import_module("isal.isal_zlib" if find_spec("isal") else "zlib")

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
NO_ENTRY = -1


class Pack(NamedTuple):
    """The entries of one pack in the order of the file, and how they hang together."""

    listing: Index
    data: mmap.mmap
    offsets: array[int]
    """Where entries begin; one more at the end, where the last one ends."""
    bodies: array[int]
    """Where their compressed bytes begin."""
    sizes: array[int]
    """Of the object, or of the delta, when inflated."""
    kinds: bytes
    child: array[int]
    """Of each entry the number of the last entry that is a delta of it; `NO_ENTRY`: none."""
    sibling: array[int]
    """Of each delta the number of the next entry with the same base; `NO_ENTRY`: none."""

    def name(self, number: int) -> str:
        """Give the id of an entry, in hex; slow, for the few that matter."""
        return self.listing.name(self.listing.offsets.index(self.offsets[number]))

    def roots(self) -> list[int]:
        """List the entries that are no deltas: one of each family."""
        return [number for number, kind in enumerate(self.kinds) if kind < OFS_DELTA]

    def children(self, number: int) -> Iterator[int]:
        """Yield the entries that are deltas of one."""
        child = self.child[number]
        while child != NO_ENTRY:
            yield child
            child = self.sibling[child]


def read(index: Index) -> Pack:
    """Read the headers of all entries; raises `Unreadable`."""
    data = _mapped(index.pack)
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


def _mapped(path: str) -> mmap.mmap:
    try:
        with open(path, "rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path}: can't be read: {error}") from None


def _linked(index: Index, data: mmap.mmap, offsets: array[int], end: int) -> Pack:
    count = len(offsets)
    bodies, sizes, kinds = array("Q", bytes(8 * count)), array("Q", bytes(8 * count)), bytearray()
    child = array("i", [NO_ENTRY]) * count
    sibling = array("i", [NO_ENTRY]) * count
    numbers = {offset: number for number, offset in enumerate(offsets)}
    for number, offset in enumerate(offsets):
        byte = data[offset]
        kind, size, shift, at = (byte >> 4) & 7, byte & 15, 4, offset + 1
        while byte & 0x80:
            byte = data[at]
            size |= (byte & 0x7F) << shift
            shift += 7
            at += 1
        if kind == OFS_DELTA:
            byte = data[at]
            back = byte & 0x7F
            at += 1
            while byte & 0x80:
                byte = data[at]
                back = ((back + 1) << 7) | (byte & 0x7F)
                at += 1
            base = numbers[offset - back]
        elif kind == REF_DELTA:
            base = numbers[index.find(data[at : at + index.width])]
            at += index.width
        else:
            base = NO_ENTRY
        bodies[number], sizes[number] = at, size
        kinds.append(kind)
        if base != NO_ENTRY:
            sibling[number] = child[base]
            child[base] = number
    offsets.append(end)
    return Pack(index, data, offsets, bodies, sizes, bytes(kinds), child, sibling)


LARGE = 64 << 20
"""Bytes of an object over which it is not held in memory, nor what is a delta of it."""


class Inflated(NamedTuple):
    """An object of a pack."""

    number: int
    kind: int
    content: bytes | None
    """`None`: too large, or not as the format says; git itself must be asked."""


def walk(pack: Pack, roots: Iterable[int]) -> Iterator[Inflated]:
    """Yield all objects of the families of `roots`, each after the one that it is a delta of."""
    view = memoryview(pack.data)
    bodies, offsets, child, sibling = pack.bodies, pack.offsets, pack.child, pack.sibling
    for root in roots:
        kind = pack.kinds[root]
        pending: list[tuple[int, bytes | None]] = [(root, b"")]
        while pending:
            number, base = pending.pop()
            content: bytes | None = None
            if base is not None and pack.sizes[number] <= LARGE:
                try:
                    content = fast_zlib.decompress(view[bodies[number] : offsets[number + 1]])
                    if number != root:
                        content = b"".join(apply_delta(base, content))
                    elif len(content) != pack.sizes[number]:
                        content = None
                except (fast_zlib.error, ApplyDeltaError, IndexError):
                    content = None
            yield Inflated(number, kind, content)
            if content is not None and len(content) > LARGE:
                content = None
            number = child[number]
            while number != NO_ENTRY:
                pending.append((number, content))
                number = sibling[number]
