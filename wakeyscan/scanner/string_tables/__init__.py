"""String tables: formats that tell where each of their strings starts and ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Protocol

from wakeyscan.core.registry import Registry

Span = tuple[int, int]
"""Start and end offset of a string, half-open."""


class StringTable(Protocol):
    """A module for one format, or an object in one."""

    def find_strings(self, content: bytes, offsets: Sequence[int]) -> Iterator[Span]:
        """Yield the strings in which one of the offsets lies; the offsets ascend.

        Content that does not follow the format has none. The cost is linear in its size.
        """


STRING_TABLES: Registry[StringTable] = Registry(
    "format with a string table",
    {
        "hermes": "wakeyscan.scanner.string_tables.hermes",
        "property_list": "wakeyscan.scanner.string_tables.property_list",
    },
)

SIGNATURES: dict[bytes, str] = {
    b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f": "hermes",
    b"bplist0": "property_list",
}
"""The names in `STRING_TABLES`, by the first bytes of the format."""


def find_table_strings(content: bytes, offsets: Sequence[int]) -> dict[int, list[Span]]:
    """Return the strings in which each offset lies, the longest first."""
    name = next((name for head, name in SIGNATURES.items() if content.startswith(head)), None)
    found: dict[int, list[Span]] = {}
    for start, end in STRING_TABLES[name].find_strings(content, offsets) if name else ():
        for offset in select_within(offsets, start, end):
            found.setdefault(offset, []).append((start, end))
    return {offset: sorted(set(spans), key=_measure) for offset, spans in found.items()}


def select_within(offsets: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Return the offsets from `start` up to, but not including, `end`."""
    first = bisect_left(offsets, start)
    return offsets[first : bisect_left(offsets, end, first)]


def _measure(span: Span) -> int:
    return span[0] - span[1]
