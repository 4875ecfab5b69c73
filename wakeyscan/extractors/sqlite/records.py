"""Rows in the pages of a database, read without SQLite.

A log or a journal has pages, but no complete database. The values of a row follow each other
without gaps in its page; the header of the record has their sizes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress

from wakeyscan.core.typing import NamedTuple

ReadPage = Callable[[int], bytes]
"""Returns a page by its number; empty if it is not known."""

DATABASE_HEADER = 100
"""Bytes before the first page's own header."""

_INTERIOR_INDEX, _LEAF_INDEX, _LEAF_TABLE = 2, 10, 13
_HEADER_SIZES = {_INTERIOR_INDEX: 12, _LEAF_INDEX: 8, _LEAF_TABLE: 8}
"""Sizes of page headers, by the types of pages with rows."""
_CHILD_SIZE = 4
"""Bytes of a page number: before a cell of an interior page, and before more of a payload."""

_MAX_PAYLOAD = 128 << 20
"""Maximum bytes of a row, as in `Limits.max_memory`."""
_MAX_VARINT = 9
_INTEGER_SIZES = (0, 1, 2, 3, 4, 6, 8)
"""Bytes of an integer, by its serial type."""
_FLOAT, _ZERO, _ONE, _FIRST_BLOB = 7, 8, 9, 12

_CUT = b"\xff"
"""A byte that is in no text, after a value whose rest is in another file: its end is open."""


class _Payload(NamedTuple):
    """The bytes of a row: all of them, unless a page of the rest is missing."""

    content: bytes
    is_complete: bool


def is_table(page: bytes, start: int) -> bool:
    """Return whether a page has rows of a table; rows of an index repeat their values."""
    return page[start : start + 1] == bytes([_LEAF_TABLE])


def read_rows(page: bytes, start: int, read_page: ReadPage) -> Iterator[list[bytes]]:
    """Yield the values of each row of a page, as text.

    The page's own header is at `start`. A cell that does not follow the format is skipped: its
    bytes are scanned with those of the file.
    """
    kind = page[start] if start < len(page) else 0
    if kind not in _HEADER_SIZES or start + _HEADER_SIZES[kind] > len(page):
        return
    first = start + _HEADER_SIZES[kind]
    (count,) = struct.unpack_from(">H", page, start + 3)
    size = min(2 * count, len(page) - first) & ~1
    for (at,) in struct.iter_unpack(">H", page[first : first + size]):
        with suppress(IndexError, ValueError):
            yield _parse_record(_read_payload(page, at, kind, read_page))


def _read_payload(page: bytes, at: int, kind: int, read_page: ReadPage) -> _Payload:
    """Read the payload of a cell; raise `IndexError` or `ValueError` if the cell is invalid."""
    if kind == _INTERIOR_INDEX:
        at += _CHILD_SIZE
    size, at = _read_varint(page, at)
    if kind == _LEAF_TABLE:
        _, at = _read_varint(page, at)  # the row id
    if size > _MAX_PAYLOAD:
        raise ValueError("a row is too large")
    local = _find_local_size(size, len(page), kind)
    if at + local > len(page):
        raise ValueError("a cell is not in its page")
    content = page[at : at + local]
    if local == size:
        return _Payload(content, True)
    rest = _read_overflow(page[at + local : at + local + _CHILD_SIZE], size - local, read_page)
    return _Payload(content + rest, len(rest) == size - local)


def _find_local_size(size: int, usable: int, kind: int) -> int:
    """Return the number of bytes of a payload in its page (file format, section 1.6)."""
    maximum = usable - 35 if kind == _LEAF_TABLE else (usable - 12) * 64 // 255 - 23
    if size <= maximum:
        return size
    minimum = (usable - 12) * 32 // 255 - 23
    local = minimum + (size - minimum) % (usable - 4)
    return local if local <= maximum else minimum


def _read_overflow(number: bytes, size: int, read_page: ReadPage) -> bytes:
    """Read `size` bytes from a chain of pages, or fewer if a page of it is missing."""
    pieces, left = [], size
    while left > 0 and (page := read_page(int.from_bytes(number, "big"))):
        number = page[:_CHILD_SIZE]
        pieces.append(page[_CHILD_SIZE : _CHILD_SIZE + left])
        left -= len(pieces[-1])
    return b"".join(pieces)


def _parse_record(payload: _Payload) -> list[bytes]:
    content = payload.content
    header_size, at = _read_varint(content, 0)
    if not at <= header_size <= len(content):
        raise ValueError("the header of a record is not in the record")
    values, start = [], header_size
    while at < header_size:
        kind, at = _read_varint(content, at)
        end = start + _find_size(kind)
        value = content[start:end]
        if end > len(content):
            if payload.is_complete:
                raise ValueError("a value is not in its record")
            value += _CUT
        values.append(_format_value(kind, value))
        start = end
    return values


def _find_size(kind: int) -> int:
    if kind >= _FIRST_BLOB:
        return (kind - _FIRST_BLOB) // 2
    if kind < len(_INTEGER_SIZES):
        return _INTEGER_SIZES[kind]
    if kind > _ONE:
        raise ValueError("a serial type is reserved")
    return 8 if kind == _FLOAT else 0


def _format_value(kind: int, value: bytes) -> bytes:
    if kind >= _FIRST_BLOB:
        return _decode_utf_16(value) if kind % 2 else value
    if kind in (_ZERO, _ONE):
        return b"%d" % (kind == _ONE)
    if kind == _FLOAT and len(value) == 8:
        return str(struct.unpack(">d", value)[0]).encode()
    return b"%d" % int.from_bytes(value, "big", signed=True) if value else b""


def _decode_utf_16(text: bytes) -> bytes:
    """Return a text in UTF-8; the header of the database, which has the encoding, may be absent."""
    if b"\0" not in text or len(text) % 2:
        return text
    for odd, codec in ((1, "utf-16-le"), (0, "utf-16-be")):
        if not any(text[odd::2]):
            return text.decode(codec).encode()
    return text


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, high bits first, and the offset after it."""
    number = content[at]
    if number < 0x80:
        return number, at + 1
    number &= 0x7F
    for offset in range(at + 1, at + _MAX_VARINT - 1):
        byte = content[offset]
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number, offset + 1
    return number << 8 | content[at + _MAX_VARINT - 1], at + _MAX_VARINT
