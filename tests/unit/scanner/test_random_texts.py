"""Random texts among many: the verdict is the one of the checks that judge a text alone."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.keys import PREFIX, MakeKey
from wakeyscan.core.secret import API_KEY, APP_KEY, Secret
from wakeyscan.rules import loader
from wakeyscan.scanner.matcher import Match
from wakeyscan.scanner.placeholders import Placeholders, find_placeholder_reason
from wakeyscan.scanner.placeholders.random_texts import find_random
from wakeyscan.scanner.placeholders.tokens import check_token

HEADER = "authorization-header"
RULES = {one.id: one for one in loader.load_rules()}
SOURCE = random.Random(7)
ALPHABETS = {
    "digits": string.digits,
    "hexadecimal": "0123456789abcdef",
    "letters": string.ascii_letters,
    "base62": string.ascii_letters + string.digits,
    "base64url": string.ascii_letters + string.digits + "_-",
}
EXAMPLES = (
    *("your_api_key_here_now", "aaaaaaaaaaaaaaaaaaaa", "abcabcabcabcabcabcabc", "a1b2c3d4e5f6g7h8"),
    *("1234567890123456", "qwertyuiopasdfghjkl", "some-readable-name-2024", "xxxxxxxxxxxxxxxxxxx"),
    *("deadbeefdeadbeefdead", "acegikmoqsuwyacegikm", "aabbccddeeffgghhiijj", "01234567" * 16),
)

MARKERS = (
    *(
        "example",
        "placeholder",
        "changeme",
        "replace_me",
        "redacted",
        "removed",
        "invalid",
        "expired",
    ),
    *("secret_key", "your_token", "sample", "insert", "api_key", "xxxxxxxx"),
)

texts = st.lists(
    st.one_of(
        st.sampled_from(EXAMPLES).map(str.encode),
        st.text("abcxyz0189_-AXn\n~", max_size=60).map(str.encode),
        st.binary(max_size=300),
        st.builds(
            lambda one, size: (one * 300)[:size].encode(),
            st.text("ab1", min_size=1),
            st.integers(0, 300),
        ),
    ),
    max_size=40,
)


def draw(alphabet: str, size: int) -> bytes:
    return "".join(SOURCE.choices(alphabet, k=size)).encode()


@settings(max_examples=300)
@given(texts)
def test_no_example_is_classified_as_random(given_texts: list[bytes]) -> None:
    found = set(find_random(given_texts))
    assert found <= set(given_texts)
    assert {text: reason for text in found if (reason := check_token(text))} == {}


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
@pytest.mark.parametrize("size", [16, 32, 47, 48, 49, 128])
def test_most_random_texts_are_found(alphabet: str, size: int) -> None:
    drawn = [draw(alphabet, size) for _ in range(300)]
    found = set(find_random(drawn))
    assert len(found) > len(drawn) / 2
    assert [text for text in found if check_token(text)] == []


def test_examples_among_many_random_texts_are_not_classified_as_random() -> None:
    drawn = [draw(ALPHABETS["base62"], 32) for _ in range(3000)]
    mixed = [*drawn, *(text.encode() for text in EXAMPLES)]
    SOURCE.shuffle(mixed)
    assert set(find_random(mixed)).isdisjoint(text.encode() for text in EXAMPLES)


def test_a_word_is_found_in_the_text_that_has_it() -> None:
    drawn = [draw(string.digits, 20) for _ in range(40)]
    for number in range(40):
        mixed = [*drawn[:number], b"session7started42", *drawn[number + 1 :]]
        found = {*find_random(mixed)}
        assert found == {*find_random(drawn)} - {drawn[number]}


@pytest.mark.parametrize("marker", [*MARKERS, *map(str.upper, MARKERS)])
def test_no_random_text_with_a_marker_is_classified_as_random(marker: str) -> None:
    halves = [draw(string.digits, 20).decode() for _ in range(60)]
    marked = [f"{one}_{marker}_{one[::-1]}".encode() for one in halves]
    assert all(map(check_token, marked))
    assert [*find_random(marked)] == []
    assert [*find_random([*marked, b"k7q2mxw9rtl4vbn3"])] == [b"k7q2mxw9rtl4vbn3"]


def test_a_header_among_many_matches_is_judged_as_a_header(make_key: MakeKey) -> None:
    text = b"eyJhbGciOi" + make_key(32).removeprefix(PREFIX).encode()
    header = Match(RULES[HEADER], Secret(text, HEADER), 0, len(text), scheme=b"Bearer")
    others = [Match(RULES[APP_KEY], Secret(draw(ALPHABETS["base62"], 32), APP_KEY), 0, 32)] * 99
    assert find_placeholder_reason(header)
    assert Placeholders([*others, header]).find_reason(header, b"") == find_placeholder_reason(
        header
    )


BODIES = {
    "random": lambda make: make(32).removeprefix(PREFIX),
    "example": lambda make: "your_api_key_here_now",
    "typed": lambda make: "a1b2c3d4e5f6g7h8i9j0",
    "token-of-a-manual": lambda make: "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b",
    "uuid-of-a-manual": lambda make: "123e4567-e89b-12d3-a456-426614174000",
}


@pytest.mark.parametrize("rule", [API_KEY, APP_KEY])
@pytest.mark.parametrize("build", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("after", [b"", b"..."], ids=["whole", "cut-short"])
def test_a_match_among_many_is_classified_like_a_single_one(
    make_key: MakeKey, rule: str, build: Callable[[MakeKey], str], after: bytes
) -> None:
    key = PREFIX + build(make_key)
    content = key.encode() + after
    match = Match(RULES[rule], Secret(key.encode(), rule), 0, len(key))
    others = [
        Match(RULES[API_KEY], Secret(make_key(32).encode(), API_KEY), 0, 40) for _ in range(100)
    ]
    placeholders = Placeholders([*others, match])
    assert placeholders.find_reason(match, content) == find_placeholder_reason(match, content)
