"""ELF: programs and libraries of Linux, Android and other systems.

Source: the System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.string_tables._program import Segment, build_program
from wakeyscan.scanner.string_tables._references import find_named_strings

_IDENTIFICATION = 16
_CLASS, _ORDER = 4, 5
"""Offsets of the class, which is the width of a pointer, and of the byte order."""
_LITTLE = 1
_LOADED = 1
_AMD64 = 62


class _Layout(NamedTuple):
    width: int
    header: Struct
    """Machine, offset of the segments, size of one, number of them."""
    segment: Struct
    order: tuple[int, int, int, int]
    """Numbers of the fields of a segment: type, offset, address, size in the file."""


_LAYOUTS = {
    1: _Layout(4, Struct("<18xH8xI10xHH"), Struct("<6I"), (0, 1, 2, 4)),
    2: _Layout(8, Struct("<18xH12xQ14xHH"), Struct("<IIQQQQ"), (0, 2, 3, 5)),
}


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings that a pointer, or an instruction of AMD64, names with their length."""
    layout = _LAYOUTS.get(content[_CLASS]) if len(content) > _IDENTIFICATION else None
    if not layout or content[_ORDER] != _LITTLE or len(content) < layout.header.size:
        return
    machine, at, size, count = layout.header.unpack_from(content)
    segments = _list_segments(content, layout, range(at, at + size * count, size or 1))
    program = build_program(content, segments, layout.width)
    yield from find_named_strings(program, offsets, is_amd64=machine == _AMD64)


def _list_segments(content: bytes, layout: _Layout, places: range) -> Iterator[Segment]:
    for at in places:
        if at + layout.segment.size > len(content):
            return
        fields = layout.segment.unpack_from(content, at)
        kind, start, address, size = (fields[number] for number in layout.order)
        if kind == _LOADED:
            yield Segment(start, start + size, address)
