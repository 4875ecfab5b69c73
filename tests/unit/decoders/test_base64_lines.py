"""Base64 and digits in lines: which lines are one text, and which are none."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.command import WAKEYSCAN, execute
from tests.support.contexts import few, many
from tests.support.files import write
from tests.support.keys import ALPHABET, PREFIX, MakeKey, fingerprint
from wakeyscan.core.document import Document, Origin
from wakeyscan.scanner.detector import detect_in_document

HASTY = many()

WORDS = (
    *("other: x", "apiVersion: v1", "kind", "end", "foo = 1", "token2: abc", "name", "x", "data"),
    *("password: y", "SECRET=1", "}", "/usr/bin", "a", "0", "42", "--", "_x", "été", "deadbeef"),
)
WHOLE = 40
"""Characters behind the prefix with which base64 needs no padding."""
AROUND = {
    "secret of Kubernetes": "data:\n  token: {}\n  {}\n",
    "line before a word": "{}\n{}\n",
    "line behind a word": "{1}\n{0}\n",
    "line between words": "{1}\n{0}\n{1}\n",
    "carriage returns": "{1}\r\n{0}\r\n{1}\r\n",
    "blank lines": "{1}\n\n{0}\n\n{1}\n",
    "ends of lines that are escaped": "{1}\\n{0}\\n{1}\\n",
}


def secrets_in(text: str) -> set[str]:
    found = [
        {
            f.secret.reveal().decode()
            for f in detect_in_document(Document(Origin("a"), text.encode()), one)
        }
        for one in (few(), HASTY)
    ]
    assert found[0] == found[1]
    return found[0]


def in_base64(text: str, width: int = 0) -> str:
    wrapped = b64encode(text.encode()).decode()
    return "\n".join(re.findall(f".{{1,{width}}}", wrapped)) if width else wrapped


@pytest.mark.parametrize("around", AROUND)
def test_a_line_of_base64_is_no_text_with_the_word_beside_it(
    around: str, make_key: MakeKey, tmp_path: Path
) -> None:
    keys = {f"{number}-{turn}": make_key(WHOLE) for number in range(len(WORDS)) for turn in "abcde"}
    for name, key in keys.items():
        word = WORDS[int(name.partition("-")[0])]
        write(tmp_path, {name: AROUND[around].format(in_base64(key), word)})
    report = json.loads(execute([WAKEYSCAN, "scan", "--format", "json"], tmp_path).out)
    found = {(f["path"], f["fingerprint"], f["encoding"]) for f in report["findings"]}
    assert found == {(name, fingerprint(key), "base64") for name, key in keys.items()}


@pytest.mark.parametrize(
    ("wrap", "between"),
    [
        pytest.param(in_base64, "\n", id="base64"),
        pytest.param(in_base64, "\n  - ", id="base64 in a list"),
        pytest.param(lambda key: in_base64(key, 32), "\n", id="base64 in lines"),
        pytest.param(lambda key: key.encode().hex(), "\n", id="hex"),
        pytest.param(lambda key: key.encode().hex(), " ", id="hex in a line"),
        pytest.param(lambda key: key.encode().hex().upper(), "\r\n", id="hex in capitals"),
        pytest.param(lambda key: key.encode().hex(" "), "\n", id="hex with blanks"),
    ],
)
@pytest.mark.parametrize("length", [22, 34, WHOLE])
def test_two_keys_in_lines_that_follow_each_other_are_two(
    wrap: Callable[[str], str], between: str, length: int, make_key: MakeKey
) -> None:
    for _ in range(5):
        keys = {make_key(length), make_key(length), make_key(length)}
        assert secrets_in(f"x\n{between.join(map(wrap, keys))}\n") == keys


def test_a_plain_key_in_the_line_before_is_none_of_the_text(make_key: MakeKey) -> None:
    for _ in range(20):
        one, other = make_key(WHOLE), make_key(WHOLE)
        assert secrets_in(f"{one}\n{in_base64(other)}\n") == {one, other}


def test_a_digest_in_the_line_below_is_none_of_the_text(make_key: MakeKey) -> None:
    for _ in range(20):
        key = make_key(WHOLE)
        digest = sha256(key.encode()).hexdigest()
        assert len(in_base64(key)) == len(digest)
        assert secrets_in(f"{in_base64(key)}\n{digest}\n") == {key}


def test_a_long_rest_of_a_key_before_what_is_no_text_is_a_part_of_it(make_key: MakeKey) -> None:
    for behind in (b"\0\1\xff", b"\xff\xfe", b"\x8c\x94q"):
        key = make_key(50)
        wrapped = b64encode(b"TOKEN=" + key.encode() + behind).decode()
        assert secrets_in(f"{wrapped[:64]}\n{wrapped[64:]}\n") == {key}


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
@settings(max_examples=500, deadline=None)
def test_a_key_in_lines_of_base64_is_whole_whatever_is_around_it(
    body: str, before: bytes, behind: bytes, width: int, end: str, around: str, padded: bool
) -> None:
    key = PREFIX + body
    raw = before + b"\0\n" + key.encode() + b"\0" + behind
    wrapped = (urlsafe_b64encode if len(before) % 2 else b64encode)(raw).decode()
    lines = re.findall(f".{{1,{width}}}", wrapped if padded else wrapped.rstrip("="))
    # Such are taken for a key of its own, with a word or with what is no text behind it.
    at_a_beginning = len(before + b"\0\n") * 4 % (3 * width) == 0
    a_word_more = len(lines) == 2 and len(lines[-1]) < 4
    assume(not (at_a_beginning or a_word_more))
    text = end.join(lines)
    assert key in secrets_in(around.format(text))
