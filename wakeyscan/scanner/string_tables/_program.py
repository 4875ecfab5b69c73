"""A program as it is loaded into memory: addresses of its parts, and of the keys in them.

Go, Rust and most compilers to WebAssembly store strings end to end. Only the code and the data that
use a string know its length: both hold the address of the string next to its length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.core.typing import NamedTuple

_MAX_SEGMENTS = 256
MAX_BEFORE = 256
"""Maximum bytes from the start of a string to a key in it."""


class Segment(NamedTuple):
    """A part of a file that is loaded as it is."""

    start: int
    end: int
    address: int


class Reference(NamedTuple):
    """The start of a string, the offset of a key in it, and a number that may be its length."""

    start: int
    key: int
    length: int


class Program(NamedTuple):
    """The content of a file, and how it is loaded."""

    content: bytes
    segments: Sequence[Segment]
    """In ascending order of the offsets, and without overlaps."""
    width: int
    """Bytes of a pointer, which is little-endian."""

    def find_offset(self, address: int) -> int | None:
        """Return the offset that is loaded at an address."""
        for start, end, first in self.segments:
            if first <= address < first + end - start:
                return start + address - first
        return None


class KeyAddresses(NamedTuple):
    """The keys of a program, in ascending order of the addresses."""

    addresses: Sequence[int]
    offsets: Sequence[int]

    def find_reference(self, address: int, length: int) -> Reference | None:
        """Return the reference to a string with a key, if one may start at an address."""
        number = bisect_left(self.addresses, address)
        if number == len(self.addresses) or self.addresses[number] - address > MAX_BEFORE:
            return None
        key = self.offsets[number]
        return Reference(key - (self.addresses[number] - address), key, length)

    def is_near(self, address: int) -> bool:
        """Return whether a string with a key may start at an address."""
        return self.find_reference(address, 0) is not None

    def list_ranges(self) -> Iterator[tuple[int, int]]:
        """Yield the addresses, from first to last, at which the string of a key may start."""
        for address in self.addresses:
            yield max(0, address - MAX_BEFORE), address


def build_program(content: bytes, segments: Iterable[Segment], width: int) -> Program:
    """Build a program from its segments; what exceeds the content or overlaps is dropped."""
    kept: list[Segment] = []
    for start, end, address in sorted(segments)[:_MAX_SEGMENTS]:
        low, high = max(start, kept[-1].end if kept else 0), min(end, len(content))
        if low < high:
            kept.append(Segment(low, high, address + low - start))
    return Program(content, kept, width)


def find_key_addresses(program: Program, offsets: Iterable[int]) -> KeyAddresses:
    """Return the addresses of the keys at some offsets."""
    starts = [segment.start for segment in program.segments]
    keys = []
    for offset in offsets:
        number = bisect_right(starts, offset) - 1
        if number >= 0 and offset < program.segments[number].end:
            segment = program.segments[number]
            keys.append((segment.address + offset - segment.start, offset))
    keys.sort()
    return KeyAddresses([key[0] for key in keys], [key[1] for key in keys])
