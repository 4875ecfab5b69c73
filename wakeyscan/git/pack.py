"""Reads packs by families: each object right after the one that it is a delta of.

A pack holds most objects as differences from others. Whoever goes through it object by object makes
the same bases over and over; here every entry is inflated once, and a delta is applied while the
text that it starts from is at hand. The format is that of gitformat-pack.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from dulwich.errors import ApplyDeltaError
from dulwich.pack import apply_delta  # compiled; its plain Python is a slower fallback of its own

from wakeyscan.core.inflate import fast_zlib
from wakeyscan.git.objects import BLOB, MOST_MADE, OFS_DELTA, REF_DELTA, delta_number
from wakeyscan.git.pack_index import Damaged, Index, Unreadable, map_file

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


def read_pack(index: Index) -> Pack:
    """Read the headers of all entries; raises `Unreadable`."""
    data = map_file(index.pack)
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

_MUCH_HELD = 64 << 20
"""Bytes of bases over which the order of a family is chosen so that few more are held."""

_MOST_HELD = 512 << 20
"""Bytes of bases over which no more are held: git is asked for what is made of the next."""

_TRUSTED = 1 << 16
"""Bytes that inflate to no more than `LARGE`, whatever they are: deflate makes 1032 of one."""


def _inflated(packed: memoryview) -> bytes | None:
    """Inflate bytes that may be a bomb, whatever size they claim to have."""
    inflater = fast_zlib.decompressobj()
    content: bytes = inflater.decompress(packed, LARGE)
    return content if inflater.eof else None


def walk_pack(
    pack: Pack, roots: Iterable[int], refuse: Callable[[int, str], None]
) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield all objects of the families of `roots`, each after the one that it is a delta of.

    That is: the number of the entry, its kind, and its content; `None` where that is too large to
    hold, or the entry is not as the format says, so that git itself must be asked. `refuse` is
    called for each entry that is too large for git too, with the reason.
    """
    view = memoryview(pack.data)
    heads, offsets, sizes = pack.heads, pack.offsets, pack.sizes
    child, inflate = pack.child, fast_zlib.decompress
    damage = (fast_zlib.error, ApplyDeltaError, IndexError)
    waiting = _Waiting(pack)
    pending = waiting.entries
    for root in roots:
        kind = pack.kinds[root]
        waiting.root = root
        pending.append((root, b"", 0))
        while pending:
            number, base, released = pending.pop()
            if released:
                waiting.held -= released
            content: bytes | None = None
            if base is not None and (number not in sizes or sizes[number] <= LARGE):
                try:
                    packed = view[offsets[number] + heads[number] : offsets[number + 1]]
                    content = inflate(packed) if len(packed) < _TRUSTED else _inflated(packed)
                    if number != root and content is not None:
                        if content[1] < 0x80 and content[3] < 0x80:  # it claims less than 16 KiB
                            content = b"".join(apply_delta(base, content))
                        else:
                            content = _applied(base, content)
                except damage:
                    content = None
            if content is None and (excess := _excess(pack, number)):
                for one in _family(pack, number):
                    refuse(one, excess)
                continue
            yield number, kind, content
            if child[number] != NO_ENTRY:
                waiting.add(number, content)


class _Waiting:
    """The deltas of one family whose bases are made, and how many bytes those bases take.

    In a chain of which every level has a second child, each base would be held until the end: 90 KB
    of pack would make 12 GB. Once much is held, the child with most deltas below it comes last,
    when nothing holds the base any more. Then the bases held at once number no more than the
    logarithm of the size of the family.
    """

    def __init__(self, pack: Pack) -> None:
        self.entries: list[tuple[int, bytes | None, int]] = []
        """The number of the entry, its base, and the bytes that are free once it is taken."""
        self.root = NO_ENTRY
        """The entry that all of the family are made of."""
        self.held = 0
        self._pack = pack
        self._weights: dict[int, int] = {}
        """Of all entries of the family that was last put in order."""

    def add(self, number: int, base: bytes | None) -> None:
        """Add the deltas of an entry, the last first."""
        entries, sibling = self.entries, self._pack.sibling
        released = 0
        if base is not None:
            if len(base) > LARGE or self.held > _MOST_HELD:
                base = None
            else:
                released = len(base)
                self.held += released
        one = self._pack.child[number]
        if self.held > _MUCH_HELD and sibling[one] != NO_ENTRY:
            first, *others = self._heaviest_first(number)
            entries.append((first, base, released))
            entries += [(other, base, 0) for other in others]
            return
        while one != NO_ENTRY:
            entries.append((one, base, released))
            released = 0
            one = sibling[one]

    def _heaviest_first(self, number: int) -> list[int]:
        if self.root not in self._weights:
            self._weights = _weights(self._pack, self.root)
        return sorted(_children(self._pack, number), key=self._weights.__getitem__, reverse=True)


def _children(pack: Pack, number: int) -> Iterator[int]:
    number = pack.child[number]
    while number != NO_ENTRY:
        yield number
        number = pack.sibling[number]


def _family(pack: Pack, number: int) -> Iterator[int]:
    """Yield an entry and all that are made of it, each after the one that it is a delta of."""
    pending = [number]
    while pending:
        yield (number := pending.pop())
        pending += _children(pack, number)


def _weights(pack: Pack, root: int) -> dict[int, int]:
    """Count, for each entry of a family, the entries that are made of it, itself included."""
    weights = dict.fromkeys(_family(pack, root), 1)
    for number in reversed(weights):
        weights[number] += sum(weights[one] for one in _children(pack, number))
    return weights


def _applied(base: bytes, delta: bytes) -> bytes | None:
    """Apply a delta; `None` if it makes over `LARGE` bytes. Raises `IndexError` if it is cut off.

    dulwich allocates the size that the delta claims before it reads on. A claim of up to three
    bytes, which is less than 2 MiB, need not be decoded.
    """
    at = 1
    while delta[at - 1] & 0x80:
        at += 1
    short = delta[at] < 0x80 or delta[at + 1] < 0x80 or delta[at + 2] < 0x80
    if not short and delta_number(delta, at)[0] > LARGE:
        return None
    return b"".join(apply_delta(base, delta))


def _excess(pack: Pack, number: int) -> str:
    """Return why git must not be asked for an entry: it would hold all of it; empty if it may."""
    sizes = [pack.sizes.get(number, 0)]
    if pack.kinds[number] in (OFS_DELTA, REF_DELTA):
        sizes += _claimed(pack, number)
    elif pack.kinds[number] == BLOB:
        return ""  # which git streams
    most = max(sizes)
    if most < MOST_MADE:
        return ""
    return f"takes {most:,} bytes of memory to make, over the maximum of {MOST_MADE:,}"


def _claimed(pack: Pack, number: int) -> tuple[int, ...]:
    """Return the sizes that a delta claims for its base and for its result, if they can be read."""
    start = pack.offsets[number] + pack.heads[number]
    packed = pack.data[start : min(start + _TRUSTED, pack.offsets[number + 1])]
    try:
        head: bytes = fast_zlib.decompressobj().decompress(packed, _LONGEST_HEAD)
        base, at = delta_number(head, 0)
        return base, delta_number(head, at)[0]
    except (fast_zlib.error, IndexError):
        return ()
