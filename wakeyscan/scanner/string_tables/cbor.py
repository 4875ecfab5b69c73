"""CBOR: the first byte of a value has its type in 3 bits, and a number in the others or after it.

    0  integer      2  bytes     4  array     6  tag of the next value
    1  negative     3  text      5  map       7  true, false, null, a float or a break

The number is the value, the size in bytes, or how many values follow. A content is CBOR if its
values fill it. It begins with an array, a map or the tag of the format, as a file of records does.

Source: RFC 8949.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.scanner.string_tables._values import UNTIL_BREAK, VALUE, Value, list_texts

_BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = 2, 3, 4, 5, 6, 7
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
"""Bytes of a number after the first byte; below, it is in the first byte."""
_CHUNK = 1
"""The kind of a part of a string, which a break ends; only the last one ends like the string."""
_BREAK = b"\xff"
_INDEFINITE = 31
"""No number: a break ends the value."""

_RECORDS = bytes((*range(0x80, 0xC0), 0xD9))
"""First bytes of arrays and maps, and of the tag of the format."""


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the texts, and the strings of bytes, in which one of the offsets lies."""
    yield from list_texts(content, 0, _read_value, offsets, _RECORDS) or ()


def _read_value(content: bytes, at: int, part: int) -> Value | None:
    kind, number, at = content[at] >> 5, content[at] & 0x1F, at + 1
    if number == _INDEFINITE:
        is_open = _BYTES <= kind <= _MAP
        if kind == _SIMPLE:
            return Value(at, is_break=True)
        inner = _CHUNK if kind in (_BYTES, _TEXT) else VALUE
        return Value(at, parts=((UNTIL_BREAK, inner),)) if is_open else None
    if number in _WIDTHS:
        end = at + _WIDTHS[number]
        number, at = int.from_bytes(content[at:end], "big"), end
    elif number > max(_WIDTHS):
        return None
    if kind in (_BYTES, _TEXT):
        end = at + number
        goes_on = part == _CHUNK and not content.startswith(_BREAK, end)
        return Value(end, None if goes_on else (at, end))
    count = {_ARRAY: number, _MAP: 2 * number, _TAG: 1}.get(kind, 0)
    return Value(at, parts=((count, VALUE),) if count else ())
