"""Base64 and hexadecimal digits in lines: which lines form one text."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.contexts import few, many
from tests.support.keys import ALPHABET, PREFIX, MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.decoders import base64
from wakeyscan.decoders.decoder import FoundAnchors
from wakeyscan.scanner.detector import detect_in_document

LARGE_SCAN = many()

WORDS = (
    *("other: x", "apiVersion: v1", "kind", "end", "foo = 1", "token2: abc", "name", "x", "data"),
    *("password: y", "SECRET=1", "}", "/usr/bin", "a", "0", "42", "--", "_x", "été", "deadbeef"),
)
UNPADDED = 40
"""Characters after the prefix of a key whose base64 needs no padding."""
AROUND = {
    "secret of Kubernetes": "data:\n  token: {}\n  {}\n",
    "line before a word": "{}\n{}\n",
    "line after a word": "{1}\n{0}\n",
    "line between words": "{1}\n{0}\n{1}\n",
    "carriage returns": "{1}\r\n{0}\r\n{1}\r\n",
    "blank lines": "{1}\n\n{0}\n\n{1}\n",
    "ends of lines that are escaped": "{1}\\n{0}\\n{1}\\n",
}


def list_secrets(text: str) -> set[str]:
    found = [
        {
            f.secret.reveal().decode()
            for f in detect_in_document(Document(Origin("a"), text.encode()), one)
        }
        for one in (few(), LARGE_SCAN)
    ]
    assert found[0] == found[1]
    return found[0]


def encode_base64(text: str, width: int = 0) -> str:
    wrapped = b64encode(text.encode()).decode()
    return "\n".join(re.findall(f".{{1,{width}}}", wrapped)) if width else wrapped


@pytest.mark.parametrize("around", AROUND)
def test_a_word_on_an_adjacent_line_is_not_part_of_the_key(around: str, make_key: MakeKey) -> None:
    for word in WORDS:
        key = make_key(UNPADDED)
        text = AROUND[around].format(encode_base64(key), word)
        (finding,) = detect_in_document(Document(Origin("a"), text.encode()), few())
        assert (finding.secret.reveal().decode(), finding.encoding) == (key, "base64"), word
        assert list_secrets(text) == {key}


@pytest.mark.parametrize(
    ("wrap", "between"),
    [
        pytest.param(encode_base64, "\n", id="base64"),
        pytest.param(encode_base64, "\n  - ", id="base64 in a list"),
        pytest.param(lambda key: encode_base64(key, 32), "\n", id="base64 in lines"),
        pytest.param(lambda key: key.encode().hex(), "\n", id="hex"),
        pytest.param(lambda key: key.encode().hex(), " ", id="hex in a line"),
        pytest.param(lambda key: key.encode().hex().upper(), "\r\n", id="hex in capitals"),
        pytest.param(lambda key: key.encode().hex(" "), "\n", id="hex with blanks"),
    ],
)
@pytest.mark.parametrize("length", [22, 34, UNPADDED])
def test_keys_on_adjacent_lines_are_separate(
    wrap: Callable[[str], str], between: str, length: int, make_key: MakeKey
) -> None:
    for _ in range(5):
        keys = {make_key(length), make_key(length), make_key(length)}
        assert list_secrets(f"x\n{between.join(map(wrap, keys))}\n") == keys


def test_a_plain_key_on_the_line_before_is_separate(make_key: MakeKey) -> None:
    for _ in range(20):
        one, other = make_key(UNPADDED), make_key(UNPADDED)
        assert list_secrets(f"{one}\n{encode_base64(other)}\n") == {one, other}


def test_a_digest_on_the_line_after_is_not_part_of_the_key(make_key: MakeKey) -> None:
    for _ in range(20):
        key = make_key(UNPADDED)
        digest = sha256(key.encode()).hexdigest()
        assert len(encode_base64(key)) == len(digest)
        assert list_secrets(f"{encode_base64(key)}\n{digest}\n") == {key}


def test_the_rest_of_a_key_before_binary_data_is_part_of_it(make_key: MakeKey) -> None:
    for behind in (b"\0\1\xff", b"\xff\xfe", b"\x8c\x94q"):
        key = make_key(50)
        wrapped = b64encode(b"TOKEN=" + key.encode() + behind).decode()
        assert list_secrets(f"{wrapped[:64]}\n{wrapped[64:]}\n") == {key}


BODY = st.text(ALPHABET, min_size=20, max_size=80).filter(
    lambda body: any(c.isdigit() for c in body) and len(set(body)) > 12
)


@given(
    body=BODY,
    before=st.binary(max_size=150),
    behind=st.binary(max_size=150),
    width=st.sampled_from([8, 10, 16, 21, 40, 60, 64, 76]),
    end=st.sampled_from(["\n", "\r\n", "\n    ", "\\n", "\\\n"]),
    around=st.sampled_from(
        ["x: |\n    {}\n", '"{}"\n', "{}", "---\n{}\n---\n", "k={}\n\nmore: x\n"]
    ),
    padded=st.booleans(),
)
def test_a_key_in_wrapped_base64_is_found_whole_in_any_context(
    body: str, before: bytes, behind: bytes, width: int, end: str, around: str, padded: bool
) -> None:
    key = PREFIX + body
    raw = before + b"\0\n" + key.encode() + b"\0" + behind
    wrapped = (urlsafe_b64encode if len(before) % 2 else b64encode)(raw).decode()
    lines = re.findall(f".{{1,{width}}}", wrapped if padded else wrapped.rstrip("="))
    # Known limits: the lines then look like a key, followed by a word or by binary data.
    at_a_beginning = len(before + b"\0\n") * 4 % (3 * width) == 0
    a_word_more = len(lines) == 2 and len(lines[-1]) < 4
    assume(not (at_a_beginning or a_word_more))
    text = end.join(lines)
    assert key in list_secrets(around.format(text))


PART = b"d2Ffb"
"""Letters that begin the base64 of a prefix, and that other base64 has, too."""


def decode_lines(
    text: str, may_hold: Callable[[bytes], object] = lambda text: PREFIX.encode() in text
) -> list[bytes]:
    found = FoundAnchors({PART: frozenset((PREFIX.encode(),))}, may_hold=may_hold)
    return [one.content for one in base64.decode(text.encode(), found)]


@pytest.mark.parametrize("line_end", ["\n", "\\n", ""], ids=["lines", "escaped lines", "one line"])
def test_only_text_near_a_part_of_an_anchor_is_decoded(line_end: str) -> None:
    tested: list[bytes] = []
    text = line_end.join(f"{n:A>24}{PART.decode()}{n:A>31}" * 2 for n in range(200))
    assert not decode_lines(text, tested.append)
    assert tested
    assert max(map(len, tested)) < 800
    assert sum(map(len, tested)) < 12 * len(text)  # at four alignments, four times at most


@pytest.mark.parametrize("distance", [1, 60, 180, 200, 400])
@pytest.mark.parametrize("end", ["", '"'], ids=["in one text", "in two texts"])
def test_a_key_near_a_part_of_an_anchor_in_a_long_text_is_found(
    distance: int, end: str, make_key: MakeKey
) -> None:
    key = make_key(40)
    text = "A" * 1000 + PART.decode() + "A" * distance + end + encode_base64("\n" * 600 + key)
    assert any(key.encode() in one for one in decode_lines(text))


@pytest.mark.parametrize("line_end", ["\n", "\\n", ""], ids=["lines", "escaped lines", "one line"])
def test_a_long_text_with_a_key_is_decoded_to_its_end(line_end: str, make_key: MakeKey) -> None:
    around = "an even text, of thirty bytes\n" * 40
    text = around + make_key(40) + around
    wrapped = line_end.join(encode_base64(text, 76).split("\n"))
    assert text.encode() in decode_lines(wrapped)


@pytest.mark.parametrize("word", ["name", "kind", "apiVersion", "deadbeef"])
def test_a_word_between_base64_lines_is_not_decoded_alone(word: str, make_key: MakeKey) -> None:
    lines = [encode_base64(make_key(UNPADDED)), word, word, encode_base64(make_key(UNPADDED))]
    texts = decode_lines("\n".join(lines))
    assert texts
    assert all(PREFIX.encode() in text for text in texts)
