"""Deltas are applied up to a size limit, whatever size they claim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeyscan.git.delta import DELTA_ERRORS, apply_delta, read_delta_size

BASE = bytes(range(256)) * 300


def encode_size(size: int) -> bytes:
    encoded = bytearray()
    while size >= 0x80:
        encoded.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*encoded, size))


def copy(start: int, length: int) -> bytes:
    """Return an instruction that copies from the base, with all its bytes."""
    return b"\xff" + start.to_bytes(4, "little") + length.to_bytes(3, "little")


@given(st.integers(0, 1 << 62), st.binary())
def test_a_size_is_read_with_its_end(size: int, rest: bytes) -> None:
    encoded = encode_size(size)
    assert read_delta_size(encoded + rest, 0) == (size, len(encoded))


@pytest.mark.parametrize("copies", [1, 40, 400], ids=["small", "two bytes", "four bytes"])
def test_an_object_within_the_limit_is_built(copies: int) -> None:
    size = 10_000 * copies
    delta = encode_size(len(BASE)) + encode_size(size) + copy(7, 10_000) * copies
    assert apply_delta(BASE, delta, 1 << 23) == BASE[7:10_007] * copies


def test_an_object_over_the_limit_is_not_built() -> None:
    delta = encode_size(len(BASE)) + encode_size(1 << 40) + copy(0, 9)
    assert apply_delta(BASE, delta, 1 << 23) is None


@pytest.mark.parametrize("cut", range(4))
def test_a_truncated_delta_is_an_error(cut: int) -> None:
    delta = encode_size(len(BASE)) + encode_size(1 << 40)
    with pytest.raises(DELTA_ERRORS):
        apply_delta(BASE, delta[:cut], 1 << 23)
