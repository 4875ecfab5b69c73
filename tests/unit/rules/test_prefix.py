"""The prefix of a rule is read from its pattern, and its words say nothing about a secret."""

from __future__ import annotations

import random
import string

import pytest

from wakeyscan.core.secret import Secret
from wakeyscan.core.severity import Severity
from wakeyscan.rules.prefix import find_prefix_end
from wakeyscan.rules.rule import Rule
from wakeyscan.scanner.matcher import Match
from wakeyscan.scanner.placeholders import find_placeholder_reason


def build_rule(pattern: str, anchor: str = "none") -> Rule:
    return Rule(
        id="mine",
        title="Mine",
        severity=Severity.HIGH,
        anchors=(anchor.encode(),),
        pattern=pattern,
        help="",
        verifier="",
        hits=(),
        misses=(),
    )


BODY = "8f3a9c2b1d4e7f60"
PREFIXES = {
    "literal": (r"(?P<secret>acme_live_[a-z0-9]{16})", "acme_live_"),
    "before-the-group": (r"key=(?P<secret>acme_[a-z0-9]{16})", "acme_"),
    "lookbehind": (r"(?<![a-z])(?P<secret>acme_[a-z0-9]{16})(?![a-z])", "acme_"),
    "escaped": (r"(?P<secret>acme\-live\.[a-z0-9]{16})", "acme-live."),
    "choice": (r"(?P<secret>(?:sk|pk)_(?:test|live)_[a-z0-9]{16})", "pk_test_"),
    "optional": (r"(?P<secret>acme_(?:test_)?[a-z0-9]{16})", "acme_test_"),
    "optional-absent": (r"(?P<secret>acme_(?:test_)?[a-z0-9]{16})", "acme_"),
    "optional-character": (r"(?P<secret>acmes?_[a-z0-9]{16})", "acme_"),
    "capturing": (r"(?P<secret>(acme|other)_[a-z0-9]{16})", "other_"),
    "named": (r"(?P<secret>(?P<vendor>acme)_[a-z0-9]{16})", "acme_"),
    "alternatives": (r"(?P<secret>acme_[a-z0-9]{16}|other_test_[0-9]{9})", "other_test_"),
    "nested": (r"(?P<secret>(?:acme_(?:a|b_[0-9])|test_key_)[a-z0-9]{16})", "test_key_"),
    "two-groups": (r"a(?P<secret>acme_[a-z]{9})|b(?P<secret>test_key_[a-z0-9]{9})", "test_key_"),
    "small-class": (r"(?P<secret>acme[_-]live[_-][a-z0-9]{16})", "acme-live_"),
    "any-case": (r"(?i)(?P<secret>acme_live_[a-z0-9]{16})", "ACME_live_"),
    "case-group": (r"(?P<secret>(?i:acme)_[a-z0-9]{16})", "Acme_"),
    "verbose": ("(?x)\n(?P<secret> acme_  # the vendor\n live_ [a-z0-9]{16} )", "acme_live_"),
    "unicode-verbose": ("(?ix) (?P<secret> acme_ (?: test | live ) _ [a-z0-9]+ )", "acme_live_"),
    "repeated": (r"(?P<secret>acme_x{2}[a-z0-9]{16})", "acme_"),
    "plus": (r"(?P<secret>acme_+[a-z0-9]{16})", "acme"),
    "lookahead": (r"(?P<secret>acme_(?=[a-z])[a-z0-9]{16})", "acme_"),
    "none": (r"(?P<secret>[a-z0-9]{16})", ""),
    "no-secret": (r"[a-z0-9]{16}", ""),
}


@pytest.mark.parametrize(("pattern", "prefix"), PREFIXES.values(), ids=PREFIXES)
def test_the_prefix_is_the_literal_start_of_the_secret(pattern: str, prefix: str) -> None:
    assert find_prefix_end(build_rule(pattern), f"{prefix}{BODY}".encode()) == len(prefix)


def test_an_anchor_near_the_start_ends_the_prefix() -> None:
    rule = build_rule(r"(?P<secret>[a-z]{3}_live_[a-z0-9]{16})", "_live_")
    assert find_prefix_end(rule, f"abc_live_{BODY}".encode()) == len("abc_live_")
    assert find_prefix_end(rule, f"{BODY}{BODY}_live_".encode()) == 0


BODIES = {
    "lower-and-digits": (string.ascii_lowercase + string.digits, 16),
    "lower": (string.ascii_lowercase, 20),
    "upper-and-digits": (string.ascii_uppercase + string.digits, 16),
    "hexadecimal": ("0123456789abcdef", 32),
    "base62": (string.ascii_letters + string.digits, 24),
}
OWN = {
    "acme": (r"(?P<secret>acme_live_[A-Za-z0-9]{16,})", "acme_live_"),
    "test": (r"(?P<secret>sk_(?:test|live)_[A-Za-z0-9]{16,})", "sk_test_"),
    "example": (r"(?P<secret>example-key-[A-Za-z0-9]{16,})", "example-key-"),
    "your": (r"(?P<secret>your_api_key_[A-Za-z0-9]{16,})", "your_api_key_"),
}


@pytest.mark.parametrize(("alphabet", "size"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(("pattern", "prefix"), OWN.values(), ids=OWN)
def test_a_word_in_the_prefix_makes_no_placeholder(
    pattern: str, prefix: str, alphabet: str, size: int
) -> None:
    rule, source = build_rule(pattern), random.Random(prefix)
    texts = [prefix + "".join(source.choices(alphabet, k=size)) for _ in range(500)]
    matches = [Match(rule, Secret(text.encode(), rule.id), 0, len(text)) for text in texts]
    assert [match for match in matches if find_placeholder_reason(match)] == []


def test_a_placeholder_after_the_prefix_is_recognized() -> None:
    rule = build_rule(OWN["test"][0])
    text = "sk_test_your_api_key_goes_here"
    match = Match(rule, Secret(text.encode(), rule.id), 0, len(text))
    assert find_placeholder_reason(match) == "contains a word that examples use"
