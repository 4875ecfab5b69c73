"""Tables of FlatBuffers, as in the metadata of Arrow (flatbuffers.dev, "Internals")."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from wakeyscan.extractors.extractor import DAMAGED, ExtractionError


class Table:
    """A table in a buffer; its fields are found by number, and may be absent."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content, self._at = content, at
        self._fields = at - self._unpack("<i", at)
        self._size = self._unpack("<H", self._fields)

    def read_number(self, field: int, code: str) -> int:
        """Return a number, 0 by default; `code` is that of `struct`."""
        at = self._find(field)
        return self._unpack(code, at) if at else 0

    def read_table(self, field: int) -> Table | None:
        """Return another table."""
        at = self._find(field)
        return Table(self._content, at + self._unpack("<I", at)) if at else None

    def read_pairs(self, field: int, limit: int) -> Iterator[tuple[int, int]]:
        """Yield the structures of two long numbers in a vector of at most `limit`."""
        at = self._find(field)
        if not at:
            return
        at += self._unpack("<I", at)
        count = self._unpack("<I", at)
        if count > limit:
            raise ExtractionError(f"{DAMAGED} (the size of a list)")
        for number in range(count):
            pair = at + 4 + 16 * number
            yield self._unpack("<q", pair), self._unpack("<q", pair + 8)

    def _find(self, field: int) -> int:
        """Return the offset of a field; 0 if it is absent."""
        entry = 4 + 2 * field
        offset = self._unpack("<H", self._fields + entry) if entry < self._size else 0
        return self._at + offset if offset else 0

    def _unpack(self, code: str, at: int) -> int:
        if at < 0 or at + struct.calcsize(code) > len(self._content):
            raise ExtractionError(f"{DAMAGED} (an offset)")
        return int(struct.unpack_from(code, self._content, at)[0])


def read_root(content: bytes) -> Table:
    """Return the table that a buffer starts with."""
    if len(content) < 4:
        raise ExtractionError(f"{DAMAGED} (a table)")
    return Table(content, int.from_bytes(content[:4], "little"))
