"""Strings that Parquet stores as deltas (parquet-format 2.11, Encodings.md).

    DELTA_LENGTH_BYTE_ARRAY    the lengths of all strings, then the strings
    DELTA_BYTE_ARRAY           how many bytes each shares with the one before, then the rests

Lengths are differences to the one before, packed in blocks of as few bits as the block needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from wakeyscan.core.typing import NamedTuple
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import DAMAGED, ExtractionError

DELTA_LENGTHS, DELTAS = 6, 7
"""Numbers of the encodings."""

_MAX_LEVELS = 2
"""Levels of nested values that precede the values in a page of version 1, each with its length."""
_MAX_BITS = 64
_DAMAGED = f"{DAMAGED} (a page of deltas)"


class _Numbers(NamedTuple):
    values: list[int]
    end: int
    """Offset of the byte after them."""


def split_deltas(
    content: bytes, encoding: int, max_count: int, budget: ExtractionBudget
) -> Iterator[bytes]:
    """Yield the strings of a page of at most `max_count`; raise `ExtractionError`.

    The schema says how many levels precede them; here the one that fits is taken.
    """
    at = 0
    for _ in range(_MAX_LEVELS + 1):
        try:
            shared, rests = _split(content, at, encoding, max_count)
            break
        except (IndexError, ValueError):
            at += 4 + int.from_bytes(content[at : at + 4], "little")
    else:
        raise ExtractionError(_DAMAGED)
    yield from _join_shared(shared, rests, budget) if shared else rests


def _split(
    content: bytes, at: int, encoding: int, max_count: int
) -> tuple[Sequence[int], list[bytes]]:
    shared: Sequence[int] = ()
    if encoding == DELTAS:
        shared, at = _read_numbers(content, at, max_count)
    sizes, at = _read_numbers(content, at, max_count)
    ends = [*accumulate(sizes, initial=at)]
    if ends[-1] != len(content) or (shared and len(shared) != len(sizes)):
        raise ValueError
    return shared, [content[start:end] for start, end in pairwise(ends)]


def _join_shared(
    shared: Sequence[int], rests: list[bytes], budget: ExtractionBudget
) -> Iterator[bytes]:
    value = b""
    for count, rest in zip(shared, rests, strict=True):
        if count > len(value):
            raise ExtractionError(_DAMAGED)
        budget.count_output(count)
        value = value[:count] + rest
        yield value


def _read_numbers(content: bytes, at: int, max_count: int) -> _Numbers:
    """Read numbers that are not negative; raise `IndexError` or `ValueError`."""
    block_size, at = _read_varint(content, at)
    parts, at = _read_varint(content, at)
    count, at = _read_varint(content, at)
    first, at = _read_signed(content, at)
    if not 0 < parts <= block_size or count > max_count:
        raise ValueError
    values, size = [first], block_size // parts
    while len(values) < count:
        least, at = _read_signed(content, at)
        widths = content[at : at + parts]
        at += parts
        for width in widths:
            if len(values) < count:
                packed = content[at : at + size * width // 8]
                at += len(packed)
                values += _unpack(packed, width, min(size, count - len(values)), least, values[-1])
    if min(values) < 0:
        raise ValueError
    return _Numbers(values[:count], at)


def _unpack(packed: bytes, width: int, count: int, least: int, last: int) -> Iterator[int]:
    if width > _MAX_BITS or len(packed) * 8 < count * width:
        raise ValueError
    bits, mask = int.from_bytes(packed, "little"), (1 << width) - 1
    deltas = (least + (bits >> number * width & mask) for number in range(count))
    yield from [*accumulate(deltas, initial=last)][1:]


def _read_varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, _MAX_BITS + 1, 7):
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError


def _read_signed(content: bytes, at: int) -> tuple[int, int]:
    value, at = _read_varint(content, at)
    return value >> 1 ^ -(value & 1), at
