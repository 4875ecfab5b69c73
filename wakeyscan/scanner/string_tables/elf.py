"""ELF: programs and libraries of Linux, Android and other systems.

Segments are loaded into memory. Sections are for the linker: a compiler puts literals into those of
constants, and into some that have nothing but strings.

Source: the System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.string_tables._program import Segment, build_program
from wakeyscan.scanner.string_tables._references import find_named_strings

_SIGNATURE = b"\x7fELF"
_IDENTIFICATION = 16
_CLASS, _ORDER = 4, 5
"""Offsets of the class, which is the width of a pointer, and of the byte order."""
_LITTLE = 1
_LOADED = 1
_AMD64 = 62
_MAX_SECTIONS = 1 << 8
_WRITABLE, _STRINGS = 1, 0x20
"""Flags of a section."""


class _Layout(NamedTuple):
    width: int
    header: Struct
    """Machine, offset of the segments, size of one, number of them."""
    segment: Struct
    order: tuple[int, int, int, int]
    """Numbers of the fields of a segment: type, offset, address, size in the file."""
    sections: Struct
    """Offset of the sections, and number of them."""
    section: Struct
    """Flags, offset and size."""


_LAYOUTS = {
    1: _Layout(
        *(4, Struct("<18xH8xI10xHH"), Struct("<6I"), (0, 1, 2, 4)),
        *(Struct("<32xI12xH2x"), Struct("<8xI4xII16x")),
    ),
    2: _Layout(
        *(8, Struct("<18xH12xQ14xHH"), Struct("<IIQQQQ"), (0, 2, 3, 5)),
        *(Struct("<40xQ12xH2x"), Struct("<8xQ8xQQ24x")),
    ),
}


class Section(NamedTuple):
    """A part of a file for the linker."""

    start: int
    end: int
    is_writable: bool
    has_only_strings: bool


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings that a pointer, or an instruction of AMD64, names with their length."""
    layout = _LAYOUTS.get(content[_CLASS]) if len(content) > _IDENTIFICATION else None
    if not layout or content[_ORDER] != _LITTLE or len(content) < layout.header.size:
        return
    machine, at, size, count = layout.header.unpack_from(content)
    segments = _list_segments(content, layout, range(at, at + size * count, size or 1))
    program = build_program(content, segments, layout.width)
    yield from find_named_strings(program, offsets, is_amd64=machine == _AMD64)


def find_section(content: bytes, offset: int) -> Section | None:
    """Return the section that holds an offset; a program may have none."""
    if not content.startswith(_SIGNATURE):
        return None
    layout = _LAYOUTS.get(content[_CLASS]) if len(content) > _IDENTIFICATION else None
    if not layout or content[_ORDER] != _LITTLE or len(content) < layout.sections.size:
        return None
    at, count = layout.sections.unpack_from(content)
    size = layout.section.size
    table = content[at : at + min(count, _MAX_SECTIONS) * size]
    for flags, start, length in layout.section.iter_unpack(table[: len(table) // size * size]):
        if start <= offset < start + length:
            return Section(start, start + length, bool(flags & _WRITABLE), bool(flags & _STRINGS))
    return None


def _list_segments(content: bytes, layout: _Layout, places: range) -> Iterator[Segment]:
    for at in places:
        if at + layout.segment.size > len(content):
            return
        fields = layout.segment.unpack_from(content, at)
        kind, start, address, size = (fields[number] for number in layout.order)
        if kind == _LOADED:
            yield Segment(start, start + size, address)
