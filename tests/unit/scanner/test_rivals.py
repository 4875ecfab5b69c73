"""Lengths of longer texts that hold a key, and lengths that count more than the bytes of one."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

from tests.support.binary_formats import varint
from tests.support.keys import PREFIX, MakeKey
from tests.support.scan import found
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.strings.messages import find_message_strings

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN
Store = Callable[[bytes], bytes]


def store_in_lua(text: bytes) -> bytes:
    name = b"\x04\x08runtime"
    return b"\x1bLua\x53\0" + bytes(9) + name + b"\x14%c%b\x04\x06print" % (len(text) + 1, text)


def store_in_kafka(text: bytes) -> bytes:
    return b"\0\x07console\0\x06token" + varint(len(text) + 1) + text + b"\0"


FORMATS: dict[str, Store] = {
    "pickle 2": lambda text: pickle.dumps([text.decode()], 2),
    "pickle 4": lambda text: pickle.dumps([text.decode()], 4),
    "Lua": store_in_lua,
    "Kafka": store_in_kafka,
}
HEADS = (b"2", b"jS", b"j[", b"k", b"-", b"/", b"7", b"a>")
"""Texts before a key that may be its length, or a type and its length."""


@pytest.mark.parametrize("store", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("head", HEADS)
def test_text_before_a_key_in_a_value_cuts_it_with_no_certainty(
    store: Store, head: bytes, make_key: MakeKey
) -> None:
    for more in (1, 2):
        length = head[-1] + more
        key = make_key(length - len(PREFIX)) if length >= 24 + more else ""
        for behind in ("\x01other=1\n", "\x01", "é", "\n"):
            value = head + (key + behind).encode()
            findings = found(store(value)) if len(value) < 0x7F else []
            assert all(secret == key or bounds is OPEN for secret, bounds in findings)


@pytest.mark.parametrize("length", [40, 48, 56, 64, 100])
def test_a_length_plus_one_adds_no_letter_with_certainty(length: int, make_key: MakeKey) -> None:
    key = make_key(length)
    size = len(key) + 1
    for content in (
        b"\0\x01X\x06\0errorX%c\0%bX\x05\0userX\t\0" % (size, key.encode()),
        b"\0\x01\0\x05hello%c%bA%b\0" % (size, key.encode(), b"w" * 64),
    ):
        assert all(secret == key or bounds is OPEN for secret, bounds in found(content))


def test_a_number_with_more_bytes_than_needed_makes_no_message(make_key: MakeKey) -> None:
    key = make_key().encode()
    field = b"\x0a%c%b" % (len(key), key)
    assert find_message_strings(field + b"\x10\x01", [2])
    assert not find_message_strings(field + b"\x90\0\x01", [2])
    assert not find_message_strings(b"\x90\0\x01" + field, [5])


def test_a_number_before_a_key_that_ends_like_an_item_proves_no_end(make_key: MakeKey) -> None:
    key = make_key(60) + "e5"
    text = f"lines.txt\n{len(key) - 2}:{key}:\n"
    assert all(secret == key or bounds is OPEN for secret, bounds in found(text.encode()))
