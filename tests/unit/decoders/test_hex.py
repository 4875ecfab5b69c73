"""Rows of hexadecimal digits: where each byte comes from, and how much memory that takes."""

from __future__ import annotations

import tracemalloc

import pytest

from tests.support.keys import MakeKey
from wakeyscan.decoders import hex as hexadecimal
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

ANCHOR = b"wa_" + b"live_"


def decode(content: bytes, row: bytes) -> list[DecodedText]:
    return list(hexadecimal.decode(content, FoundAnchors({row: frozenset((ANCHOR,))})))


@pytest.mark.parametrize("gap", [" ", ":", "-", ",", ", 0x", ""])
def test_each_byte_comes_from_its_digits(make_key: MakeKey, gap: str) -> None:
    key = make_key(24).encode()
    content = b"= 0x" + key.hex().encode()
    if gap:
        content = b"= 0x" + gap.join(f"{byte:02x}" for byte in key).encode() + b"\n"
    row = gap.join(f"{byte:02x}" for byte in (ANCHOR if not gap else ANCHOR[:4])).encode()
    (text,) = decode(content, row)
    offset = text.content.index(key)
    for number, byte in enumerate(key, offset):
        start, end = text.find_sources(number, number + 1)[0]
        assert content[start:end] == f"{byte:02x}".encode()


def test_segments_can_be_indexed_like_a_list(make_key: MakeKey) -> None:
    content = " ".join(f"{byte:02x}" for byte in make_key(16).encode()).encode()
    (text,) = decode(content, b"77 61 5f 6c")
    segments = list(text.segments)
    assert len(segments) == len(text.segments) == len(text.content)
    assert text.segments[-1].end == segments[-1].end == len(content)
    assert text.segments[2:5] == segments[2:5]


def test_rows_take_little_memory() -> None:
    content = b"77 61 5f 6c 69 76 65 5f " * (1 << 13)
    tracemalloc.start()
    texts = decode(content, b"77 61 5f 6c")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(len(text.content) for text in texts) == len(content) // 3
    assert peak < 12 * len(content)
