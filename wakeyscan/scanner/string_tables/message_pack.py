"""MessagePack: the first byte of a value has its type, and maybe a small number.

A content is MessagePack if its values fill it. It begins with an array or a map, as a record does.

    00 - 7f  integer     80 - 8f  map        90 - 9f  array      a0 - bf  text
    c0 - df  the number or the value, of 1, 2, 4 or 8 bytes, follows
    e0 - ff  integer

Source: "MessagePack specification" in msgpack/msgpack.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.scanner.string_tables._values import VALUE, Value, list_texts

_MAP, _ARRAY, _TEXT, _WIDE, _NEGATIVE = 0x80, 0x90, 0xA0, 0xC0, 0xE0
"""First codes of the types."""
_STRINGS = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
"""Widths of the length; the number of the type follows it."""
_ARRAYS, _MAPS = {0xDC: 2, 0xDD: 4}, {0xDE: 2, 0xDF: 4}
_FIXED = {
    **{0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8},
    **{0xCC + power: 1 << power for power in range(4)},
    **{0xD0 + power: 1 << power for power in range(4)},
    **{0xD4 + power: 1 + (1 << power) for power in range(5)},
}
"""Bytes of values without a length."""

_RECORDS = bytes((*range(0x80, 0xA0), *range(0xDC, 0xE0)))
"""First bytes of arrays and maps."""


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the texts, and the strings of bytes, in which one of the offsets lies."""
    yield from list_texts(content, 0, _read_value, offsets, _RECORDS) or ()


def _read_value(content: bytes, at: int, _: int) -> Value | None:
    code, at = content[at], at + 1
    if code < _MAP or code >= _NEGATIVE:
        return Value(at)
    if code < _ARRAY:
        return Value(at, parts=((2 * (code - _MAP), VALUE),))
    if code < _TEXT:
        return Value(at, parts=((code - _ARRAY, VALUE),))
    if code < _WIDE:
        return Value(at + code - _TEXT, (at, at + code - _TEXT))
    if code in _FIXED:
        return Value(at + _FIXED[code])
    return _read_wide(content, at, code)


def _read_wide(content: bytes, at: int, code: int) -> Value | None:
    """Return a value whose length, or number of values, follows its code."""
    widths = (_STRINGS, _EXTENSIONS, _ARRAYS, _MAPS)
    width = next((some[code] for some in widths if code in some), 0)
    if not width:
        return None
    at, number = at + width, int.from_bytes(content[at : at + width], "big")
    if code in _STRINGS:
        return Value(at + number, (at, at + number))
    if code in _EXTENSIONS:
        return Value(at + 1 + number)
    return Value(at, parts=((number if code in _ARRAYS else 2 * number, VALUE),))
