"""Where the checks of placeholders change their answer: a text on each side of every limit."""

from __future__ import annotations

from base64 import b64encode

import pytest

from wakeyscan.scanner.placeholders import is_cut_short
from wakeyscan.scanner.placeholders.basic import check_basic
from wakeyscan.scanner.placeholders.description import PLAIN, WORD, describe
from wakeyscan.scanner.placeholders.headers import check_header
from wakeyscan.scanner.placeholders.password_words import is_made_of_words
from wakeyscan.scanner.placeholders.random_texts import find_random
from wakeyscan.scanner.placeholders.runs import REPETITION, SEQUENCE, count_number_bits, list_runs
from wakeyscan.scanner.placeholders.tokens import POOR, check_token
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
    ("header", "rest", "expected"),
    [
        ("eyJhbGciOiJIUzI1NiJ9", "a.b.c.d", NO_JWT),
        ("eyJhb", "a.b.c.d", ""),
        ("eyJ2ZXIiOjF9", "bm8ganNvbg", ""),
        ("eyJhb", "bm8ganNvbg", "an example JSON web token"),
    ],
    ids=["signed", "no-base64", "own-format", "own-format-without-base64"],
)
def test_a_header_that_does_not_decode_says_nothing(header: str, rest: str, expected: str) -> None:
    token = f"{header}.{rest}.{'x8Kq2' * 8}"
    assert check_header(token.encode(), b"Bearer") == expected


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
    "1234567890123cf": True,
    "1234567890123cfe": False,
    "12345678901234fe": True,
    "session871kzin": False,
}


@pytest.mark.parametrize(("text", "is_typed"), SHORT.items(), ids=SHORT)
def test_a_short_text_is_typed_if_its_description_is_a_quarter_shorter(
    text: str, is_typed: bool
) -> None:
    assert (find_typed(text.encode()) is not None) == is_typed


@pytest.mark.parametrize(
    ("text", "is_typed"), [("session-0342-hrhvjl", True), ("session-03427-hrhvjl", False)]
)
def test_a_number_between_separators_has_at_most_four_digits(text: str, is_typed: bool) -> None:
    assert bool(check_token(text.encode())) == is_typed
    assert find_typed(text.encode())


LIMITS = """
whole: qwertyuiopqwertyuioestbewnlx keysessiond33dd3deretrykey
whole: QUEUE4AQUEUEDEMO QUEUEZRLKLCZBANNERHEADER
whole: banner_9bdF840_deMo_reTry.qaDtrqq REtRyTokENbAnnerbLCcU34
whole: 123456789012780 a1b2c3d4e
whole: ACEGIKMOQSA A1B2C3D4E
whole: QWERtYu aABBCcDD
whole: retry DEMo
whole, random part: 1qaz2wsx3edc1q09067508095978 a1b2c3d4e5f6g7h8a1b2c2u6hpw8r40
whole, random part: 4Ec1HeadERpRoMo5WebHookHINYQO 25Slkhhbuildfinal7C719Session
one of 10 characters: 9876543210987654320704 98765432109876543230704
one of 16 characters: 98765432109876541ce41 987654321098765451ce41
one of 26 characters: gxzrqcckjpromowebhookdevice ngxzrqcckjpromowebhookdevice
one of 36 characters: widgeturugcni9release widgeturu3gcni9release
one of 52 characters: tokenTokendWtJoxtMgSession tokenTokendWttJoxtMgSession
one of 62 characters: RetryretryEo30NHEubanner RetryretryEo30rNHEubanner
letters apart: abcdefghijklmnopqrs8wpwzx7a81jhf5 qwertyuiopqwertyuiofb6545fca8fe
letters apart: 1304936SESSIONBANNERSESSIONM3826E0 WIDGET-WIDGET-PUIPCDWW-7482404-RELEASE
letters apart: 11a11a11111111 a111a111111a111
letters apart, random part: abcdefghijklmnopqrstuvwxyzabcdefg9458557e435925 V500XKO-START-9M6ZY54OX
every second: aabbabbbaaabaabbabbabaaaababaaaaababaaaaaaaabaaaaaaabbabaabaabbb p3z3p3z3p3
every second: AbBaBBbbaBBAAAaBBAAbaABBaaaABAAba aBaaAaaabaBbbBaAbbAbaaBaBaaBaaAba
every second: BABAAAAAABBBABAAABBBBBBAABBBBBBBBBAABBBB AABAAABABAA
every second, random part: a1b2c3d4e5f6g7h8a1b2c3d4e499635811070036 4mds1v2o4jts714mds1v2o4jts71
with separators: promo-11720783.220 e1b3f99a_final.key-708480-promo
with separators: A9AA4_DEVICE_WEIZALWBA STARTED.ZPAQI.A70B301
with separators: wIdGet.0533.Test.UOCHSS key_demo_D_XS_promo_ZS
with separators: 480131-key_limit 05b8.banner
with separators: Queue.685126 config.EF
with separators: G.25C7.WEBHOOK.5D UZ_BUILD
with separators, random part: fghme.retry.cjhvdxd.config.user.159 key_started_2c8d1d5_started_f8bz3
with separators, random part: F7O_E8Bgfue3_Key_Widget_Device_User session-header_2b6e7a390_QHQ
with separators, random part: KUFFIQSS.TEST.RETRY.USER.JG.KEY 43C.DEVICE.WEBHOOK.PTZRWUTC
every second, with separators: 112_211_221_212_111 aaa-aba-aba
every second, with separators: -bbb-abbab-b-b---bbbaba- 112_212
every second, with separators: 112_211_221_212_111 key-session-device-byna-5eu-REZXBCQC
every second, with separators: -a-baabb--ab---aba--a-a-baa-a-abb-b-aba- 724_903_802
"""
"""A description, a text that is typed by a bit or two, and one that is not."""


@pytest.mark.parametrize("row", LIMITS.strip().splitlines())
def test_a_text_is_typed_if_one_of_its_descriptions_is_short_enough(row: str) -> None:
    typed, other = row.rpartition(": ")[2].encode().split()
    assert find_typed(typed)
    assert find_typed(other) is None


@pytest.mark.parametrize(
    "text",
    [
        "01011101-1000-1111-0010-011101100101",
        "cbbccaaa-bccb-bcab-1234-bbcbaacccbaa",
        "0120-2001-0202-0000",
        "3002-1211-3010-2112-1230",
    ],
)
def test_the_separators_of_groups_do_not_make_them_typed(text: str) -> None:
    assert find_typed(text.encode()) is None


STEPS = {
    "every-second-rises": ("a7b1c9d4e2f8g5h3i0", True),
    "no-step-twice": ("a7c1j9b4t2f8q5h3w0", False),
}


@pytest.mark.parametrize(("text", "is_typed"), STEPS.values(), ids=STEPS)
def test_equal_steps_show_a_typed_text(text: str, is_typed: bool) -> None:
    assert bool(check_token(text.encode())) == is_typed


FEW = {
    "two-characters": ("ababbaabbbabaaba", True),
    "most-bits": ("abbbaabbabbaabbaabaababababababaabbbbaababaabbb", True),
    "more-than-most-bits": ("ccbcacbccabcbabbacccabaaabbc", False),
    "most-bits-of-capitals": ("BABAAABBBBAAABAAABBAAABBBABABAAABBBBABBBBBAABAA", True),
    "more-than-most-bits-of-capitals": ("BBABBBBABAABABBABBAAABABBBABAAABAABBABABBBAABBAB", False),
    "most-bits-in-any-case": ("AAAaAAaaaAaaaAaaAaaAaaAaaaAaAaAaAAAAaAaaAaAaAAAaa", True),
    "more-than-most-bits-in-any-case": ("AabbcCddaaBbccdD", False),
    "a-repetition-in-any-case": ("AabbcCddaaBbccdDaabb", False),
    "letters-and-digits-apart": ("35bw35bw", True),
    "not-even-apart": ("11223344551122y", False),
    "letters-and-digits-together": ("jhp9pqjhp9pqjhp9", True),
    "not-even-together": ("s6mes6mes6", False),
    "bits-of-17-letters-and-digits": ("3coccclo377c7cooc", True),
    "nines-are-digits": ("9g9d009", False),
    "six-in-24": ("f3a9c2cf93a2fc39a2c9f32a", False),
    "six-in-16": ("f3a9c2cf93a2fc39", False),
}


@pytest.mark.parametrize(("text", "expected"), FEW.values(), ids=FEW)
def test_the_number_of_distinct_characters_is_judged_by_length(text: str, expected: bool) -> None:
    assert has_few_characters(text.encode()) == expected


@pytest.mark.parametrize(
    ("text", "is_poor"), [("44c14f11f11m41e1", True), ("44c14f11g11m41e1", False)]
)
def test_a_poor_text_has_at_most_six_different_characters(text: str, is_poor: bool) -> None:
    assert (check_token(text.encode()) == POOR) == is_poor
    assert has_few_characters(text.encode())


@pytest.mark.parametrize(("size", "is_typed"), [(7, False), (8, True), (256, True), (257, False)])
def test_a_typed_text_has_8_to_256_characters(size: int, is_typed: bool) -> None:
    assert bool(check_token((b"12345678" * 40)[:size])) == is_typed


@pytest.mark.parametrize(
    ("text", "expected"), [("", False), ("admin", True), ("test" * 16, True), ("test" * 17, False)]
)
def test_words_are_searched_in_at_most_64_characters(text: str, expected: bool) -> None:
    assert is_made_of_words(text) == expected


@pytest.mark.parametrize(("name", "expected"), [("kqz", True), ("kq", False)])
def test_a_name_of_three_letters_is_a_word_of_a_password(name: str, expected: bool) -> None:
    assert is_made_of_words(f"{name}7", name) == expected
    assert is_made_of_words(f"{name}{name}", name) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("password123456", True), ("password1234567", False)]
)
def test_a_password_of_words_has_at_most_six_digits(text: str, expected: bool) -> None:
    assert is_made_of_words(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("qzjv-pass", True), ("qzjvk-pass", False)])
def test_a_name_beside_a_word_of_a_password_is_no_longer(text: str, expected: bool) -> None:
    assert is_made_of_words(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("key123", True), ("key1234", False)])
def test_half_of_a_password_is_in_words(text: str, expected: bool) -> None:
    assert is_made_of_words(text) == expected


PADDED = b64encode(bytes((200 + at * 37) % 256 for at in range(20)))


@pytest.mark.parametrize(("text", "expected"), [(PADDED, ""), (b"k" + PADDED[:23] + b"=", NO_PAIR)])
def test_padding_completes_a_group_of_four_letters(text: bytes, expected: str) -> None:
    assert text.endswith(b"=")
    assert check_basic(text) == expected


BLOCK = b"k7qz2mxw9rtl4vbn" * 5


@pytest.mark.parametrize(("size", "expected"), [(80, True), (76, True), (75, False)])
def test_the_end_of_a_text_that_repeats_itself_may_differ(size: int, expected: bool) -> None:
    text = BLOCK[:size] + b"y" * (80 - size)
    assert bool(check_token(text)) == expected


@pytest.mark.parametrize(
    ("before", "expected"), [("", True), ("x", True), ("*", False), ("***", False), ("x*", False)]
)
def test_stars_on_both_sides_are_markup(before: str, expected: bool) -> None:
    content = f"{before}key***".encode()
    assert is_cut_short(content, len(before), len(before) + 3) == expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        *(("***", True), ("***/", False), ("****/", False), (f"{'*' * 47}/", False)),
        *((f"{'*' * 48}/", True), ("......", True), (".......", False), ("[ redacted ]", True)),
    ],
)
def test_48_bytes_after_a_key_show_whether_it_is_cut_short(after: str, expected: bool) -> None:
    assert is_cut_short(f"key{after}".encode(), 0, 3) == expected


RANDOM = {
    "six-equal-steps-of-twenty": ("stuvwxyzwtmqhhbmzbpm", False),
    "five-equal-steps-of-twenty": ("stuvwxywtmqhhbmzbpmq", True),
    "a-word-in-16-characters": ("abc7983712027770", False),
    "a-word-in-17-characters": ("abc79837120277705", True),
    "seven-characters": ("k7q2m9x", False),
    "eight-characters": ("k7q2m9xw", True),
}


@pytest.mark.parametrize(("text", "expected"), RANDOM.values(), ids=RANDOM)
def test_a_text_among_many_is_random_if_it_has_few_steps_and_words(
    text: str, expected: bool
) -> None:
    assert list(find_random([text.encode()])) == [text.encode()] * expected
