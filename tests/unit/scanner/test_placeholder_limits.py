"""Where the checks of placeholders change their answer: a text on each side of every limit."""

from __future__ import annotations

from base64 import b64encode

import pytest

from wakeyscan.scanner.placeholders.basic import check_basic
from wakeyscan.scanner.placeholders.description import PLAIN, WORD, describe
from wakeyscan.scanner.placeholders.headers import check_header
from wakeyscan.scanner.placeholders.runs import REPETITION, SEQUENCE, count_number_bits, list_runs
from wakeyscan.scanner.placeholders.typed_text import find_typed, has_few_characters

PAIR = "a name and password that examples use"
NO_PAIR = "does not decode to a name and a password"
EXAMPLE_WORD = "contains a word that examples use"
NO_JWT = "does not decode as a JSON web token"

PASSWORDS = {
    "a-half-rises": ("k9xm1234", PAIR),
    "less-than-half-rises": ("k9x4m1234", ""),
    "five-of-ten": ("k9x4m12345", PAIR),
    "five-of-eleven": ("k9x4mq12345", ""),
    "falls": ("k9xm4321", PAIR),
    "nine-then-zero": ("k9xm7890", PAIR),
    "zero-then-nine": ("k9xm0987", ""),
    "three-do-not-count": ("123kqz", ""),
    "up-and-down-is-not-a-sequence": ("1232123z", ""),
    "two-sequences": ("k9xm3456q2dcba", PAIR),
}


@pytest.mark.parametrize(("password", "expected"), PASSWORDS.values(), ids=PASSWORDS)
def test_a_password_that_is_half_sequences_is_weak(password: str, expected: str) -> None:
    assert check_basic(b64encode(f"deploy:{password}".encode())) == expected


OPAQUE = b64encode(bytes((200 + at * 37) % 256 for at in range(18)))


@pytest.mark.parametrize(("size", "expected"), [(24, ""), (23, NO_PAIR)])
def test_24_random_characters_may_be_a_credential_without_a_colon(size: int, expected: str) -> None:
    assert check_basic(OPAQUE[:size]) == expected


HEADERS = {
    "31-characters": ("token.qvkxzjwhbn.tzrplkgmwq.xhv", EXAMPLE_WORD),
    "32-characters": ("token.qvkxzjwhbn.tzrplkgmwq.xhvb", ""),
    "words-and-a-random-part": ("testtoken4x7", EXAMPLE_WORD),
    "half-of-the-letters": ("token4xkq7vb", EXAMPLE_WORD),
    "less-than-half": ("token4xkq7vbz", ""),
}


@pytest.mark.parametrize(("text", "expected"), HEADERS.values(), ids=HEADERS)
def test_words_make_a_short_credential_a_placeholder(text: str, expected: str) -> None:
    assert check_header(text.encode(), b"Bearer") == expected


@pytest.mark.parametrize(("size", "expected"), [(32, ""), (31, NO_JWT)])
def test_a_signature_has_32_characters(size: int, expected: str) -> None:
    token = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzdmMtMzEifQ." + OPAQUE + b"kQ7vXw2Z"
    assert check_header(token[: len(token) - 32 + size], b"Bearer") == expected


@pytest.mark.parametrize(
    ("number", "bits"), [(1, 1), (2, 3), (3, 3), (4, 5), (7, 5), (8, 7), (255, 15), (256, 17)]
)
def test_a_number_takes_the_bits_of_the_elias_gamma_code(number: int, bits: int) -> None:
    assert count_number_bits(number) == bits


RUNS = {
    "rises": ("1234", (1, 4, 4, SEQUENCE)),
    "ends-before-the-text": ("x12345y", (2, 6, 9, SEQUENCE)),
    "two-characters": ("ab", (1, 2, 4, SEQUENCE)),
    "falls": ("fedcba", (1, 6, 5, SEQUENCE)),
    "by-two": ("97531", (1, 5, 9, SEQUENCE)),
    "keyboard": ("qwer", (1, 4, 9, SEQUENCE)),
    "other-keyboard": ("azer", (1, 4, 11, SEQUENCE)),
    "german-keyboard": ("qwertz", (1, 6, 11, SEQUENCE)),
    "columns-up-and-down": ("zaq12wsx", (1, 8, 11, SEQUENCE)),
    "columns-down-and-up": ("1qazxsw2", (1, 8, 11, SEQUENCE)),
    "same": ("aaaa", (1, 4, 3, REPETITION)),
    "in-turns": ("a1b2c3d4", (2, 8, 6, SEQUENCE)),
    "four-apart": ("xq7kxq7k", (4, 8, 7, REPETITION)),
    "copied-from-five-before": ("abczzabc", (5, 8, 7, REPETITION)),
    "copied-until-a-difference": ("kq7mzkq7mx", (5, 9, 12, REPETITION)),
}


@pytest.mark.parametrize(("text", "expected"), RUNS.values(), ids=RUNS)
def test_a_run_has_the_expected_ends_and_bits(
    text: str, expected: tuple[int, int, int, str]
) -> None:
    assert expected in [tuple(run) for run in list_runs(text.encode())]


@pytest.mark.parametrize("text", ["", "a", "ka", "kq7m2x", "kq7zzkqx"])
def test_few_repeated_characters_are_not_a_repetition(text: str) -> None:
    found = [run for run in list_runs(text.encode()) if run.kind == REPETITION]
    assert [run for run in found if run.end - run.start > 1] == []


DESCRIPTIONS = {
    "word": ("session", 2 + 11, 0, {WORD: 7}),
    "letter": ("k", 3 + 1 + 4.7, 4.7, {PLAIN: 1}),
    "digit": ("7", 3 + 1 + 3.32, 3.32, {PLAIN: 1}),
    "four-letters": ("kqzj", 3 + 5 + 4 * 4.7, 4 * 4.7, {PLAIN: 4}),
    "five-letters": ("kqzjv", 3 + 5 + 3 + 1 + 5 * 4.7, 5 * 4.7, {PLAIN: 5}),
    "separator-of-a-word": ("test-key", 2 * (2 + 11 + 1), 0, {WORD: 8}),
    "same": ("aaaa", 3 + 1 + 4.7 + 2 + 3, 4.7, {REPETITION: 3, PLAIN: 1}),
    "unknown-word": ("blorfing", 40.71, 0, {WORD: 8}),
    "a-rare-pair-of-four": ("bloq", 24.19, 0, {WORD: 4}),
    "two-rare-pairs-of-four": ("blqx", 26.80, 18.80, {PLAIN: 4}),
    "three-rare-pairs-of-eight": ("blxrfing", 53.60, 37.60, {PLAIN: 8}),
    "empty": ("", 0, 0, {}),
}


@pytest.mark.parametrize(("text", "bits", "own", "sizes"), DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_a_description_adds_up_the_bits_of_its_parts(
    text: str, bits: float, own: float, sizes: dict[str, int]
) -> None:
    found = describe(text.encode())
    assert [found.bits, found.own_bits] == pytest.approx([bits, own], 0.01)
    assert dict(found.sizes) == sizes


SHORT = {
    "session553i": True,
    "session4up": True,
    "sessionvrgg": False,
    "session871kzin": False,
}


@pytest.mark.parametrize(("text", "is_typed"), SHORT.items(), ids=SHORT)
def test_a_short_text_is_typed_if_its_description_is_a_quarter_shorter(
    text: str, is_typed: bool
) -> None:
    assert (find_typed(text.encode()) is not None) == is_typed


FEW = {
    "two-characters": ("ababbaabbbabaaba", True),
    "six-in-24": ("f3a9c2cf93a2fc39a2c9f32a", False),
    "six-in-16": ("f3a9c2cf93a2fc39", False),
}


@pytest.mark.parametrize(("text", "expected"), FEW.values(), ids=FEW)
def test_the_number_of_distinct_characters_is_judged_by_length(text: str, expected: bool) -> None:
    assert has_few_characters(text.encode()) == expected
