"""Keys in messages of Protocol Buffers whose tags and lengths may all look like text."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.binary_formats import PLAIN, field, varint
from tests.support.keys import PREFIX, MakeKey
from tests.support.scan import found, secrets_in
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.strings.messages import find_message_strings

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN
LENGTHS = (*range(48, 58), 65, 80, 90, 95, 97, 110, 122)
"""Characters of keys whose length is a letter, a digit or an underscore."""
TEXT = b"abcd efgh ijkl mnop qrst uvwx yz"

Wrap = Callable[[bytes], bytes]
MESSAGES: dict[str, Wrap] = {
    "one string": lambda key: field(1, key),
    "a string before": lambda key: field(1, TEXT) + field(4, key),
    "a string after": lambda key: field(1, key) + field(4, b"x y " * 16 + b"z"),
    "a number": lambda key: b"8A" + field(1, key) + b"H@",
    "32 bits": lambda key: b"5abcd" + field(1, key) + b"-wxyz",
    "64 bits": lambda key: b"1abcdefgh" + field(1, key) + b"Astuvwxyz",
    "nested": lambda key: field(6, field(1, key)),
    "nested twice": lambda key: field(6, field(15, TEXT) + field(6, field(1, key))) + b"8A",
    "letters after": lambda key: field(14, key) + field(15, TEXT),
    "the first of many": lambda key: (
        varint(len(key) + 2) + field(1, key) + b"\x22" + field(4, TEXT)
    ),
    "the last of many": lambda key: b"\x22" + field(4, TEXT) + varint(len(key) + 2) + field(1, key),
    "a control character": lambda key: b"\x08\x01" + field(6, field(14, key)) + field(15, b"z"),
}


@pytest.mark.parametrize("wrap", MESSAGES.values(), ids=MESSAGES)
def test_a_key_in_a_message_is_found(wrap: Wrap, make_key: MakeKey) -> None:
    for length in LENGTHS:
        key = make_key(length - len(PREFIX))
        assert found(wrap(key.encode())) == [(key, CERTAIN)]


def test_two_keys_in_a_message_are_found(make_key: MakeKey) -> None:
    one, other = make_key(40), make_key(49)
    content = field(1, one.encode()) + field(4, other.encode())
    assert found(content) == [(one, CERTAIN), (other, CERTAIN)]


@pytest.mark.parametrize("head", [b"Bearer ", b"k=", b"https://x.org/?k="])
def test_no_letters_after_a_value_make_its_end_certain(head: bytes, make_key: MakeKey) -> None:
    for length in LENGTHS:
        key = make_key(length - len(PREFIX))
        content = field(1, head + key.encode()) + field(15, TEXT)
        assert found(content) == [(key, CERTAIN)] or found(content)[0][1] is OPEN


def test_a_text_that_is_no_message_has_no_key_after_a_letter(make_key: MakeKey) -> None:
    source = random.Random(16)
    for length in LENGTHS:
        key = make_key(length - len(PREFIX)).encode()
        message = MESSAGES["a string before"](key)
        at = source.randrange(len(message) - len(key))
        assert not found(message + b"\n")
        assert not found(b"\n" + message)
        assert not found(message[:-1] + b" z")
        assert not found(message[:at] + b"w" + message[at:]) or at < 2


@pytest.mark.parametrize("format", ["MessagePack", "CBOR, bytes"])
def test_another_format_that_looks_like_a_message_hides_no_key(
    format: str, make_key: MakeKey
) -> None:
    for length in range(16, 129):
        key = make_key(length)
        assert secrets_in(PLAIN[format](key.encode())) == [key]


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), unique=True, max_size=5))
def test_a_string_of_any_content_holds_its_offset(content: bytes, offsets: list[int]) -> None:
    for at, (start, end) in find_message_strings(content, sorted(offsets)).items():
        assert at in offsets
        assert 0 < start <= at < end <= len(content)
