"""Keys in binary data, where nothing but a length or a neighbor ends a string."""

from __future__ import annotations

import pickle
import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.binary_formats import OTHER, PLAIN, Build, number
from tests.support.calls import count_calls
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from tests.support.scan import find, found, secrets_in
from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.binary_strings import find_prefixed_length, find_strings
from wakeyscan.scanner.nul_search import NulSearch

LENGTHS = (*range(16, 129, 7), 24, 31, 32, 39, 40, 41, 48, 56, 64, 90, 111, 118, 119, 120, 128)
"""Characters of bodies, among them those whose length looks like a blank, a digit or a letter."""

MAX_LITERAL = 31
"""A length up to this may be the size of a literal of LZF, less one."""

CERTAIN, OPEN = Bounds.CERTAIN, Bounds.OPEN
PREFIXES = re.compile(PREFIX.encode())


# A length before the key


@pytest.mark.parametrize("build", PLAIN.values(), ids=PLAIN)
def test_a_length_ends_a_key_with_certainty(build: Build, make_key: MakeKey) -> None:
    for key in map(make_key, LENGTHS):
        ((secret, bounds),) = found(build(key.encode()))
        assert secret == key
        assert bounds is CERTAIN or len(key) <= MAX_LITERAL


@pytest.mark.parametrize("build", OTHER.values(), ids=OTHER)
def test_a_length_of_another_kind_ends_a_key(build: Build, make_key: MakeKey) -> None:
    for key in map(make_key, LENGTHS):
        assert secrets_in(build(key.encode())) == [key]


@pytest.mark.parametrize("format", ["Protocol Buffers", "CBOR", "16 bits", "Java, compiled"])
def test_a_length_ends_a_key_of_any_characters(format: str) -> None:
    source = random.Random(format)
    for length in LENGTHS:
        body = "".join(source.choices(ALPHABET + "_-", k=length - 1)) + "a"
        assert secrets_in(PLAIN[format]((PREFIX + body).encode())) == [PREFIX + body]


@pytest.mark.parametrize("field", [1, 3, 4, 5, 6, 7, 15])
def test_a_message_of_protocol_buffers_may_be_one_key(field: int, make_key: MakeKey) -> None:
    for length in (24, 30, 40, 48, 57, 64, 65, 90, 97, 110):
        key = make_key(length - len(PREFIX))
        message = bytes([field << 3 | 2, length]) + key.encode()
        assert [(secret, len(secret)) for secret in secrets_in(message)] == [(key, length)]


def test_a_letter_before_a_key_of_another_length_is_a_part_of_the_word(make_key: MakeKey) -> None:
    for head in (b"\n0", b'"0', b":Z", b"20"):
        assert not found(head + make_key(39).encode())


def test_two_adjacent_keys_are_separate(make_key: MakeKey) -> None:
    one, other = make_key(32), make_key(40)
    content = b"\x18\x01" + b"".join(b"b%c%b" % (len(k), k.encode()) for k in (one, other))
    assert found(content + b"\x10\x01") == [(one, CERTAIN), (other, CERTAIN)]


# A byte before the key that only looks like a length


def less(count: int, before: bytes, behind: bytes = b"") -> Build:
    """Return a builder of a file in which the byte before a key is less than its length."""
    return lambda key: before + bytes([len(key) - count]) + key + behind


SMALLER: dict[str, Build] = {
    "Snappy": lambda key: bytes([len(key)]) + less(1, b"\xf0")(key),
    "LZMA, stored": less(1, b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(range(128, 152)) + b"\x01\0"),
    "LZMA, stored after others": less(1, b"\x05\x02\0", b"\0\x17\x06"),
    "16 bits, little-endian": lambda key: (
        b"\x05" + number(2, "little")(len(key) - 1) + key + b"\x01"
    ),
    **{f"less by {count}": less(count, b"\0\x03", b"\x01\x02") for count in (1, 2, 3)},
    **{f"less by {count}, NUL after": less(count, b"\x07\0", b"\0") for count in (1, 2, 3)},
    **{f"less by {count}, last": less(count, b"\x01\x02\x80") for count in (1, 2, 3)},
    **{f"less by {count}, high byte after": less(count, b"\1\x80", b"\xff") for count in (1, 2)},
    "a whole value": lambda key: b"\0\x01" + bytes([len(key) + 6]) + b"Bearer " + key + b"\x01",
}


@pytest.mark.parametrize("build", SMALLER.values(), ids=SMALLER)
def test_a_byte_less_than_the_length_cuts_no_key_with_certainty(
    build: Build, make_key: MakeKey
) -> None:
    for key in map(make_key, (*LENGTHS, *LENGTHS)):
        (finding,) = find(build(key.encode()))
        texts = [secret.reveal().decode() for secret in (finding.secret, *finding.candidates)]
        assert key in texts
        assert finding.bounds is OPEN or texts[0] == key


ACCIDENTS = {
    "a C string": b"\0v%d\0KEY\0name\0",
    "a C string, at an end": b"\0v%d\0KEY\0",
    "a word": b"\0\x01 error%d: KEY failed\0",
    "quotes": b'\0\x01a%d="KEY"\0',
    "a field of a header": b"\0\x01Token%d: Bearer KEY\r\n\0",
}


# A compressor copies a part of a text as a literal, and refers to earlier bytes for the rest


COPIED: dict[str, Build] = {
    "LZF": lambda key: bytes(9) + b"\x1f" + key[:32] + b"\0\0\xe0\x06\0\0w\xe0&/\0",
    "LZF, two literals": lambda key: b"".join(
        bytes([len(part) - 1]) + part for part in (b"\1\0", key[:32], key[32:64], b"\0\2")
    ),
    "LZF, a value": lambda key: b"G\2t\0 \xe0\x11\x1b\x1f=" + key[:31] + b"\0c\xe1\t\5\xe1",
    "LZ4": lambda key: b"\x01\0\0\0\xf0%c," % (len(key) - 10) + key[:-1] + b"\n\2\0",
    "LZ4, a value": lambda key: b'\0"\x21\0\xf0\x10":"' + key[:28] + b"u\0\0\0\0Pw\xff\xad",
    "Snappy, a copy after": lambda key: b"\x21\xec\nfdktbd key: " + key[:32] + b"=\3T9 lxaazi",
    "Snappy": lambda key: b"B\2\0\xf0\x80," + key[:128] + b"\1\x07",
}


@pytest.mark.parametrize("copy", COPIED.values(), ids=COPIED)
def test_a_literal_of_a_compressor_proves_no_end(copy: Build, make_key: MakeKey) -> None:
    for length in (40, 50, 70, 100, 120):
        key = make_key(length)
        for secret, bounds in found(copy(key.encode())):
            assert secret == key or bounds is OPEN


@pytest.mark.parametrize("template", ACCIDENTS.values(), ids=ACCIDENTS)
def test_text_before_a_key_does_not_cut_it(template: bytes, make_key: MakeKey) -> None:
    for turn, key in enumerate(make_key(length) for length in LENGTHS * 3):
        content = template.replace(b"%d", b"%d" % (turn % 10)).replace(b"KEY", key.encode())
        assert secrets_in(content) == [key]


BLANKS = {
    "a line": b"\0\x01\n KEY\nname\n",
    "the last line": b"\0\x01\n KEY\n",
    "a C string, after a control character": b"\0\x01 KEY\0",
    "a line of Windows": b"\0\x01\r\n KEY\r\n",
    "a cell": b"\0\x01\t KEY\tname\n",
    "quotes": b'\0\x01 KEY" \0',
}


@pytest.mark.parametrize("template", BLANKS.values(), ids=BLANKS)
def test_a_space_before_a_key_is_not_a_length(template: bytes, make_key: MakeKey) -> None:
    for key in (make_key(length) for length in (25, 26, 27, 28, 32) * 8):
        assert secrets_in(template.replace(b"KEY", key.encode())) == [key]


def test_a_blank_after_a_nul_leaves_the_end_open(make_key: MakeKey) -> None:
    for key in (make_key(length) for length in (25, 26) * 20):
        (finding,) = find(b"\0 %b\0name\0" % key.encode())  # both bytes may be a length
        texts = [secret.reveal().decode() for secret in (finding.secret, *finding.candidates)]
        assert key in texts
        assert finding.bounds is OPEN or texts[0] == key


def test_a_blank_before_a_key_of_its_length_is_a_length(make_key: MakeKey) -> None:
    key = make_key(24).encode()
    for behind in (b"j\x0aHelloWorld", b"j\x05hello", b"\x10\x01", b"j\x09wonderful"):
        assert found(b"\x08\x01\x0a " + key + behind) == [(key.decode(), CERTAIN)]
    # In a content that is no message, both lengths may be delimiters of a text.
    assert found(b"\x08\x01\x0a " + key + b"j\x0aHelloWorld\0") == [(key.decode(), OPEN)]


@pytest.mark.parametrize("digit", range(10))
def test_a_digit_before_a_key_does_not_cut_it(digit: int, make_key: MakeKey) -> None:
    for key in (make_key(length) for length in (24, 32, 40, 48, 64)):
        assert secrets_in(b"\0\x01sha25%d%b\0\x01" % (digit, key.encode())) == [key]


# Words before and after the key


NEIGHBORS = {
    "headers": (b"stringifyfetchello", b"Authorizationbodyheaders\0\x01"),
    "a method": (b"https://api.wastack.in/api/v2/a", b"POST\0\x01"),
    "nothing after": (b"sha256", b"\0\x01"),
    "a type": (b"GETBearer ", b"application/json\0\x01"),
    "capitals": (b"constructor", b"Content-TypeDELETE\0\x01"),
    "small letters": (b"prototype", b"undefined\0\x01"),
    "an error": (b"src/main.rs", b"runtime error: index\0\x01"),
    "names": (b"toString", b"createElementonPress\0\x01"),
    "a path": (b"invalid", b"/usr/lib/go\0\x01"),
    "another header": (b"Accept", b"X-App-Keymethod\0\x01"),
}
HERMES = b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f" + bytes(60)


@pytest.mark.parametrize(("before", "behind"), NEIGHBORS.values(), ids=NEIGHBORS)
def test_words_around_a_key_are_not_a_part_of_it(
    before: bytes, behind: bytes, make_key: MakeKey
) -> None:
    keys = [make_key(length) for length in (24, 32, 40, 48, 64) * 4]
    contents = [HERMES + before + key.encode() + behind for key in keys]
    right = [
        key for key, content in zip(keys, contents, strict=True) if secrets_in(content) == [key]
    ]
    assert len(right) >= len(keys) - 1  # a random key may end like a word


def test_words_leave_the_end_open(make_key: MakeKey) -> None:
    key = make_key(32)
    assert found(HERMES + b"fetch" + key.encode() + b"Authorization\0") == [(key, OPEN)]


def test_a_long_run_of_letters_is_reported_with_an_open_end(make_key: MakeKey) -> None:
    content = b"\0\x01" + (PREFIX + make_key(100, "") + make_key(100, "")).encode() + b"\0"
    ((secret, bounds),) = found(content)
    assert (len(secret) <= len(PREFIX) + 128, bounds) == (True, OPEN)


def test_adjacent_keys_are_found(make_key: MakeKey) -> None:
    keys = [make_key(32), make_key(48), make_key(24)]
    assert secrets_in(HERMES + "".join(keys).encode() + b"\0") == keys


# The left boundary


@pytest.mark.parametrize("before", ["p", "mocha_", "3", "fetch", "ESEWA"])
def test_a_word_before_a_key_is_a_neighbor_in_binary_data_only(
    before: str, make_key: MakeKey
) -> None:
    key = make_key(32)
    assert secrets_in(f"a = {before}{key}\n".encode()) == []
    assert secrets_in(f"é {before}{key}\n".encode("latin-1")) == []
    assert secrets_in(f"\0\x01{before}{key}\0".encode()) == [key]


@pytest.mark.parametrize("name", ["session_started_again", "config_reload_interval"])
def test_a_name_in_a_program_is_a_placeholder(name: str) -> None:
    (finding,) = find(b"\x7fELF\0\0p" + (PREFIX + name).encode() + b"\0")
    assert str(finding.standing) == "placeholder"


# Delimiters


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
    for key in (make_key(100), make_key(128)):  # more than any of these signs would count
        assert secrets_in(f"{before}{key}{behind}".encode()) == [key]


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
def test_text_has_no_length_prefixes(
    before: str, lead: str, body: str, end: str, behind: str
) -> None:
    content = f"{before}{lead}{PREFIX}{body}{end}{behind}".encode()
    assert secrets_in(content) == [PREFIX + body]


# Text formats with lengths


ITEMS = {
    "bencode": "d3:key{n}:{k}1:zi1ee",
    "bencode, a number after": "d3:key{n}:{k}i-5ee",
    "bencode, the last value": "d3:key{n}:{k}e",
    "bencode, a list": "ll{n}:{k}ee",
    "bencode, a torrent": "d3:key{n}:{k}4:name3:abc6:pieces3:\0\1\2e",
    "netstrings": "{n}:{k},5:hello,",
    "canonical S-expressions": "(3:key{n}:{k}3:abc)",
}


@pytest.mark.parametrize("template", ITEMS.values(), ids=ITEMS)
def test_a_decimal_length_ends_a_key(template: str, make_key: MakeKey) -> None:
    for key in map(make_key, LENGTHS):
        content = template.format(n=len(key), k=key).encode()
        assert found(content) == [(key, CERTAIN)]


NUMBERS = {
    "numbers of lines": "{n}:{k}\n",
    "numbers of lines and columns": "a.py:{n}:{k}: error\n",
    "a time": "12:{n}:{k}\n",
    "a port": "host:{n}:{k}e\n",
}


@pytest.mark.parametrize("template", NUMBERS.values(), ids=NUMBERS)
def test_another_number_before_a_key_does_not_cut_it(template: str, make_key: MakeKey) -> None:
    for size in range(24, 60):
        key = make_key(52)
        content = template.format(n=size, k=key).encode()
        assert secrets_in(content) == secrets_in(template.format(n="", k=key).encode())


def test_a_key_in_a_textual_pickle_has_certain_bounds(make_key: MakeKey) -> None:
    key = make_key()
    for value in ({"k": key, "z": 1}, [key], key, ("a", key), {"a": {"b": [1, key]}}):
        assert found(pickle.dumps(value, 0)) == [(key, CERTAIN)]
    assert secrets_in(f"\nV{key}\nnext\n".encode()) == []


# Any bytes


@given(
    before=st.binary(max_size=40),
    body=st.text(ALPHABET + "-_", max_size=200),
    behind=st.binary(max_size=40),
)
@example(before=b"\0" * 9, body="a" * 16, behind=b"")
def test_a_found_string_lies_within_the_content(before: bytes, body: str, behind: bytes) -> None:
    content = before + (PREFIX + body).encode() + behind
    at = content.index(PREFIX.encode())
    for string in find_strings(content, [at]).get(at, ()):
        assert at == string.start <= string.end <= len(content)
        assert string.bounds is None or 24 <= string.end - string.start <= 136


@given(
    parts=st.lists(st.integers(0, 3 << 16), max_size=6),
    places=st.lists(st.integers(0, 1 << 19), min_size=1, max_size=12),
)
def test_a_nul_is_near_in_any_order(parts: list[int], places: list[int]) -> None:
    content = b"\0".join(b"a" * size for size in parts)
    nuls = NulSearch(content)
    for place in places:
        around = content[max(0, place - (1 << 16)) : place + 30 + (1 << 16)]
        assert nuls.is_near(place, place + 30) is (b"\0" in around)


class _CountingBytes(bytes):
    """Bytes that count how often all of them are searched for a text."""

    searches = 0

    def __contains__(self, text: object) -> bool:
        self.searches += 1
        return super().__contains__(text)  # type: ignore[operator]  # bytes, as the caller says


@pytest.mark.parametrize("keys", [1, 50])
def test_a_program_is_searched_for_its_compiler_once(keys: int, make_key: MakeKey) -> None:
    body = b"\0".join(make_key().encode() for _ in range(keys))
    program = _CountingBytes(b"\x7fELF" + bytes(60) + body + b"\0")
    nuls = NulSearch(program)
    lengths = [find_prefixed_length(program, at.start(), nuls) for at in PREFIXES.finditer(program)]
    assert (len(lengths), program.searches) == (keys, 3)


def test_a_prefix_without_a_key_is_not_searched_for_the_ends_of_one() -> None:
    content = (b"\x07" + PREFIX.encode() + b"\xf6") * 200
    prefixes = [found.start() for found in PREFIXES.finditer(content)]
    find_strings(content, prefixes)
    assert count_calls(lambda: find_strings(content, prefixes)) < 20 * len(prefixes)
