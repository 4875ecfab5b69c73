"""Instructions of AMD64 that pass a string: its address, and its length as a constant.

    lea  rax, [rip + address]      the register of the address
    mov  ebx, length               and the next one in the order of arguments, on either side; or
    mov  [rcx + 16], rax           the address in memory
    mov  [rcx + 24], length        and the length in the word after it, on either side

No call is between an address and a length in registers: it would end the life of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from wakeyscan.scanner.string_tables._program import KeyAddresses, Program, Reference, Segment
from wakeyscan.scanner.string_tables._stores import Place, Store, list_stores

_LEA = re.compile(rb"[\x48\x4c]\x8d[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]")
_CONSTANT = 4
"""Bytes of the constant in an instruction."""
_AX, _CX, _DX, _BX, _, _, _SI, _DI, _R8, _R9, _R10, _R11 = range(12)
_NEXT = {
    _AX: (_BX,),
    _BX: (_CX,),
    _CX: (_DI, _DX, _R8),
    _DX: (_CX, _R8),
    _DI: (_SI,),
    _SI: (_R8, _DX),
    _R8: (_R9,),
    _R9: (_R10,),
    _R10: (_R11,),
}
"""The register after another one in the arguments of Go, System V and Windows."""
_NEAR, _NEAR_STORE = 32, 64
"""Bytes before and after the address in which its length is searched."""
_MAX_ADDRESSES, _MAX_NEAR = 1 << 20, 1 << 12
"""Addresses in a segment that are examined, and those among them that are near keys. The chunk of a
large program has 300,000."""
_CALL = b"\xe8"


def find_references(program: Program, keys: KeyAddresses) -> Iterator[Reference]:
    """Yield the strings that a pair of instructions names."""
    for at, address in islice(_list_near(program, keys), _MAX_NEAR):
        for length in _find_lengths(program.content, at):
            if reference := keys.find_reference(address, length):
                yield reference


def _list_near(program: Program, keys: KeyAddresses) -> Iterator[tuple[int, int]]:
    """Yield the instructions that load an address at which the string of a key may start."""
    for segment in program.segments if keys.addresses else ():
        for at, address in islice(_find_addresses(program.content, segment), _MAX_ADDRESSES):
            if keys.is_near(address):
                yield at, address


def _find_addresses(content: bytes, segment: Segment) -> Iterator[tuple[int, int]]:
    """Yield the offset of each instruction that loads an address, and this address."""
    shift = segment.address - segment.start + _CONSTANT
    for found in _LEA.finditer(content, segment.start, segment.end):
        at = found.end()
        distance = int.from_bytes(content[at : at + _CONSTANT], "little", signed=True)
        yield found.start(), at + shift + distance


def _find_lengths(content: bytes, at: int) -> Iterator[int]:
    """Yield the constants that may be the length of the string whose address is loaded."""
    rex, _, operand = content[at : at + 3]
    register, end = (operand >> 3 & 7) | (rex & 4) << 1, at + 3 + _CONSTANT
    after = content[end : end + _NEAR].partition(_CALL)[0]
    before = list_stores(content[max(0, at - _NEAR_STORE) : at])
    stores = list_stores(after)
    place = next((store.place for store in stores if store.register == register), None)
    if place:
        yield from _find_stored(before, stores, place)
    else:
        code = content[max(0, at - _NEAR) : at]
        yield from _find_moved(code[_find_call_end(code) :], after, register)


def _find_stored(before: list[Store], after: list[Store], place: Place) -> Iterator[int]:
    """Yield the lengths that are stored after an address at a place."""
    length = place.add_word()
    for store in reversed(before):
        if store.place == place:  # another address, with its own length
            break
        if store.place == length and store.constant is not None:
            yield store.constant
            break
    for store in after:
        if store.place == length and store.constant is not None:
            yield store.constant
            return


def _find_moved(before: bytes, after: bytes, register: int) -> Iterator[int]:
    """Yield the constants in the registers that may follow that of an address."""
    for following in _NEXT.get(register, ()):
        move = b"\x41" * (following >> 3) + bytes([0xB8 | following & 7])
        for code in (before, after):
            at = code.find(move)
            while at >= 0:
                constant = code[at + len(move) : at + len(move) + _CONSTANT]
                if len(constant) == _CONSTANT:
                    yield int.from_bytes(constant, "little")
                at = code.find(move, at + 1)


def _find_call_end(code: bytes) -> int:
    call = code.rfind(_CALL)
    return call + 1 + _CONSTANT if call >= 0 else 0
