"""Deflate64 in zip: opened with an optional library, within limits."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.archives import deflate64_zip
from tests.support.members import read_members
from wakeyscan.extractors.budget import Limits
from wakeyscan.extractors.deflate64 import Deflate64Decompressor
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded, OpaqueContent


@settings(max_examples=40)
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=5), st.integers(1, 40))
def test_members_of_a_zip_equal_their_originals(parts: list[bytes], times: int) -> None:
    files = {str(number): part * times for number, part in enumerate(parts)}
    assert read_members("zip", deflate64_zip(files)) == files


def test_a_large_member_of_random_bytes_is_read() -> None:
    files = {"a": random.Random(1).randbytes(3_000_000), "b": b"x" * 3_000_000}
    assert read_members("zip", deflate64_zip(files)) == files


def test_each_piece_of_output_has_the_wanted_size() -> None:
    content = deflate64_zip({"a": bytes(50_000_000)})
    assert len(content) < 10_000
    packed = content[31:]  # after the local header
    decompressor, sizes = Deflate64Decompressor(), list[int]()
    while piece := decompressor.decompress(packed if not sizes else b"", 1000):
        sizes.append(len(piece))
        if len(sizes) == 1000:
            break
    assert set(sizes) == {1000}
    assert not decompressor.eof


def test_a_decompression_bomb_is_stopped() -> None:
    limits = Limits(free_bytes=1 << 20)
    with pytest.raises(LimitExceeded, match="decompression bomb"):
        read_members("zip", deflate64_zip({"a": bytes(30_000_000)}), limits)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        pytest.param(31, "damaged: ", id="in the data"),
        pytest.param(14, "damaged: ", id="in the checksum"),
    ],
)
def test_a_damaged_member_is_a_gap_and_not_opaque(at: int, reason: str) -> None:
    content = bytearray(deflate64_zip({"a": b"some text " * 9}))
    content[content.index(b"PK\1\2") + 16 if at == 14 else at] ^= 0xFF
    with pytest.raises(ExtractionError, match=reason) as refused:
        read_members("zip", bytes(content))
    assert refused.value.gap


def test_without_the_library_a_member_is_opaque_and_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "inflate64", None)
    with pytest.raises(OpaqueContent, match=r"Deflate64; pip install 'wakeyscan\[archives\]'"):
        read_members("zip", deflate64_zip({"a": b"x"}))
