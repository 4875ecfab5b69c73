"""Builds all objects of a pack, each right after its base.

Every entry is inflated once, and a delta is applied while the content of its base is in memory.
Building the objects one by one would build shared bases again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from wakeyscan.core.inflate import INFLATE_ERRORS, fast_zlib, find_end
from wakeyscan.git.delta import DELTA_ERRORS, apply_delta, read_delta_size
from wakeyscan.git.objects import BLOB, MAX_GIT_ALLOC, MAX_IN_MEMORY, OFS_DELTA, REF_DELTA
from wakeyscan.git.pack import MAX_HEADER, NO_ENTRY, SMALL, Pack

_ORDERING_THRESHOLD = 64 << 20
"""Bytes of bases in memory; above it, deltas are ordered so that few more bases are held."""

_MAX_BASES = 512 << 20
"""Maximum bytes of bases in memory; above it, git must build the deltas of further bases."""

_NO_BOMB = 1 << 16
"""Bytes that inflate to less than `MAX_IN_MEMORY`: deflate expands at most 1032 times."""


def walk_pack(
    pack: Pack,
    roots: Iterable[int],
    refuse: Callable[[int, str], None],
    add_gap: Callable[[int], None] = lambda size: None,
) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield the number, kind and content of all objects built from `roots`, bases first.

    The content is `None` if git must build it: too large for memory, or an invalid entry. `refuse`
    is called with a number and a reason for each entry that is too large for git too. `add_gap` is
    called with a number of bytes for each entry that ends before the next one starts.
    """
    view = memoryview(pack.data)
    header_sizes, offsets, large_sizes = pack.header_sizes, pack.offsets, pack.large_sizes
    first_delta, next_delta = pack.first_delta, pack.next_delta
    new_inflater, errors = fast_zlib.decompressobj, (fast_zlib.error, *DELTA_ERRORS)
    queue = _DeltaQueue(pack)
    pending = queue.entries
    for root in roots:
        kind = pack.kinds[root]
        queue.root = root
        pending.append((root, b"", 0))
        while pending:
            number, base, released = pending.pop()
            queue.held -= released
            while number != NO_ENTRY:
                content: bytes | None = None
                gap: int | None = None
                if base is not None and (
                    number not in large_sizes or large_sizes[number] <= MAX_IN_MEMORY
                ):
                    try:
                        packed = view[offsets[number] + header_sizes[number] : offsets[number + 1]]
                        inflater = new_inflater()
                        if len(packed) < _NO_BOMB:
                            content = inflater.decompress(packed)
                        else:
                            content = inflater.decompress(packed, MAX_IN_MEMORY)
                        gap = len(inflater.unused_data) if inflater.eof else None
                        if gap is None:
                            content = None
                        elif number != root:
                            content = apply_delta(base, content, MAX_IN_MEMORY)
                    except errors:
                        content = None
                if content is None and (reason := _explain_excess(pack, number)):
                    _refuse_tree(pack, number, reason, refuse)
                    break
                if gap != 0:
                    add_gap(_measure_gap(pack, number) if gap is None else gap)
                yield number, kind, content
                base, delta = content, first_delta[number]
                if delta != NO_ENTRY and (
                    base is None or len(base) > SMALL or next_delta[delta] != NO_ENTRY
                ):
                    queue.add_deltas(number, base)
                    break
                number = delta  # the one delta of most bases needs no queue


def _refuse_tree(pack: Pack, top: int, reason: str, refuse: Callable[[int, str], None]) -> None:
    for number in pack.find_tree(top):
        refuse(number, reason)


class _DeltaQueue:
    """The deltas of one tree whose bases are built, and the memory that these bases take.

    In a chain whose every level has a second delta, all bases would be held until the end: 90 KB
    of pack would take 12 GB. Above a threshold, the delta with the largest subtree comes last, when
    no other delta holds their base. Then the number of bases held is at most the logarithm of the
    size of the tree.
    """

    def __init__(self, pack: Pack) -> None:
        self.entries: list[tuple[int, bytes | None, int]] = []
        """Number of the entry, its base, and the bytes released once it is taken."""
        self.root = NO_ENTRY
        self.held = 0
        """Bytes of the bases in `entries`."""
        self._pack = pack
        self._subtree_sizes: dict[int, int] = {}
        """For each entry of the tree that was ordered last."""

    def add_deltas(self, number: int, base: bytes | None) -> None:
        """Add the deltas of an entry; the last one added is taken first."""
        entries, next_delta = self.entries, self._pack.next_delta
        released = 0
        if base is not None:
            if len(base) > MAX_IN_MEMORY or self.held > _MAX_BASES:
                base = None
            else:
                released = len(base)
                self.held += released
        delta = self._pack.first_delta[number]
        if self.held > _ORDERING_THRESHOLD and next_delta[delta] != NO_ENTRY:
            largest, *others = self._order_deltas(number)
            entries.append((largest, base, released))
            entries += [(other, base, 0) for other in others]
            return
        while delta != NO_ENTRY:
            entries.append((delta, base, released))
            released = 0
            delta = next_delta[delta]

    def _order_deltas(self, number: int) -> list[int]:
        if self.root not in self._subtree_sizes:
            self._subtree_sizes = _count_subtrees(self._pack, self.root)
        deltas = self._pack.find_deltas(number)
        return sorted(deltas, key=self._subtree_sizes.__getitem__, reverse=True)


def _count_subtrees(pack: Pack, root: int) -> dict[int, int]:
    """Return, for each entry of a tree, the number of entries in its subtree."""
    sizes = dict.fromkeys(pack.find_tree(root), 1)
    for number in reversed(sizes):
        sizes[number] += sum(sizes[delta] for delta in pack.find_deltas(number))
    return sizes


def measure_gaps(pack: Pack) -> int:
    """Return the bytes of a pack that belong to no entry, without building an object."""
    return pack.gap_before + sum(_measure_gap(pack, number) for number in range(len(pack.kinds)))


def _measure_gap(pack: Pack, number: int) -> int:
    """Return the bytes between an entry and the next one; 0 if the entry is invalid."""
    start = pack.offsets[number] + pack.header_sizes[number]
    with suppress(IndexError, *INFLATE_ERRORS):
        return max(0, pack.offsets[number + 1] - find_end(pack.data, start, lambda size: None))
    return 0


def _explain_excess(pack: Pack, number: int) -> str:
    """Return why git must not build an entry, which it would hold in memory; empty if it may."""
    sizes = [pack.large_sizes.get(number, 0)]
    if pack.kinds[number] in (OFS_DELTA, REF_DELTA):
        sizes += _read_claimed_sizes(pack, number)
    elif pack.kinds[number] == BLOB:
        return ""  # git streams it
    largest = max(sizes)
    if largest < MAX_GIT_ALLOC:
        return ""
    return f"takes {largest:,} bytes of memory to build, over the maximum of {MAX_GIT_ALLOC:,}"


def _read_claimed_sizes(pack: Pack, number: int) -> tuple[int, ...]:
    """Return the sizes that a delta claims for its base and for its result, if readable."""
    start = pack.offsets[number] + pack.header_sizes[number]
    packed = pack.data[start : min(start + _NO_BOMB, pack.offsets[number + 1])]
    try:
        sizes: bytes = fast_zlib.decompressobj().decompress(packed, MAX_HEADER)
        base, at = read_delta_size(sizes, 0)
        return base, read_delta_size(sizes, at)[0]
    except (fast_zlib.error, IndexError):
        return ()
