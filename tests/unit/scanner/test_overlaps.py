"""Which of overlapping matches is reported, and where rules of users match."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.user_rules import TOKEN_RULE
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import Secret
from wakeyscan.decoders import DECODERS
from wakeyscan.rules import loader
from wakeyscan.rules.pattern import compile_rule
from wakeyscan.rules.rule import AFTER, BEFORE, Rule
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.matcher import Match, match_rule, resolve_overlaps

FIRST, SECOND = loader.load_rules()[:2]
RULES = FIRST, SECOND


def match(text: str, start: int, end: int, rule: Rule = FIRST, encoding: str = "plain") -> Match:
    return Match(rule, Secret(text.encode(), rule.id), start, end, encoding=encoding)


def resolve(plain: Sequence[Match], *decoded: list[Match]) -> list[Match]:
    return resolve_overlaps(plain, decoded, RULES)


LONG, SHORT = match("abcdef", 0, 6), match("abc", 0, 3)
OTHER_RULE = match("abcdef", 2, 8, SECOND)


@pytest.mark.parametrize(
    "behind",
    [match("ghi", 6, 9), match("ghi", 6, 9, SECOND), match("abcdef", 6, 12)],
    ids=["another secret", "another rule", "the same secret"],
)
def test_matches_that_only_touch_both_stay_in_order(behind: Match) -> None:
    assert resolve([behind, LONG]) == [LONG, behind]
    assert resolve([LONG], [behind]) == [LONG, behind]
    assert resolve([], [LONG, behind]) == [LONG, behind]


@pytest.mark.parametrize("start", [0, 2, 5])
def test_the_match_of_the_first_rule_is_kept_wherever_it_starts(start: int) -> None:
    one = match("abcdef", start, 6 + start)
    two = match("abcdef", 5 - start, 11 - start, SECOND)
    assert resolve([one, two]) == resolve([one], [two]) == resolve([two], [one]) == [one]


def test_a_dropped_match_hides_no_other_one() -> None:
    """The second rule's match is dropped, so the match behind it overlaps nothing."""
    lost, behind = match("long", 4, 20, SECOND), match("ghi", 15, 19, SECOND)
    assert resolve([LONG, lost, behind]) == [LONG, behind]


def test_a_match_overlaps_all_earlier_ones_that_end_after_its_start() -> None:
    wide, inner = match("w" * 30, 0, 30, SECOND), match("abc", 4, 7, SECOND)
    late = match("xyz", 20, 23)
    assert resolve([wide, inner, late]) == [inner, late]


def test_the_same_secret_is_reported_in_its_longer_encoding() -> None:
    once = match("abc", 0, 9, encoding="base64")
    twice = match("abc", 0, 9, encoding="base64/hex")
    assert resolve([], [once], [twice]) == [twice]
    alike = match("abc", 0, 9, encoding="base64x")
    assert resolve([], [once], [alike]) == [once]


def test_the_same_secret_twice_in_one_decoded_text_is_one() -> None:
    one, two = (match("abc", 0, 9, encoding="hex") for _ in range(2))
    assert resolve([], [one, two]) == [one]
    assert len(resolve([], [one, match("abd", 0, 9, encoding="hex")])) == 2


def test_of_the_same_secret_in_one_decoded_text_the_longer_encoding_or_the_first_is_kept() -> None:
    one, later = (match("abc", start, start + 9, encoding="hex") for start in (0, 3))
    longer = match("abc", 3, 12, encoding="hex/zip")
    assert resolve([], [one, later]) == [one]
    assert resolve([], [one, longer]) == [longer]


def test_matches_of_one_decoded_text_are_resolved_already() -> None:
    """They share one place, but two rules found two credentials there."""
    one, two = match("abc", 0, 9, encoding="hex"), match("xyz", 0, 9, SECOND, "hex")
    assert resolve([], [one, two]) == [one, two]
    assert resolve([], [one], [two]) == [one]
    assert resolve([one, two]) == [one]


def test_a_plain_match_continues_after_an_escape() -> None:
    longer = match("abcdef", 0, 12, encoding="escapes")
    assert resolve([SHORT], [longer]) == [longer]


def test_a_plain_match_continues_in_the_next_literal() -> None:
    joined = match("abcdef", 0, 3, encoding="concatenation")._replace(elsewhere=((9, 12),))
    assert resolve([SHORT], [joined]) == [joined]
    other_end = match("abXdef", 0, 3, encoding="concatenation")._replace(elsewhere=((9, 12),))
    assert resolve([SHORT], [other_end]) == [other_end]


def test_a_decoded_match_at_the_same_place_is_not_a_continuation() -> None:
    same_place = match("uvw", 0, 3, encoding="hex")
    assert resolve([SHORT], [same_place]) == [SHORT, same_place]


def test_the_longer_of_two_decoded_matches_with_the_same_start_is_kept() -> None:
    short, long = (match(text, 0, 9, encoding="hex") for text in ("abc", "abcdef"))
    for given in ([short], [long]), ([long], [short]):
        assert resolve([], *given) == [long]
    other = match("xyz", 0, 9, encoding="hex")
    assert resolve([], [short], [other]) == [short, other]


@pytest.mark.parametrize("first_bounds", [None, *Bounds])
def test_the_decoded_match_that_shows_the_end_is_kept(first_bounds: Bounds | None) -> None:
    first = match("abcdef", 0, 9, encoding="hex")._replace(bounds=first_bounds)
    second = match("abcdef", 0, 9, encoding="base64")._replace(bounds=Bounds.CERTAIN)
    assert resolve([], [first], [second]) == [second if first_bounds is Bounds.OPEN else first]
    assert resolve([], [first], [second._replace(bounds=Bounds.OPEN)]) == [first]


def test_matches_that_start_apart_are_two_secrets() -> None:
    first, second = match("abcdef", 0, 9, encoding="hex"), match("abc", 3, 9, encoding="hex")
    assert resolve([], [first], [second]) == [first, second]
    assert resolve([match("abcdef", 0, 6)], [match("abc", 3, 9, encoding="hex")]) == [
        match("abcdef", 0, 6),
        match("abc", 3, 9, encoding="hex"),
    ]


def build_rule() -> Rule:
    (rule,) = (
        rule for rule in loader.load_rules((("x/mine.toml", TOKEN_RULE),)) if rule.id == "mine"
    )
    return rule


def find(content: bytes) -> list[tuple[bytes, int, int]]:
    rule = build_rule()
    anchors = [at for at in range(len(content)) if content.startswith(b"=token", at)]
    found = match_rule(content, rule, compile_rule(rule), anchors)
    assert all(one.rule is rule and one.scheme == b"" and one.bounds is None for one in found)
    return [(one.secret.reveal(), one.start, one.end) for one in found]


def test_new_bounds_change_nothing_else_of_a_match() -> None:
    one = match("abc", 0, 3)._replace(
        scheme=b"Bearer",
        elsewhere=((9, 10),),
        is_cut_short=True,
        candidates=(Secret(b"abcd", FIRST.id),),
        rests=((3, 4),),
    )
    assert one.with_bounds(Bounds.OPEN) == one._replace(bounds=Bounds.OPEN)


@pytest.mark.parametrize("gap", [0, 1, 9, BEFORE, AFTER, BEFORE + AFTER, 2 * (BEFORE + AFTER)])
@pytest.mark.parametrize("lead", [0, 5, BEFORE - 8, BEFORE, BEFORE + AFTER])
def test_a_custom_rule_matches_once_around_each_anchor(lead: int, gap: int) -> None:
    content = b"." * lead + b"abcdefgh=token" + b"." * gap + b"ijklmnop=token"
    second = lead + 14 + gap
    assert find(content) == [
        (b"abcdefgh", lead, lead + 8),
        (b"ijklmnop", second, second + 8),
    ]


def test_a_custom_rule_without_a_match_finds_nothing() -> None:
    assert find(b"") == find(b"=token") == find(b"abc=token =token") == []


def test_a_pattern_that_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wakeyscan.scanner.patience.TIMEOUT_SECONDS", 0.25)
    rule = build_rule()._replace(pattern="(?P<secret>(?:a|aa)+)b=token")
    content = b"a" * 200 + b"c=token"
    with pytest.raises(TimeoutExceeded, match=r"rule mine took over 0\.25 s on a part of it"):
        match_rule(content, rule, compile_rule(rule), [201])


def test_the_time_at_all_anchors_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes less than the limit."""
    monkeypatch.setattr("wakeyscan.scanner.patience.TIMEOUT_SECONDS", 0.1)
    rule = build_rule()._replace(pattern="(?P<secret>(?:a|aa)+)b=token")
    part = b"a" * 27 + b"c=token" + b"." * (BEFORE + AFTER)
    anchors = [number * len(part) + 28 for number in range(100)]
    with pytest.raises(TimeoutExceeded, match=r"rule mine took over 0\.2 s on a part of it"):
        match_rule(part * 100, rule, compile_rule(rule), anchors)


def test_a_custom_rule_finds_secrets_in_a_document() -> None:
    context = build_context(loader.load_rules((("x/mine.toml", TOKEN_RULE),)), DECODERS)
    document = Document(Origin("a"), b"\0\n k abcdefgh=token\n")
    (finding,) = detect_in_document(document, context)
    assert (finding.rule, finding.position.line, finding.position.column) == ("mine", 2, 4)
