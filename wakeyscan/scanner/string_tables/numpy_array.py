"""Arrays of NumPy, in files `.npy`: strings of one width, which NULs fill if they are shorter.

A string that has the full width is directly before the next one. Strings of `U` are in UTF-32,
which a decoder reads. A record has several fields, each with a type of its own.

Source: `numpy/lib/format.py` of NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.string_tables._values import is_text

_LENGTHS = {1: 2, 2: 4, 3: 4}
"""Bytes of the length of the header, by version."""
_VERSION_AT, _LENGTH_AT = 6, 8
_MAX_HEADER = 1 << 16
_TYPE = rb"'[|<>=]?(?P<kind>[SaVUbiufcmMO?])(?P<size>[0-9]{0,9})(?:\[[^\]']{0,16}\])?'"
_SINGLE = lazy_pattern(rb"\{[^\[]{0,200}'descr': " + _TYPE)
_RECORD = lazy_pattern(rb"'descr': \[(?P<fields>[^\]]*)\]")
_FIELD = lazy_pattern(rb"\('[^'\r\n]{0,200}', " + _TYPE + rb"(?P<shape>, \()?")
_UNICODE_WIDTH = 4


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings in which one of the offsets lies."""
    width = _LENGTHS.get(content[_VERSION_AT], 0) if len(content) > _LENGTH_AT else 0
    start = _LENGTH_AT + width
    start += int.from_bytes(content[_LENGTH_AT:start], "little")
    if not width or start > min(len(content), _MAX_HEADER):
        return
    fields = _read_fields(content[:start])
    size = sum(size for _, size in fields)
    for offset in offsets:
        if size and offset >= start:
            row = offset - (offset - start) % size
            yield from _find_string(content, fields, row, offset)


def _find_string(
    content: bytes, fields: list[tuple[bool, int]], low: int, offset: int
) -> Iterator[tuple[int, int]]:
    """Yield the string in which an offset lies in the record that starts at `low`."""
    for is_string, size in fields:
        if is_string and low <= offset < low + size:
            end = low + len(content[low : low + size].rstrip(b"\0"))
            if offset < end and is_text(content, low, end):
                yield low, end
        low += size


def _read_fields(header: bytes) -> list[tuple[bool, int]]:
    """Return, for each field, whether it holds strings, and its size; none if one is unknown."""
    record = _RECORD.search(header)
    if record:
        found = [*_FIELD.finditer(record["fields"])]
        if len(found) != record["fields"].count(b"(") or any(field["shape"] for field in found):
            return []
    else:
        single = _SINGLE.search(header)
        found = [single] if single else []
    return [
        (
            field["kind"] in b"Sa",
            int(field["size"] or 1) * (_UNICODE_WIDTH if field["kind"] == b"U" else 1),
        )
        for field in found
    ]
