"""Candidates for a key whose end is open: few, valid, and the whole key where the text has it."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import contexts
from tests.support.ends import CUT, place_cut
from tests.support.keys import ALPHABET, PREFIX
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.rules import loader
from wakeyscan.scanner.candidates import add_candidates, add_readings, list_lengths
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.matcher import Match
from wakeyscan.scanner.whole_keys import MAX_CANDIDATES, MAX_ENDS

(RULE,) = (rule for rule in loader.load_rules() if rule.id == API_KEY)
KEY = PREFIX + "".join(random.Random("candidates").choices(ALPHABET, k=40))

WITHOUT_REST = {"entity"}
"""Ways with another character between the parts."""


def candidates(
    content: bytes, start: int, end: int, path: str = "", lengths: tuple[int, ...] = ()
) -> list[str]:
    """Return the texts of the candidates for the key at an offset."""
    match = Match(RULE, Secret(content[start:end], API_KEY), start, end)
    found = add_candidates(match, content, path, lengths)
    return [secret.reveal().decode() for secret in found.candidates]


def cut_in(text: str, key: str = KEY, size: int = 30) -> list[str]:
    content, start, end = place_cut(text, key, size)
    return candidates(content, start, end)


@pytest.mark.parametrize("name", [name for name in CUT if "BBB" in CUT[name][1]])
def test_the_whole_key_is_a_candidate(name: str) -> None:
    path, text = CUT[name]
    content, start, end = place_cut(text, KEY, 30)
    assert (KEY in candidates(content, start, end, path)) is (name not in WITHOUT_REST)


MASKED = ["K=AAA...", "K=AAA…", "K=AAA****", "K=AAA••••", "K=AAA{{x}}", "K=AAA${REST}", '"AAA%s"']


@pytest.mark.parametrize("text", MASKED)
def test_a_missing_second_part_gives_no_candidate(text: str) -> None:
    assert cut_in(text) == []


TYPED = {"–": "--", "—": "---", "‑": "-", "‐": "-", "−": "-"}
"""Typographic dashes, and what was typed for them."""


@pytest.mark.parametrize("dash", TYPED)
def test_typographic_dashes_are_read_as_hyphens(dash: str) -> None:
    whole = f"{KEY[:30]}{TYPED[dash]}{KEY[30:]}"
    assert whole in cut_in(f"the key AAA{dash}BBB is")


def test_word_processors_write_an_em_dash_for_two_hyphens() -> None:
    text = f"the key AAA—{KEY[30:34]}‑{KEY[34:]}, is"
    assert f"{KEY[:30]}--{KEY[30:34]}-{KEY[34:]}" in cut_in(text)


DECODED = {
    "entity": ("a.html", "<p>AAA&ndash;BBB</p>"),
    "number": ("a.html", "<p>AAA&#8212;BBB</p>"),
    "escape": ("a.json", r'{"text": "the key AAA\u2013BBB"}'),
    "percent": ("a.log", "GET /?q=the%20key%20AAA%E2%80%93BBB"),
    "mail": ("a.eml", "Content-Transfer-Encoding: quoted-printable\n\nkey AAA=E2=80=93BBB =3D"),
}


@pytest.mark.parametrize("path, text", DECODED.values(), ids=DECODED)
def test_an_encoded_dash_leaves_the_key_open(path: str, text: str) -> None:
    content, _, _ = place_cut(text, KEY, 30)
    (finding,) = detect_in_document(Document(Origin(path), content), contexts.few())
    assert (finding.secret.reveal().decode(), finding.bounds) == (KEY[:30], Bounds.OPEN)


MARKED = {
    "quotes": 'k = "KEY"\n',
    "a line": "K=KEY\n",
    "JSON": '{"k": "KEY"}',
    "a header": "Authorization: Bearer KEY\r\nHost: x\r\n",
    "a URL": "https://example.org/?k=KEY&b=1\n",
    "emphasis": "our **KEY** is\n",
    "an arrow": "KEY->x\n",
    "a comment's end": "<!-- KEY-->\n",
    "another word": "dump-KEY-2026.sql\n",
    "two hyphens": "KEY--old\n",
    "an escape": r'{"k": "K=\u0077KEY"}',
    "NUL": "\0KEY\0",
}


@pytest.mark.parametrize("mark", ["-", "_"])
@pytest.mark.parametrize("name", MARKED)
def test_a_key_that_ends_with_a_mark_is_a_candidate(name: str, mark: str) -> None:
    key = KEY + mark
    content = MARKED[name].replace("KEY", key).replace(r"\u0077w", r"\u0077").encode()
    (finding,) = detect_in_document(Document(Origin("a"), content), contexts.few())
    assert key in [secret.reveal().decode() for secret in finding.candidates]


def test_marks_of_emphasis_are_no_part_of_a_key() -> None:
    content = f"our _{KEY}_ is\n".encode()
    (finding,) = detect_in_document(Document(Origin("a.md"), content), contexts.few())
    assert finding.candidates == ()


def test_full_lines_may_continue_twice() -> None:
    content = f"K={KEY[:30]}\n{KEY[30:40]}\n{KEY[40:]}\n".encode()
    assert candidates(content, 2, 32) == [KEY[:40], KEY]


def test_the_length_of_another_key_comes_first() -> None:
    content, start, end = place_cut("K=AAA\nBBBand\n", KEY, 30)
    assert candidates(content, start, end, lengths=(48,))[0] == KEY
    assert candidates(content, start, end, lengths=(48, 20)) == [KEY, f"{KEY}and"]


def test_lengths_that_the_text_cannot_have_come_last_or_not_at_all() -> None:
    content, start, end = place_cut("K=AAA\nBBBand\n", KEY, 30)
    others = candidates(content, start, end)
    assert candidates(content, start, end, lengths=(26,)) == [*others, KEY[:26]]
    content, start, end = place_cut("K=AAA\nBBB-\n", KEY, 30)
    others = candidates(content, start, end)
    assert candidates(content, start, end, lengths=(60,)) == others


def test_a_key_in_binary_data_ends_where_the_class_of_its_characters_changes() -> None:
    key = KEY[:-1] + "7"
    content = b"\0" + key.encode() + b"runtime\0"
    assert key in candidates(content, 1, len(key) + 8)
    content = b"\0" + key.encode() + b"Zed\0"
    assert key in candidates(content, 1, len(key) + 4)
    content = b"\0" + f"{KEY}abc".encode() + b"\0"
    assert KEY in candidates(content, 1, len(KEY) + 4, lengths=(len(KEY),))


def test_letters_that_are_taken_for_a_neighbor_may_belong_to_a_key() -> None:
    content = f"\0 {KEY}\0name\0".encode()
    assert candidates(content, 2, 42)[0] == KEY
    assert candidates(content, 2, 42, lengths=(44,))[:2] == [KEY[:44], KEY]


def test_an_open_key_in_binary_data_has_candidates() -> None:
    (finding,) = detect_in_document(
        Document(Origin("a"), b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f%brun\0" % KEY.encode()),
        contexts.few(),
    )
    texts = {finding.secret.reveal().decode(), *(c.reveal().decode() for c in finding.candidates)}
    assert (finding.bounds, KEY in texts) == (Bounds.OPEN, True)


def test_only_keys_have_candidates() -> None:
    secret = b"abcdef123456"
    content = b"X-App-Key: %b\nabc" % secret
    (rule,) = (rule for rule in loader.load_rules() if rule.id == "wastack-app-key")
    match = Match(rule, Secret(secret, rule.id), 11, 23)
    assert add_candidates(match, content) == match


@given(st.sampled_from(sorted(CUT)), st.integers(24, 46), st.binary(max_size=40))
def test_candidates_are_few_valid_and_different(name: str, size: int, more: bytes) -> None:
    path, text = CUT[name]
    content, start, end = place_cut(text, KEY, size)
    found = candidates(content[:end] + more + content[end:], start, end, path)
    assert len(set(found)) == len(found) <= MAX_CANDIDATES
    assert all(re.fullmatch(f"{PREFIX}[A-Za-z0-9_-]{{16,128}}", one) for one in found)
    assert content[start:end].decode() not in found


def test_a_finding_has_the_candidates_of_its_match() -> None:
    texts = {
        "a.log": f"K={KEY[:30]}\n{KEY[30:]}\n",
        "b.json": f'{{"k": "K=\\u0077a_live_{KEY[8:30]}\\n{KEY[30:]}"}}',
    }
    for path, text in texts.items():
        (finding,) = detect_in_document(Document(Origin(path), text.encode()), contexts.few())
        assert KEY in [secret.reveal().decode() for secret in finding.candidates]
    (finding,) = detect_in_document(Document(Origin("a"), f"'{KEY}'".encode()), contexts.few())
    assert finding.candidates == ()


def build_match(content: bytes, key: str = KEY, bounds: Bounds | None = Bounds.CERTAIN) -> Match:
    """Return the match of a key in a content, as the matcher builds it."""
    start = content.index(key.encode())
    return Match(RULE, Secret(key.encode(), API_KEY), start, start + len(key), bounds=bounds)


def test_the_first_lengths_of_keys_with_certain_ends_are_known() -> None:
    certain = [build_match(f"k = {KEY[:size]}".encode(), KEY[:size]) for size in (40, 40, 30, 36)]
    (rule,) = (rule for rule in loader.load_rules() if rule.id == "wastack-app-key")
    others = [
        Match(rule, Secret(b"abcdef123456", rule.id), 0, 12, bounds=Bounds.CERTAIN),
        build_match(KEY.encode(), bounds=Bounds.OPEN),
        build_match(KEY.encode())._replace(elsewhere=((60, 64),)),
    ]
    assert list_lengths([*others, *certain]) == (40, 30)


def read(match: Match) -> list[str]:
    return [secret.reveal().decode() for secret in match.candidates]


@pytest.mark.parametrize("joints", [0, 1, MAX_ENDS, MAX_ENDS + 1])
def test_a_key_with_a_certain_end_may_end_at_each_of_a_few_hyphens(joints: int) -> None:
    key = KEY[:24] + "".join(f"-{number}x" for number in range(joints))
    content = f"'{key}'".encode()
    found = add_readings(build_match(content, key), content)
    ends = [key[: 24 + 3 * number] for number in reversed(range(joints))]
    if joints > MAX_ENDS:
        assert (found.bounds, read(found)) == (Bounds.OPEN, ends[:MAX_CANDIDATES])
    else:
        assert (found.bounds, read(found)) == (Bounds.CERTAIN, ends)


def test_a_mark_after_the_longest_key_is_no_part_of_it() -> None:
    key = PREFIX + "".join(random.Random("longest").choices(ALPHABET, k=128))
    content = f"'{key}-'".encode()
    assert read(add_readings(build_match(content, key), content)) == []


def test_another_credential_has_no_other_readings() -> None:
    (rule,) = (rule for rule in loader.load_rules() if rule.id == "wastack-app-key")
    start = KEY[:32]
    text = f"parts:\n  - {start}\n  - {KEY[32:]}\nkey: \"{{{{ parts | join('') }}}}\"\n".encode()
    key = build_match(text, start)
    assert add_readings(key, text).bounds is Bounds.OPEN
    other = key._replace(rule=rule, secret=Secret(start.encode(), rule.id))
    assert add_readings(other, text) == other


def test_a_decoded_key_has_no_other_readings() -> None:
    """The text at its place is not the key, so nothing near it is a part of it."""
    text = f"'{KEY}-old'".encode()
    decoded = build_match(text, f"{KEY}-old")._replace(secret=Secret(KEY.encode(), API_KEY))
    assert add_readings(decoded, text) == decoded
    assert add_candidates(decoded, text) == decoded


def test_the_neighbor_of_a_key_in_binary_data_has_a_limit() -> None:
    content = f"\0{KEY[:30]}".encode() + b"A" * 200 + b"\0"
    match = build_match(content, KEY[:30], None)
    ((_, end),) = add_candidates(match, content).rests
    assert end == match.end + 128


def test_a_rest_that_is_escaped_has_no_place() -> None:
    """Without a place it cannot be masked, so no candidate has it."""
    escaped = f"\\u{ord(KEY[30]):04x}{KEY[31:]}"
    content = f'{{"k": "K={KEY[:30]}\\n{escaped}\\nexit"}}'.encode()
    match = build_match(content, KEY[:30], None)
    found = add_candidates(match, content, "a.json")
    assert KEY not in read(found)
    assert all(match.end <= start < end <= len(content) for start, end in found.rests)


def test_a_hyphen_that_a_typesetter_shows_at_a_line_end_may_belong_to_the_key() -> None:
    text = "       use AAA\u2010\n       BBB with it\n"
    assert {KEY, f"{KEY[:30]}-{KEY[30:]}"} <= set(cut_in(text))
