"""Deltas that we apply ourselves give what dulwich gives, and fail where it fails."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from dulwich.pack import apply_delta as apply_with_dulwich
from dulwich.pack import create_delta
from hypothesis import given, settings
from hypothesis import strategies as st

from wakeyscan.git.delta import DELTA_ERRORS, apply_delta

SOURCE = random.Random(11)
BASE = SOURCE.randbytes(1 << 16) * 40
LIMIT = 64 << 20
Copies = list[tuple[int, int] | bytes]


def varint(number: int) -> bytes:
    parts = bytearray()
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def copy(start: int, length: int) -> bytes:
    fields = start.to_bytes(4, "little") + length.to_bytes(3, "little")
    given_bits = [bit for bit in range(7) if fields[bit]]
    return bytes([0x80 | sum(1 << bit for bit in given_bits), *(fields[bit] for bit in given_bits)])


def build_delta(parts: Copies, size: int | None = None, base_size: int = len(BASE)) -> bytes:
    body = b"".join(
        bytes([len(part)]) + part if isinstance(part, bytes) else copy(*part) for part in parts
    )
    lengths = [len(part) if isinstance(part, bytes) else part[1] or 1 << 16 for part in parts]
    return varint(base_size) + varint(sum(lengths) if size is None else size) + body


spans = st.integers(0, len(BASE) - (1 << 16)).flatmap(
    lambda low: st.tuples(
        st.just(low), st.one_of(st.just(0), st.integers(1, min(len(BASE) - low, 0xFFFFFF)))
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(spans, st.binary(min_size=1, max_size=127)), min_size=1, max_size=8))
def test_a_large_object_is_the_one_that_dulwich_builds(parts: Copies) -> None:
    delta = build_delta([(0, len(BASE)), *parts])
    assert apply_delta(BASE, delta, LIMIT) == b"".join(apply_with_dulwich(BASE, delta))


def test_consecutive_copies_of_the_whole_base_are_the_base() -> None:
    third = len(BASE) // 3
    parts: Copies = [(0, third), (third, third), (2 * third, len(BASE) - 2 * third)]
    assert apply_delta(BASE, build_delta(parts), LIMIT) is BASE


def test_an_edit_of_a_large_file_is_applied() -> None:
    edited = BASE[:1000] + b"another line\n" + BASE[2000:] + b"and a last one\n"
    assert apply_delta(BASE, b"".join(create_delta(BASE, edited)), LIMIT) == edited


def test_an_object_over_the_limit_is_not_built() -> None:
    assert apply_delta(BASE, build_delta([(0, len(BASE))]), len(BASE) - 1) is None


WHOLE: Copies = [(0, len(BASE))]
CORRUPT: dict[str, Callable[[], bytes]] = {
    "copy after the base": lambda: build_delta([*WHOLE, (len(BASE) - 10, 11)]),
    "start after the base": lambda: build_delta([*WHOLE, (len(BASE) + 1, 1)]),
    "reserved instruction": lambda: build_delta(WHOLE) + b"\0",
    "insertion cut short": lambda: build_delta(WHOLE, len(BASE) + 9) + b"\x09abc",
    "copy cut short": lambda: build_delta(WHOLE, len(BASE) + 1) + b"\xff\1",
    "less than it claims": lambda: build_delta(WHOLE, len(BASE) + 1),
    "more than it claims": lambda: build_delta(WHOLE, len(BASE) - 1),
    "far more than it claims": lambda: build_delta(WHOLE * 200, len(BASE)),
    "another base": lambda: build_delta(WHOLE, base_size=len(BASE) + 1),
    "nothing": lambda: build_delta([], len(BASE)),
}


@pytest.mark.parametrize("build", CORRUPT.values(), ids=CORRUPT)
def test_a_corrupt_delta_fails_as_in_dulwich(build: Callable[[], bytes]) -> None:
    delta = build()
    with pytest.raises(DELTA_ERRORS):
        apply_with_dulwich(BASE, delta)
    with pytest.raises(DELTA_ERRORS):
        apply_delta(BASE, delta, LIMIT)
