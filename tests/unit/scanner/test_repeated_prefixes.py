"""Prefixes of keys end to end: only the first and the last are matched, and no key is lost."""

from __future__ import annotations

import re
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from tests.support.keys import PREFIX
from tests.unit.scanner.test_matcher import CONTEXT, KEY
from wakeyscan.scanner.matcher import match_rule

(RULE,) = (rule for rule in CONTEXT.rules if rule.id == KEY)
PATTERN = CONTEXT.patterns.of(RULE)
START = PREFIX.encode()
PIECES = [START, b"x" * 24, b"_", b"\\n", b"%20", b"\\x1b[0m", b"=3D", b" ", b'"', b"-"]


def list_prefixes(content: bytes) -> list[int]:
    return [match.start() for match in re.finditer(START, content)]


class CountingPattern:
    """The pattern of keys, which counts how often it is matched."""

    def __init__(self) -> None:
        self.calls, self.groupindex = 0, PATTERN.groupindex

    def match(self, *arguments: Any, **options: Any) -> object:
        self.calls += 1
        return PATTERN.match(*arguments, **options)


def test_of_repeated_prefixes_only_two_are_matched() -> None:
    content = b" " + START * 1000 + b"."
    pattern = CountingPattern()
    assert match_rule(content, RULE, cast("Any", pattern), list_prefixes(content)) == []
    assert pattern.calls == 2


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join))
def test_no_key_is_lost_between_prefixes(content: bytes) -> None:
    anchors = list_prefixes(content)
    expected = [found.span("secret") for at in anchors if (found := PATTERN.match(content, at))]
    matches = match_rule(content, RULE, PATTERN, anchors)
    assert [(match.start, match.end) for match in matches] == expected
