"""Mach-O of 64 bits: programs and libraries of macOS and iOS.

    header      magic, machine, type of file, number and size of the commands
    commands    each with its type and size; some load a segment:
                name, address, size in memory, offset and size in the file

A file of several architectures, and one of 32 bits, has no segments here: the end of a key in it is
open. Source: `loader.h` of Apple's XNU.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

from wakeyscan.scanner.string_tables._program import Segment, build_program
from wakeyscan.scanner.string_tables._references import find_named_strings

_HEADER = Struct("<4xI8xI12x")
"""Machine, and number of commands."""
_COMMAND = Struct("<II")
_SEGMENT = Struct("<24xQ8xQQ")
"""Address, offset, and size in the file."""
_LOAD_SEGMENT, _AMD64 = 0x19, 0x01000007
"""Type of the command that loads a segment, and the machine."""
_WIDTH = 8
"""Bytes of a pointer."""
_MAX_COMMANDS = 1 << 12
"""Commands that are read; a program has fewer than a hundred."""


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings that a pointer, or an instruction of AMD64, names with their length."""
    if len(content) < _HEADER.size:
        return
    machine, count = _HEADER.unpack_from(content)
    program = build_program(content, _list_segments(content, count), _WIDTH)
    yield from find_named_strings(program, offsets, is_amd64=machine == _AMD64)


def _list_segments(content: bytes, count: int) -> Iterator[Segment]:
    at = _HEADER.size
    for _ in range(min(count, _MAX_COMMANDS)):
        if at + _SEGMENT.size > len(content):
            return
        kind, size = _COMMAND.unpack_from(content, at)
        if kind == _LOAD_SEGMENT:
            address, start, length = _SEGMENT.unpack_from(content, at)
            yield Segment(start, start + length, address)
        at += max(size, _COMMAND.size)
