"""Credentials that a test made up are examples in files of tests, and nowhere else."""

from __future__ import annotations

import random
import string
from base64 import b64encode

import pytest

from tests.support.contexts import few
from tests.support.keys import MakeKey
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.placeholders.made_up import (
    ALTERED_COPY,
    MADE_UP_PAIR,
    MADE_UP_WORDS,
    check_made_up,
    find_altered_copies,
    is_test_path,
)

CONTEXT = few()
BASE62 = string.ascii_letters + string.digits
TEST, CODE = "tests/test_client.py", "client.py"


def basic(plain: str) -> str:
    return b64encode(plain.encode()).decode()


def draw(size: int, alphabet: str = BASE62, seed: int = 5) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=size))


def detect(content: str, path: str) -> list[Finding]:
    return list(detect_in_document(Document(Origin(path), content.encode()), CONTEXT))


def find_reasons(credential: str, path: str) -> list[str]:
    found = detect(f'h = {{"Authorization": "{credential}"}}\n', path)
    assert len(found) == 1
    return [one.reason for one in found if one.standing is Standing.PLACEHOLDER]


TYPED = {
    "words": "Basic " + basic("bob:kestrel-landing"),
    "other case": "Basic " + basic("ops:KeStReLiNg5"),
    "signs for letters": "Basic " + basic("ops:Cl0udB3rry"),
    "words and a year": "Basic " + basic("ops:Sunshine2019!"),
    "a short one": "Basic " + basic("ops:k7Qz9x"),
    "a URL": "Basic " + basic("http://i.imgur.com/CFG2Z.gif"),
    "a token of words": "Bearer base64orsomethingitreallydoesntmatter",
}


@pytest.mark.parametrize("name", TYPED)
def test_a_typed_credential_is_made_up_in_a_test_only(name: str) -> None:
    expected = MADE_UP_WORDS if name == "a token of words" else MADE_UP_PAIR
    assert find_reasons(TYPED[name], TEST) == [expected]
    assert find_reasons(TYPED[name], CODE) == []


DRAWN = {
    "password": "Basic " + basic(f"svc:{draw(12)}"),
    "long password of words": "Basic " + basic("svc:copperkettleorbitlantern"),
    "client": "Basic " + basic(f"{draw(32, '0123456789abcdef')}:{draw(32, 'abcdef0123456789', 6)}"),
    "token": f"Bearer {draw(40)}",
    "hexadecimal token": f"token {draw(40, '0123456789abcdef')}",
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_generated_credential_is_reported_in_a_test_too(name: str) -> None:
    assert find_reasons(DRAWN[name], TEST) == []


def test_a_recording_of_a_test_holds_what_was_sent() -> None:
    assert find_reasons(TYPED["words"], "spec/fixtures/vcr_cassettes/login.yml") == []


def test_what_goes_to_wastack_is_reported_in_a_test_too() -> None:
    content = f'url = "https://api.wastack.in"\nh = {{"Authorization": "{TYPED["words"]}"}}\n'
    assert [one.standing for one in detect(content, TEST)] == [Standing.REPORTED]


def test_a_key_is_reported_in_a_test_too(make_key: MakeKey) -> None:
    key = make_key()
    for credential in (f"Bearer {key}", "Basic " + basic(f"bob:{key}")):
        (found,) = detect(f'h = {{"Authorization": "{credential}"}}\n', TEST)
        assert (found.rule, found.standing) == ("wastack-api-key", Standing.REPORTED)


def test_only_the_first_of_two_similar_tokens_is_reported_in_a_test() -> None:
    token = draw(40)
    lines = [f'h = {{"Authorization": "Bearer {text}"}}\n' for text in (token, token[:-1] + "-")]
    found = detect("".join(lines), TEST)
    assert [(one.standing, one.reason) for one in found] == [
        (Standing.REPORTED, ""),
        (Standing.PLACEHOLDER, ALTERED_COPY),
    ]
    assert [one.reason for one in detect("".join(lines), CODE)] == ["", ""]


def test_a_copy_differs_in_eight_characters_in_a_row() -> None:
    token = draw(40).encode()
    copies = [token[:9] + b"~" * 8 + token[17:], token + b"~" * 8, token[:-8]]
    others = [token[:9] + b"~" * 9 + token[18:], token[:20] + draw(20, seed=6).encode(), token]
    for copy in copies:
        assert find_altered_copies([token, copy]) == {copy}
        assert find_altered_copies([copy, token]) == {token}
    for other in others:
        assert find_altered_copies([token, other]) == frozenset()
    assert find_altered_copies([token[:23], token[:22] + b"~"]) == frozenset()


@pytest.mark.parametrize(
    ("size", "share"), [(8, 1 / 10), (12, 1 / 25), (16, 1 / 60), (20, 1 / 200), (24, 0)]
)
def test_few_random_passwords_look_typed(size: int, share: float) -> None:
    source = random.Random(size)
    texts = ("svc:" + "".join(source.choices(BASE62, k=size)) for _ in range(5000))
    assert (
        sum(check_made_up(basic(text).encode(), b"Basic") != "" for text in texts) <= share * 5000
    )


def test_no_random_token_looks_like_words() -> None:
    texts = (draw(20, BASE62, seed).encode() for seed in range(5000))
    assert {check_made_up(text, b"Bearer") for text in texts} == {""}


@pytest.mark.parametrize("text", ["", "!", "YQ==", basic("é:kestrel"), basic("no colon here")])
def test_a_text_that_is_no_pair_is_not_made_up(text: str) -> None:
    assert check_made_up(text.encode(), b"Basic") in ("", MADE_UP_PAIR)


TEST_PATHS = """
tests/client.py test/client.js src/test/java/Client.java spec/client.rb __tests__/client.js
reg-tests/jwt/verify.vtc src/App.Tests/Client.cs app/src/androidTest/Client.kt testdata/x.json
integration_tests/x.py webui/src/mocks/x.json a/fixtures/x.yml
pkg/session_test.go client.spec.ts client.test.js test_client.py ClientTest.java ClientTests.cs
ClientSpec.scala request.t mock_client.go /home/me/project/test_client.py
"""
OTHER_PATHS = """
client.py examples/client.py samples/x.sh latest/client.py contest/client.py src/main/Client.java
docs/guide.md
specification/x.yml .env.example Latest.java fastest.go attest/x.go inspect.py README.md
testing.conf /home/tests/project/client.py C:/tests/client.py ../tests/client.py
"""


@pytest.mark.parametrize("path", TEST_PATHS.split())
def test_a_path_of_tests(path: str) -> None:
    assert is_test_path(path)


@pytest.mark.parametrize("path", OTHER_PATHS.split())
def test_a_path_that_is_none_of_tests(path: str) -> None:
    assert not is_test_path(path)
