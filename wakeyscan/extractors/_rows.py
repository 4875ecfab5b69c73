"""Rows as lines: first the values that are text, then, if there are any, the binary values.

Next to a binary value the end of a text would be uncertain: any byte may be a part of the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from wakeyscan.extractors._stream import PieceReader
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import Member

Row = Sequence[bytes]

_BINARY = re.compile(rb"[\0-\x06\x0e-\x1a\x1c-\x1f]")
"""A control character that is in no text."""
ROW_END = b"\t;\n"
"""The end of a row. After a bare line end, the next row may seem to continue the last value."""
_BATCH_SIZE = 1 << 12
"""Bytes, and number, of the rows that are formatted at once."""


def list_members(
    name: str, read_rows: Callable[[], Iterable[Row]], budget: ExtractionBudget
) -> Iterator[Member]:
    """Yield a member with a row per line, and another one with its binary values, if it has any.

    A value has the same line in both. `read_rows` is called once for each member.
    """
    rows = _TextRows(read_rows(), budget)
    yield Member(name, PieceReader(iter(rows)).read)
    if rows.has_binary:
        yield Member(name, PieceReader(_format_binary(read_rows(), budget)).read)


class _TextRows:
    """Lines with tabs between the values; a binary value is left empty."""

    def __init__(self, rows: Iterable[Row], budget: ExtractionBudget) -> None:
        self._rows, self._budget, self.has_binary = rows, budget, False

    def __iter__(self) -> Iterator[bytes]:
        batch: list[Row] = []
        size = 0
        for row in self._rows:
            batch.append(row)
            size += sum(map(len, row))
            if size > _BATCH_SIZE or len(batch) == _BATCH_SIZE:
                yield self._format(batch)
                batch, size = [], 0
        yield self._format(batch)

    def _format(self, batch: list[Row]) -> bytes:
        text = b"".join([b"\t".join(row) + ROW_END for row in batch])
        self._budget.count_output(len(text))
        if not _BINARY.search(text):
            return text
        self.has_binary = True
        kept = ([b"" if _BINARY.search(value) else value for value in row] for row in batch)
        return b"".join([b"\t".join(row) + ROW_END for row in kept])


def _format_binary(rows: Iterable[Row], budget: ExtractionBudget) -> Iterator[bytes]:
    for row in rows:
        binary = [value for value in row if _BINARY.search(value)]
        line = b"\0".join((*binary, b"\n")) if binary else b"\n"
        budget.count_output(len(line))
        yield line
