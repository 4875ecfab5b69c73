"""WebAssembly: the memory of a program is filled from the segments of its data section.

The code passes a string as two constants in a row, its address and its length; data holds pairs of
32 bits. Source: the core specification, chapter 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from wakeyscan.scanner.string_tables import _pointers
from wakeyscan.scanner.string_tables._program import (
    KeyAddresses,
    Program,
    Reference,
    Segment,
    build_program,
    find_key_addresses,
)
from wakeyscan.scanner.string_tables._references import select_strings

_HEADER_SIZE = 8
_DATA = 11
"""Number of the data section."""
_WIDTH = 4
_MAX_BYTES = 5
"""Bytes of the longest integer."""
_MAX_SECTIONS, _MAX_SEGMENTS = 1 << 10, 1 << 12
_ACTIVE, _OTHER_MEMORY = 0, 2
"""Kinds of segments that are loaded at an address; the other one is loaded by the code."""
_CONSTANT, _END = 0x41, 0x0B
_PAIR = re.compile(
    rb"[\x41\x42]([\x80-\xff]{1,4}[\0-\x7f])(?=[\x41\x42]([\x80-\xff]{0,2}[\0-\x7f]))"
)
"""Two constants; the second one is a length."""
_MAX_PAIRS = 1 << 20


class _Truncated(Exception):
    """A section that ends within a number."""


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings that a pair of numbers names, in the data or in the code."""
    program = build_program(content, _list_segments(content), _WIDTH)
    keys = find_key_addresses(program, offsets)
    references = chain(_pointers.find_references(program, keys), _find_constants(program, keys))
    yield from select_strings(content, references)


def _find_constants(program: Program, keys: KeyAddresses) -> Iterator[Reference]:
    pairs = _PAIR.finditer(program.content) if keys.addresses else iter(())
    for found in islice(pairs, _MAX_PAIRS):
        address, length = _decode_signed(found[1]), _decode_signed(found[2])
        if reference := keys.find_reference(address, length):
            yield reference


def _list_segments(content: bytes) -> Iterator[Segment]:
    at = _HEADER_SIZE
    try:
        for _ in range(_MAX_SECTIONS):
            if at >= len(content):
                return
            kind = content[at]
            size, at = _read_number(content, at + 1)
            if kind == _DATA:
                yield from _list_data(content, at)
            at += size
    except _Truncated:
        return


def _list_data(content: bytes, at: int) -> Iterator[Segment]:
    count, at = _read_number(content, at)
    for _ in range(min(count, _MAX_SEGMENTS)):
        kind, at = _read_number(content, at)
        if kind == _OTHER_MEMORY:
            _, at = _read_number(content, at)
        address: int | None = None
        if kind in (_ACTIVE, _OTHER_MEMORY):
            address, at = _read_address(content, at)
        size, at = _read_number(content, at)
        if address is not None:
            yield Segment(at, at + size, address)
        at += size


def _read_address(content: bytes, at: int) -> tuple[int, int]:
    """Return the address of a segment, a constant expression, and the offset after it."""
    if content[at : at + 1] != bytes([_CONSTANT]):
        raise _Truncated
    _, end = _read_number(content, at + 1)
    if content[end : end + 1] != bytes([_END]):
        raise _Truncated
    return _decode_signed(content[at + 1 : end]) & 0xFFFFFFFF, end + 1


def _read_number(content: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned integer in LEB128, and the offset after it."""
    value = 0
    for number, byte in enumerate(content[at : at + _MAX_BYTES]):
        value |= (byte & 0x7F) << 7 * number
        if byte < 0x80:
            return value, at + number + 1
    raise _Truncated


def _decode_signed(digits: bytes) -> int:
    value = sum((byte & 0x7F) << 7 * number for number, byte in enumerate(digits))
    bits = 7 * len(digits)
    return value - (1 << bits) if value >> bits - 1 else value
