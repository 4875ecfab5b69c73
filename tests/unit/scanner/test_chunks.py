"""Keys in parts of strings and of columns: chunks of CBOR, and texts after a table of offsets."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.scan import find, found
from tests.support.value_formats import cbor
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.strings.chunks import list_chunks
from wakeyscan.scanner.strings.columns import find_text

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN
TEXT, BYTES = 3, 2

AROUND = {
    "a map": (b"\xa1\x63key", b""),
    "a map of no known size": (b"\xbf\x63key", b"\x61n\x05\xff"),
    "a list of no known size": (b"\x9f", b"\x65alice\xff"),
    "another file": (b"\1\2\0\0\xa1\x63key", b"\0\1\2"),
}


def cut(text: bytes, sizes: list[int]) -> list[bytes]:
    """Return the parts of a text, of these sizes and the rest."""
    parts = []
    for size in sizes:
        parts.append(text[:size])
        text = text[size:]
    return [*filter(None, parts), *filter(None, [text])]


def join_chunks(text: bytes, sizes: list[int], kind: int = TEXT) -> bytes:
    """Return a string of CBOR in chunks."""
    chunks = b"".join(cbor(part, kind) for part in cut(text, sizes))
    return bytes([kind << 5 | 0x1F]) + chunks + b"\xff"


def list_texts(content: bytes) -> list[str]:
    (finding,) = find(content)
    assert finding.bounds is OPEN
    return [secret.reveal().decode() for secret in (finding.secret, *finding.candidates)]


@pytest.mark.parametrize("kind", [TEXT, BYTES])
@pytest.mark.parametrize(("before", "behind"), AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("sizes", [[30], [40, 12], [33, 4, 9], [60, 1]])
def test_a_key_in_chunks_is_joined(
    sizes: list[int], before: bytes, behind: bytes, kind: int, make_key: MakeKey
) -> None:
    key = make_key(64)
    content = before + join_chunks(key.encode(), sizes, kind) + behind
    assert key in list_texts(content)


def test_a_key_in_a_later_chunk_is_joined(make_key: MakeKey) -> None:
    key = make_key(48)
    content = b"\xa1\x61h" + join_chunks(b"Bearer " + key.encode(), [7, 40])
    assert key in list_texts(content)


def test_a_key_in_the_only_chunk_is_certain(make_key: MakeKey) -> None:
    key = make_key(40)
    assert found(b"\1\0" + join_chunks(key.encode(), []) + b"\0\1") == [(key, CERTAIN)]
    assert found(b"\xa1\x61k" + join_chunks(key.encode(), [])) == [(key, CERTAIN)]


@given(
    seed=st.integers(0, 2**32),
    size=st.integers(40, 120),
    sizes=st.lists(st.integers(1, 50), max_size=5),
    first=st.integers(30, 90),
)
def test_a_chunk_is_never_a_whole_key(seed: int, size: int, sizes: list[int], first: int) -> None:
    key = PREFIX + "".join(random.Random(seed).choices(ALPHABET, k=size))
    content = b"\xa1\x63key" + join_chunks(key.encode(), [first, *sizes])
    for secret, bounds in found(content):
        assert secret == key or bounds is OPEN


@given(st.binary(max_size=200), st.integers(0, 200))
def test_the_chunks_of_any_content_are_inside_it(content: bytes, at: int) -> None:
    for start, end in list_chunks(content, at):
        assert 0 < start <= end <= len(content)
        assert at < end


def join_column(texts: list[bytes], padding: int) -> bytes:
    """Return the table of the offsets of texts, NULs, and the texts end to end."""
    offsets = [sum(map(len, texts[:number])) for number in range(len(texts) + 1)]
    return struct.pack(f"<{len(offsets)}i", *offsets) + bytes(padding) + b"".join(texts)


COLUMNS = {
    "first": (b"KEY", b"Zk4abcde", b"prod"),
    "in the middle": (b"hello", b"KEY", b"3word", b"xyz"),
    "last": (b"3word", b"abc", b"KEY"),
    "after an empty one": (b"abc", b"", b"KEY", b"word"),
    "more than 255 bytes": (b"abc", b"KEY", b"w" * 300),
}


@pytest.mark.parametrize("padding", [0, 4, 12])
@pytest.mark.parametrize("texts", COLUMNS.values(), ids=COLUMNS)
def test_a_table_of_offsets_ends_a_key(
    texts: tuple[bytes, ...], padding: int, make_key: MakeKey
) -> None:
    for size in (16, 32, 40, 57, 110):
        key = make_key(size)
        column = join_column([text.replace(b"KEY", key.encode()) for text in texts], padding)
        assert found(b"\1\x80\xff" + column + b"\0\xff\1") == [(key, CERTAIN)]


def test_a_key_in_a_longer_text_of_a_column_is_open(make_key: MakeKey) -> None:
    key = make_key(40)
    column = join_column([b"abc", b"key=" + key.encode(), b"9word"], 4)
    assert found(b"\1\x80\xff" + column + b"\0\xff\1") == [(key, OPEN)]


@given(st.binary(max_size=200), st.integers(0, 200))
def test_the_text_of_any_column_ends_after_a_key_may_end(content: bytes, at: int) -> None:
    text = find_text(content, at)
    assert text is None or at < text.end <= len(content)


def test_a_length_may_be_that_of_a_record(make_key: MakeKey) -> None:
    for size in (4, 8):
        key = make_key(56)
        record = key.encode() + b"Q7xK2mN9"[:size]
        (finding,) = find(b"\1\2\x80\xff\3\0" + bytes([len(record)]) + record + b"\0\xff\x81")
        texts = [secret.reveal().decode() for secret in (finding.secret, *finding.candidates)]
        assert key in texts
