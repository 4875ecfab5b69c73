"""Delimiters that look like lengths, and lengths that look like delimiters, in binary data."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, product

import pytest

from tests.support.binary_formats import number, varint
from tests.support.keys import PREFIX, MakeKey
from tests.support.scan import found
from wakeyscan.core.finding import Bounds

VISIBLE = bytes(range(0x20, 0x7F))
MIN_BODY, MAX_BODY = 16, 128
MIN_KEY, MAX_KEY = len(PREFIX) + MIN_BODY, len(PREFIX) + MAX_BODY

SEPARATORS = {
    "a line end": b"\n",
    "a line end of Windows": b"\r\n",
    "NUL": b"\0",
    "NULs": b"\0\0\0\0",
    "a tab": b"\t",
    "a blank": b" ",
    "a comma": b", ",
    "a quote": b'"',
    "a tag": b"</a>",
    "a letter in UTF-8": "é".encode(),
    "a letter in Latin-1": b"\xe9",
    "a control character": b"\x01",
    "a unit separator": b"\x1f",
}
TEXTS = (
    b"",
    b"\n",
    b"\r\n\t",
    b"api_key",
    b"user=demo name\nregion=eu west\napi_key",
    b"T30 uilt rny\ngcg api_key",
    b"\nt",
    b"\r\nkx",
    b"a\0SU",
    "ключ".encode(),
    b"\x1b[1mkey\x1b",
    b"\x01\n",
)
"""Texts before a delimiter; some of them look like a type or a string with a length."""
TAILS = (b"", b"more text\n", b"other=1\n\0", b"HelloWorld\0", b"0123456789\n", b"\x05hello\0")


def check(content: bytes, key: str) -> None:
    """Check that the key is found, or what is found has open ends."""
    findings = found(content)
    assert findings, content
    if key not in dict(findings):
        assert Bounds.CERTAIN not in dict(findings).values(), (content, findings)


def list_sizes(delimiter: int) -> list[int]:
    """List sizes of keys that the number of a delimiter nearly counts, in each kind of length."""
    counted = (delimiter, delimiter - 1, delimiter - 5, delimiter // 2)
    sizes = {size + more for size in counted for more in range(5)}
    return sorted(size for size in sizes if MIN_KEY <= size <= MAX_KEY)


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
def test_a_delimiter_cuts_no_key_with_certainty(separator: bytes, make_key: MakeKey) -> None:
    around = cycle(product(TEXTS, TAILS))
    for delimiter in VISIBLE:
        for size in list_sizes(delimiter):
            key = make_key(size - len(PREFIX))
            text, tail = next(around)
            content = b"%b%c%b%b%b" % (text, delimiter, key.encode(), separator, tail)
            check(b"\0" + content, key)


@pytest.mark.parametrize("zeros", [1, 3])
@pytest.mark.parametrize("order", ["little", "big"])
def test_a_delimiter_and_nuls_cut_no_key_with_certainty(
    zeros: int, order: str, make_key: MakeKey
) -> None:
    around = cycle(product(TEXTS, TAILS, SEPARATORS.values()))
    for delimiter in VISIBLE:
        for size in list_sizes(delimiter):
            key = make_key(size - len(PREFIX))
            text, tail, separator = next(around)
            length = number(zeros + 1, order)(delimiter)
            check(b"\0%b%b%b%b%b" % (text, length, key.encode(), separator, tail), key)


LENGTHS: dict[str, Callable[[int], bytes]] = {
    "a byte": lambda size: bytes([size]),
    "a varint": varint,
    **{
        f"{8 * size} bits, {order}-endian": number(size, order)
        for size, order in product((2, 4, 8), ("little", "big"))
    },
}
BEFORE = (b"\x12", b"\x05hello", b"\x08\x01\x0a", b"\xa1", b"\x01\x02t", b"\x0b\0\x01")
REST = (b"", b"q", b"7", b"ab", b"42", b"Xy0")


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_a_length_before_letters_makes_no_other_end_certain(
    length: Callable[[int], bytes], make_key: MakeKey
) -> None:
    around = cycle(product(BEFORE, REST, SEPARATORS.values(), TAILS))
    for size in (*range(MIN_KEY, MAX_KEY + 1), *range(MIN_KEY, MAX_KEY + 1)):
        key = make_key(size - len(PREFIX))
        before, rest, separator, tail = next(around)
        content = before + length(size) + key.encode() + rest + separator + tail
        check(b"\0\x01" + content, key)
