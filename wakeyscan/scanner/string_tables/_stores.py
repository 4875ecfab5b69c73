"""Instructions of AMD64 that store 64 bits of a register, or a constant, in memory.

Only those that address memory by a register and a distance: `mov [rcx + 16], rax`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.typing import NamedTuple

_WORD = 8
_OPCODE = re.compile(rb"[\x48\x49\x4c\x4d](?=[\x89\xc7])")
_REGISTER, _IS_CONSTANT = 0x89, 0xC7
_CONSTANT = 4
_DISTANCES = (0, 1, 4)
"""Bytes of the distance, by the mode."""
_NO_BASE, _IS_INDEXED, _NOT_INDEXED = 5, 4, 0x24
"""The base register of an absolute address; the one that another byte follows; this byte for the
stack pointer and no index."""


class Place(NamedTuple):
    """A place in memory."""

    base: int
    distance: int

    def add_word(self) -> Place:
        """Return the place after this word."""
        return self._replace(distance=self.distance + _WORD)


class Store(NamedTuple):
    """A store: of a register, or of a constant."""

    place: Place
    register: int | None
    constant: int | None


def list_stores(code: bytes) -> list[Store]:
    """Return instructions that look like stores, in order; code may begin within an instruction."""
    return list(_find_stores(code))


def _find_stores(code: bytes) -> Iterator[Store]:
    for found in _OPCODE.finditer(code):
        prefix, opcode, operand = found[0][0], code[found.end()], code[found.end() + 1 :][:1]
        decoded = _decode_place(code, found.end() + 1, prefix & 1) if operand else None
        if not decoded:
            continue
        place, end = decoded
        register = (operand[0] >> 3 & 7) | (prefix & 4) << 1
        constant = code[end : end + _CONSTANT]
        if opcode == _REGISTER:
            yield Store(place, register, None)
        elif register == 0 and len(constant) == _CONSTANT:
            yield Store(place, None, int.from_bytes(constant, "little"))


def _decode_place(code: bytes, at: int, extension: int) -> tuple[Place, int] | None:
    """Return the place that an operand names, and the offset after it."""
    mode, base = code[at] >> 6, code[at] & 7
    if mode >= len(_DISTANCES) or (mode == 0 and base == _NO_BASE):
        return None
    end = at + 1
    if base == _IS_INDEXED:
        if code[end : end + 1] != bytes([_NOT_INDEXED]):
            return None
        end += 1
    size = _DISTANCES[mode]
    distance = int.from_bytes(code[end : end + size], "little", signed=True)
    return Place(base | extension << 3, distance), end + size
