"""Pointers to strings in the data of a program, each with the length of the string after it.

In a program that may be loaded anywhere, a relocation may hold the address instead:

    pointer, length                                          in place, or
    offset of the pointer, type of the relocation, address   and the length after the offset
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from wakeyscan.scanner.string_tables._program import KeyAddresses, Program, Reference

_PAGE_BITS = 16
_PAGE = _PAGE_BITS // 8
"""Bytes of an address that are not searched, since they are not the same for all keys."""
_MAX_PAGES = 16
_MAX_POINTERS = 1 << 18
"""Numbers of one page that are examined."""
_MAX_RELOCATIONS = 1 << 20
_RELATIVE = re.compile(rb"[\x03\x08]\0{7}|\x03\x04\0{6}")
"""The types of relocations to an address: on AMD64, on RISC-V and on ARM64."""
_WORD = 8
"""Bytes of each part of a relocation."""


def find_references(program: Program, keys: KeyAddresses) -> Iterator[Reference]:
    """Yield the strings that a pointer and a length name."""
    pages = {address >> _PAGE_BITS for addresses in keys.list_ranges() for address in addresses}
    for page in sorted(pages)[:_MAX_PAGES]:
        if page < 1 << 8 * (program.width - _PAGE):
            high = page.to_bytes(program.width - _PAGE, "little")
            yield from _find_pairs(program, keys, high)
    if program.width == _WORD and pages:
        yield from _find_relocations(program, keys)


def _find_pairs(program: Program, keys: KeyAddresses, high: bytes) -> Iterator[Reference]:
    width, content = program.width, program.content
    pattern = re.compile(re.escape(high) + rb"(?=[\0-\xff]{%d}\0{%d})" % (_PAGE, width - _PAGE))
    for found in islice(pattern.finditer(content, _PAGE), _MAX_POINTERS):
        length = _read(content, found.end(), width)
        address = _read(content, found.end() - width, width)
        if reference := keys.find_reference(address, length):
            yield reference


def _find_relocations(program: Program, keys: KeyAddresses) -> Iterator[Reference]:
    content = program.content
    for found in islice(_RELATIVE.finditer(content, _WORD), _MAX_RELOCATIONS):
        address = _read(content, found.end(), _WORD)
        if keys.is_near(address):
            pointer = program.find_offset(_read(content, found.start() - _WORD, _WORD))
            length = 0 if pointer is None else _read(content, pointer + _WORD, _WORD)
            if reference := keys.find_reference(address, length):
                yield reference


def _read(content: bytes, at: int, width: int) -> int:
    return int.from_bytes(content[at : at + width], "little")
