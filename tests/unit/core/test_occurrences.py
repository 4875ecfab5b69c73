"""Occurrences in ranges are those of a search in each range, and no byte is searched twice."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.core.occurrences import Occurrences

PATTERN = re.compile(rb"ab+|c")
RANGES = st.lists(st.tuples(st.integers(0, 90), st.integers(0, 40)), max_size=8)


@given(st.text("abc.\n", max_size=90), RANGES, st.booleans())
def test_ranges_in_any_order_have_the_same_occurrences_as_a_full_search(
    text: str, ranges: list[tuple[int, int]], has_words: bool
) -> None:
    content = text.encode()
    occurrences = Occurrences(content, PATTERN, (b"b", b"c") if has_words else ())
    starts = [found.start() for found in PATTERN.finditer(content)]
    for low, size in ranges:
        inside = [start for start in starts if low <= start < low + size]
        first, last = (
            found and found.start()
            for found in (
                occurrences.find_first(low, low + size),
                occurrences.find_last(low, low + size),
            )
        )
        assert (first, last) == ((inside[0], inside[-1]) if inside else (None, None))


class CountedBytes(bytes):
    """Bytes that count how many of them are copied."""

    copied = 0

    def __getitem__(self, key: slice) -> bytes:  # type: ignore[override]
        part = super().__getitem__(key)
        CountedBytes.copied += len(part)
        return part


def test_overlapping_ranges_are_searched_once() -> None:
    content = CountedBytes(b"x" * 200_000)
    occurrences = Occurrences(content, PATTERN, (b"y",))
    for start in range(0, len(content), 40):
        occurrences.find_first(max(0, start - 16_000), start + 16_000)
    assert CountedBytes.copied < 2 * len(content)
