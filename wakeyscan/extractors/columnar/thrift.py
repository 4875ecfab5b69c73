"""Structures in the compact protocol of Thrift, as in Parquet (thrift-compact-protocol.md)."""

from __future__ import annotations

import struct

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import DAMAGED, ExtractionError

if TYPE_CHECKING:
    from typing import Any

Struct = dict[int, "Any"]
"""The fields of a structure by number: `int`, `bytes`, `list`, `bool` or another `Struct`."""

_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = (
    *(0, 1, 2, 3, 7),
    *(8, 9, 10, 11, 12),
)
_INTEGERS = (4, 5, 6)
_MAX_DEPTH = 16
"""Maximum number of structures and lists within each other; Parquet has six."""
_MAX_BITS = 70


def get_number(fields: Struct, number: int, default: int | None = None) -> int:
    """Return a field that is a number of 63 bits or less and not negative."""
    value = fields.get(number, default)
    if not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise ExtractionError(f"{DAMAGED} (a number is missing)")
    return value


def get_struct(fields: Struct, number: int) -> Struct:
    """Return a field that is a structure."""
    value = fields.get(number)
    if not isinstance(value, dict):
        raise ExtractionError(f"{DAMAGED} (a structure is missing)")
    return value


def get_structs(fields: Struct, number: int) -> list[Struct]:
    """Return a field that is a list of structures; empty if it is absent."""
    value = fields.get(number, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ExtractionError(f"{DAMAGED} (a list is missing)")
    return value


class ThriftReader:
    """A buffer of structures, read one after the other."""

    def __init__(self, content: bytes, budget: ExtractionBudget, at: int = 0) -> None:
        self._content, self._budget, self.at = content, budget, at

    def read_struct(self) -> Struct:
        """Read a structure; raise `ExtractionError`."""
        try:
            return self._read_struct(0)
        except (IndexError, struct.error):
            raise ExtractionError(f"{DAMAGED} (a structure)") from None

    def _read_struct(self, depth: int) -> Struct:
        self._check(depth)
        fields: Struct = {}
        number = 0
        while (head := self._read_byte()) != _STOP:
            step, kind = head >> 4, head & 15
            number = number + step if step else self._read_integer()
            fields[number] = kind == _TRUE if kind <= _FALSE else self._read_value(kind, depth + 1)
        return fields

    def _read_value(self, kind: int, depth: int) -> Any:
        if kind == _BINARY:
            return self._take(self._read_varint())
        if kind in _INTEGERS:
            return self._read_integer()
        if kind == _STRUCT:
            return self._read_struct(depth)
        if kind in (_LIST, _SET):
            return self._read_list(depth)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._read_byte()
        if kind == _DOUBLE:
            return self._take(8)
        if kind == _MAP:
            return self._read_map(depth)
        raise ExtractionError(f"{DAMAGED} (a type)")

    def _read_list(self, depth: int) -> list[Any]:
        self._check(depth)
        head = self._read_byte()
        count = head >> 4 if head >> 4 < 15 else self._read_varint()
        # Each element has a byte or more, so a false count ends at the end of the buffer.
        return [self._read_value(head & 15, depth + 1) for _ in range(count)]

    def _read_map(self, depth: int) -> list[Any]:
        self._check(depth)
        count = self._read_varint()
        kinds = self._read_byte() if count else 0
        return [
            (self._read_value(kinds >> 4, depth + 1), self._read_value(kinds & 15, depth + 1))
            for _ in range(count)
        ]

    def _check(self, depth: int) -> None:
        self._budget.check_time()
        if depth > _MAX_DEPTH:
            raise ExtractionError(f"{DAMAGED} (too deep)")

    def _read_byte(self) -> int:
        byte = self._content[self.at]
        self.at += 1
        return byte

    def _take(self, size: int) -> bytes:
        if self.at + size > len(self._content):
            raise IndexError
        self.at += size
        return self._content[self.at - size : self.at]

    def _read_integer(self) -> int:
        number = self._read_varint()
        return number >> 1 ^ -(number & 1)

    def _read_varint(self) -> int:
        number = shift = 0
        while (byte := self._read_byte()) >= 0x80:
            number |= (byte & 0x7F) << shift
            shift += 7
            if shift > _MAX_BITS:
                raise ExtractionError(f"{DAMAGED} (a number)")
        return number | byte << shift
