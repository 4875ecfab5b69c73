"""Keys in binary data, where a length that looks like a letter precedes a string."""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.keys import ALPHABET, PREFIX, MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document

CONTEXT = build_context(loader.load_rules(), DECODERS)


def compiled(key: str) -> bytes:
    return marshal.dumps(compile(f"KEY = {key!r}\nOTHER = None\nX = 'abc'\n", "m.py", "exec"))


def pickled(protocol: int, key: str) -> bytes:
    return pickle.dumps({"token": key, "n": [1, key]}, protocol)


def counted(before: bytes, behind: bytes, key: str) -> bytes:
    return before + bytes([len(key)]) + key.encode() + behind


FORMATS: dict[str, Callable[[str], bytes]] = {
    "Python, compiled": compiled,
    **{f"pickle-{protocol}": partial(pickled, protocol) for protocol in range(2, 6)},
    "Java, compiled": partial(
        counted, b"\x01\x00\x05Other\x08\x00\x12\x01\x00", b"\x01\x00\x04Code"
    ),
    "Protocol Buffers": partial(counted, b"\x08\x96\x01\x12", b"2\x05hello8\x01"),
    "Protocol Buffers, a field by a letter": partial(counted, b"\x08\x96\x01b", b"r\x05hello8\x01"),
    "MessagePack": partial(counted, b"\x82\xa5token\xd9", b"\xa1a\x01"),
    "CBOR": partial(counted, b"\xa2etokenx", b"aa\x01"),
    "DEX": partial(counted, b"\x05hello\x00", b"\x00\x05world\x00"),
    "a length of four bytes": lambda key: (
        b"\x01\x02" + len(key).to_bytes(4, "little") + key.encode() + b"q\x01"
    ),
    "a length of eight bytes": lambda key: (
        b"\x01\x02" + len(key).to_bytes(8, "little") + key.encode() + b"q\x01"
    ),
}
LIKE_LETTERS = (40, 41, 43, 48, 49, 64, 80, 90, 111)
"""Characters behind the prefix of a key whose length is the code of a digit or a letter."""
OTHERS = (16, 20, 24, 31, 32, 36, 52, 54)


def secrets_in(content: bytes) -> list[tuple[str, str]]:
    findings = detect_in_document(Document(Origin("a"), content), CONTEXT)
    return [(f.secret.reveal().decode(), f.encoding) for f in findings]


@pytest.mark.parametrize("format", FORMATS)
def test_a_length_before_a_key_is_not_part_of_it(format: str, make_key: MakeKey) -> None:
    # A field that is named by a letter, before a length that is none, might as well be text.
    by_a_letter = format in ("Protocol Buffers, a field by a letter", "CBOR")
    lengths = LIKE_LETTERS if by_a_letter else (*LIKE_LETTERS, *OTHERS)
    for key in map(make_key, lengths):
        assert secrets_in(FORMATS[format](key)) == [(key, "plain")]


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        pytest.param("é\u4e2d ", " \u4e2d", id="blanks in Chinese"),
        pytest.param("\u4e2d(", ")\u4e2d", id="brackets in Chinese"),
        pytest.param("\u4e2d\u4e2d\u4e2d=", "", id="an equals sign in Chinese"),
        pytest.param('\x05\x01"', '"\x00', id="quoted in binary data"),
        pytest.param("\x01\x02'", "'", id="quoted by one sign"),
        pytest.param("a\x1f", "\x1fb", id="parted by units"),
        pytest.param("a\x1c", "\x1cb", id="parted by files"),
        pytest.param("A=0\0", "\0B=1\0", id="parted by NUL"),
        pytest.param("\x01\x02 ", " \x01", id="blanks in binary data"),
        pytest.param("\x01\x02<", ">\x01", id="a tag"),
    ],
)
def test_a_delimiter_before_a_longer_key_is_not_a_length(
    before: str, behind: str, make_key: MakeKey
) -> None:
    key = make_key(100)  # more than any of these signs would count
    assert secrets_in(f"{before}{key}{behind}".encode()) == [(key, "plain")]


@pytest.mark.parametrize("length", range(40, 50))
def test_a_digit_before_a_key_in_a_text_is_a_part_of_the_word(
    length: int, make_key: MakeKey
) -> None:
    assert secrets_in(f"é\u4e2d {chr(length + 8)}{make_key(length)}\n".encode()) == []


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\t\n\r"))
BODY = st.text(ALPHABET, min_size=20, max_size=100).filter(
    lambda body: any(c.isdigit() for c in body) and len(set(body)) > 12
)


@given(TEXT, st.sampled_from(" \t\n=:;,(<[{|\"'`>/@"), BODY, st.sampled_from(" \n,;)>|\"'`"), TEXT)
@settings(max_examples=300, deadline=None)
def test_text_has_no_length_prefixes(
    before: str, lead: str, body: str, end: str, behind: str
) -> None:
    content = f"{before}{lead}{PREFIX}{body}{end}{behind}".encode()
    found = [
        f.secret.reveal().decode()
        for f in detect_in_document(Document(Origin("a"), content), CONTEXT)
    ]
    assert found == [PREFIX + body]
