"""Ruby's Marshal: values with their type before them, and the variables of an object after it.

A string with an encoding is an object with a variable.

    number  00  zero     01 - 04  bytes of it that follow     05 - 7f  the number plus 5
            the same below zero

Source: `doc/marshal.rdoc` and `marshal.c` of ruby/ruby.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.scanner.string_tables._values import VALUE, Value, list_texts

_VERSION = b"\x04\x08"
_PAIRS, _BYTES = 1, 2
"""Kinds of parts without a type: pairs after their number, bytes after theirs."""
_ALONE, _NUMBERS, _STRINGS = b"0TF", b"i;@", b'":fcmM'
_LISTS = {b"[": (1, 0), b"{": (2, 0), b"}": (2, 1)}
"""Values of each item, and those after all of them, by the type of a list."""
_BIG, _PATTERN = b"l", b"/"
_OBJECTS = {
    **dict.fromkeys((b"I", b"o", b"S"), ((1, _PAIRS), (1, VALUE))),
    b"u": ((1, _BYTES), (1, VALUE)),
    **dict.fromkeys((b"e", b"C", b"U", b"d"), ((2, VALUE),)),
}
"""Parts after a type, the last ones first."""


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings in which one of the offsets lies."""
    yield from list_texts(content, 0, _read_part, offsets, _VERSION[:1]) or ()


def _read_part(content: bytes, at: int, kind: int) -> Value | None:
    if kind == VALUE:
        return _read_value(content, at)
    number, at = _read_number(content, at)
    if number < 0:
        return None
    if kind == _BYTES:
        return Value(at + number, (at, at + number))
    return Value(at, parts=((2 * number, VALUE),))


def _read_value(content: bytes, at: int) -> Value | None:
    if content.startswith(_VERSION, at):  # before each of many values
        return Value(at + len(_VERSION), parts=((1, VALUE),))
    code, at = content[at : at + 1], at + 1
    if code in _ALONE:
        return Value(at)
    if code in _OBJECTS:
        return Value(at, parts=_OBJECTS[code])
    number, end = _read_number(content, at + (code == _BIG))
    if code in _NUMBERS:
        return Value(end)
    if number < 0:
        return None
    if code == _BIG:
        return Value(end + 2 * number)
    if code in _LISTS:
        each, more = _LISTS[code]
        return Value(end, parts=((each * number + more, VALUE),))
    if code in _STRINGS or code == _PATTERN:
        return Value(end + number + (code == _PATTERN), (end, end + number))
    return None


def _read_number(content: bytes, at: int) -> tuple[int, int]:
    """Return the number at an offset, and the offset after it; below zero, its size is unknown."""
    first = int.from_bytes(content[at : at + 1], "little", signed=True)
    at += 1
    if abs(first) > 4:
        return (first - 5 if first > 0 else -1), at
    end = at + abs(first)
    number = int.from_bytes(content[at:end], "little")
    return (number if first >= 0 else -1), end
