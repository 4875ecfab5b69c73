"""Formats of values with types: each key has certain bounds, whatever value follows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.binary_formats import byte
from tests.support.keys import MakeKey
from tests.support.scan import found, secrets_in
from tests.support.value_formats import NESTED, PREFIXES, VALUES
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.string_tables import STRING_TABLES, find_table_strings

SIZES = (16, 24, 25, 31, 32, 40, 48, 56, 57, 64, 89, 112, 119, 120, 128)
"""Bytes of a body: the length of the key is a letter, a type, or needs two bytes."""


@pytest.mark.parametrize("name", VALUES)
def test_a_key_has_certain_bounds(name: str, make_key: MakeKey) -> None:
    for size in SIZES:
        key = make_key(size)
        assert set(found(VALUES[name](key.encode()))) == {(key, Bounds.CERTAIN)}, size


@pytest.mark.parametrize("name", VALUES)
def test_a_key_in_a_damaged_file_is_not_lost(name: str, make_key: MakeKey) -> None:
    key = make_key(40)
    content = VALUES[name](key.encode())
    start = content.index(key.encode())
    damage = content[: start + 60], content[1:] + b"\0", content + b"\0\xff", b"\0" + content
    for damaged in damage:
        assert any(secret.startswith(key) for secret in secrets_in(damaged))


@pytest.mark.parametrize("name", VALUES)
def test_a_letter_before_a_key_leaves_it_open(name: str, make_key: MakeKey) -> None:
    key = make_key(40)
    assert set(found(VALUES[name](f"p{key}".encode()))) == {(key, Bounds.OPEN)}


@pytest.mark.parametrize("name", VALUES)
def test_text_around_a_key_is_judged_like_a_text(name: str, make_key: MakeKey) -> None:
    key = make_key(40)
    assert set(found(VALUES[name](f"Bearer {key}".encode()))) == {(key, Bounds.CERTAIN)}
    assert set(found(VALUES[name](f"the keys {key}, and".encode()))) == {(key, Bounds.CERTAIN)}


@pytest.mark.parametrize("name", NESTED)
def test_a_key_in_bytes_of_another_format_is_found(name: str, make_key: MakeKey) -> None:
    for size in (40, 41, 57, 90):
        key = make_key(size)
        inner = b"\x0a\x05hello\x12" + byte(len(key)) + key.encode() + b"\x18\x01"
        assert secrets_in(NESTED[name](inner)) == [key]


def test_a_prefix_in_code_changes_nothing(make_key: MakeKey) -> None:
    key = make_key(40)
    content = VALUES["Python"](key.encode()).replace(b"doc", key[:3].encode())
    assert set(found(content)) == {(key, Bounds.CERTAIN)}


@pytest.mark.parametrize("head", [b"\x93\0", b"\x93", b"\xa3", b"\xbf", b"\xd9\xd9\xf7"])
def test_text_that_looks_like_cbor_loses_no_key(head: bytes, make_key: MakeKey) -> None:
    for tail in ("</a>0123456789\n", ",Content path hello,", "\n ", "\0", "\xff" * 3):
        for before in ("name ", "\ngcg api_key=", "17,report build\n", "x:"):
            key = make_key(43)
            content = head + before.encode() + key.encode() + tail.encode("latin-1")
            assert any(secret.startswith(key) for secret in secrets_in(content))


@given(st.sampled_from(sorted(VALUES)), st.data())
def test_a_reader_stays_inside_any_content(name: str, data: st.DataObject) -> None:
    content = bytearray(VALUES[name](b"k" * 30))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    offsets = data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1).map(sorted))
    for reader in PREFIXES:
        for start, end in STRING_TABLES[reader].find_strings(bytes(content), offsets):
            assert 0 < start <= end <= len(content)
    assert find_table_strings(bytes(content), offsets).keys() <= set(offsets)


@pytest.mark.parametrize(
    "content",
    [
        b"\x9f" * 100_000,
        b"\xa1\xa0" * 100_000,
        b"\x04\x08" + b"[\x06" * 100_000,
        b"\xe3\0\0\0\0" + b")\x01" * 100_000,
        b"\x80\x04" + b"J\0\0\0\0" * 100_000,
        b"\x04\x08l+\x04\xff\xff\xff\x7f",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\xdd\xff\xff\xff\xffA",
    ],
    ids=lambda content: content[:8].hex(),
)
def test_hostile_nesting_and_lengths_have_no_strings(content: bytes) -> None:
    assert find_table_strings(content, [len(content) - 1]) == {}
