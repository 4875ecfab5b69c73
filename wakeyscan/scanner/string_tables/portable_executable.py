"""Portable Executable: programs and libraries of Windows.

    program for DOS    with the offset of the header
    header             machine, number of sections, size of the optional header
    optional header    kind, address at which the program is loaded
    sections           name, size in memory, address after that of the program, size and offset in
                       the file

Source: "PE Format" of Microsoft.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

from wakeyscan.scanner.string_tables._program import Segment, build_program
from wakeyscan.scanner.string_tables._references import find_named_strings

_POINTER, _SIGNATURE = 0x3C, b"PE\0\0"
_HEADER = Struct("<4xHH12xH2xH")
"""Machine, number of sections, size of the optional header, and the kind of this header."""
_OPTIONAL = 24
"""Bytes before the optional header."""
_BASES = {0x10B: (4, Struct("<28xI")), 0x20B: (8, Struct("<24xQ"))}
"""Width of a pointer, and the first address, by the kind of the optional header."""
_SECTION = Struct("<12xIII16x")
"""Address, size in the file, and offset."""
_AMD64 = 0x8664


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings that a pointer, or an instruction of AMD64, names with their length."""
    at = int.from_bytes(content[_POINTER : _POINTER + 4], "little")
    if not content.startswith(_SIGNATURE, at) or at + _HEADER.size > len(content):
        return
    machine, count, size, kind = _HEADER.unpack_from(content, at)
    width, base = _BASES.get(kind, (0, _HEADER))
    first = at + _OPTIONAL + size
    if not width or first > len(content) or size < base.size:
        return
    (address,) = base.unpack_from(content, at + _OPTIONAL)
    places = range(first, first + count * _SECTION.size, _SECTION.size)
    program = build_program(content, _list_sections(content, places, address), width)
    yield from find_named_strings(program, offsets, is_amd64=machine == _AMD64)


def _list_sections(content: bytes, places: range, base: int) -> Iterator[Segment]:
    for at in places:
        if at + _SECTION.size > len(content):
            return
        address, size, start = _SECTION.unpack_from(content, at)
        yield Segment(start, start + size, base + address)
