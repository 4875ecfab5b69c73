"""Definitions are inlined in the place of their calls, and flags stay within their pattern."""

from __future__ import annotations

import re

import pytest
import regex

from wakeyscan.cli.commands.rules import fill_example
from wakeyscan.rules.loader import load_rules
from wakeyscan.rules.rule import Shape
from wakeyscan.rules.shapes import inline_definitions, join_shapes, list_patterns

NUMBERS = {"digit": "[0-9]", "number": "(?&digit){2}|x", "pair": "(?&number),(?&number)"}
VERBOSE = {"word": "\n  [a-z]{2}  # two letters\n| [0-9]   # or a digit"}

INLINED = {
    "none": ("a b", {}, "a b", True),
    "one": ("a(?&digit)", NUMBERS, "a7", True),
    "nested": ("a(?&pair)z", NUMBERS, "a12,xz", True),
    "alternatives-are-a-group": ("a(?&number)z", NUMBERS, "x", False),
    "twice": ("(?&digit)-(?&digit)", NUMBERS, "1-2", True),
    "verbose": ("(?x) (?&word) # end", VERBOSE, "ab", True),
    "verbose-comment": ("(?x) ( (?&word) ) = (?&word) # end", VERBOSE, "ab=7", True),
    "not-verbose": ("a b(?&digit)", NUMBERS, "ab1", False),
    "definition-is-verbose": ("a b(?&v)", {"v": "(?x) c  d # e"}, "a bcd", True),
    "definition-ignores-case": ("a(?&v)", {"v": "(?i)b"}, "aB", True),
    "caller-keeps-case": ("a(?&v)", {"v": "(?i)b"}, "Ab", False),
    "caller-ignores-case": ("(?i)a(?&v)", {"v": "b"}, "AB", True),
    "group-is-not-a-flag": ("(?P<x>a)(?&digit)", NUMBERS, "a1", True),
    "lookahead-is-not-a-flag": ("(?=a)a(?&digit)", NUMBERS, "a1", True),
    "non-capturing-is-not-a-flag": ("(?:a)(?&digit)", NUMBERS, "a1", True),
    "no-parenthesis": ("(?", {}, "", None),
}


@pytest.mark.parametrize(
    ("pattern", "definitions", "text", "matches"), INLINED.values(), ids=INLINED
)
def test_an_inlined_pattern_matches(
    pattern: str, definitions: dict[str, str], text: str, matches: bool | None
) -> None:
    inlined = inline_definitions(pattern, definitions)
    assert "(?&" not in inlined
    if matches is None:
        assert pattern in inlined
        return
    assert bool(regex.fullmatch(inlined, text)) == matches


def test_flags_of_a_shape_do_not_apply_to_the_next() -> None:
    shapes = [inline_definitions(text, {}) for text in ("(?ix) a b", "c d")]
    joined = "|".join(shapes)
    texts = ("AB", "c d", "C D", "cd")
    assert [bool(regex.fullmatch(joined, text)) for text in texts] == [True, True, False, False]


def test_joined_shapes_match_what_each_matches() -> None:
    (rule,) = (one for one in load_rules() if one.shapes)
    joined, each = join_shapes(rule), list_patterns(rule)
    assert len(joined) < sum(map(len, each)) * 0.6
    whole, parts = (regex.compile(text.encode()) for text in (joined, "|".join(each)))
    for shape in rule.shapes:
        for text in map(fill_example, (*shape.hits, *shape.misses)):
            found = [[m.span("secret") for m in p.finditer(text.encode())] for p in (whole, parts)]
            assert found[0] == found[1]


def test_no_shape_matches_where_the_rule_says_never() -> None:
    (rule,) = (one for one in load_rules() if one.shapes)
    shape = Shape("any", "(?P<secret>(?&word)[0-9])", ("ab1",), ("xy1",))
    definitions = (("word", "[a-z]{2}"), ("never", "(?x) x # a letter"))
    own = rule._replace(shapes=(shape,), definitions=definitions)
    for text in (join_shapes(own), *list_patterns(own)):
        assert [bool(regex.match(text, one)) for one in ("ab1", "xy1")] == [True, False]


def test_builtin_shapes_have_no_alternatives_outside_a_group() -> None:
    """A call that neighbors share would belong to the last alternative only."""
    for rule in load_rules():
        for shape in rule.shapes:
            text = re.sub(r"\\.|\[(?:\\.|[^]\\])*\]|#[^\n]*", "", shape.pattern)
            while (bare := re.sub(r"\([^()]*\)", "", text)) != text:
                text = bare
            assert "|" not in text


def test_no_lookbehind_is_tried_at_each_offset_of_a_gap() -> None:
    """A long lookbehind behind a lazy gap takes the product of their lengths at every anchor."""
    lookbehind_in_gap = re.compile(r"\{0,\d{3,}\}\?\s*(?:\(\?<![^()]*\)\s*)?\(\?<=")
    assert lookbehind_in_gap.search(r"[\s\S]{0,1536}? (?<![A-Za-z]) (?<= env .{0,512} )")
    for rule in load_rules():
        for shape in rule.shapes:
            text = re.sub(r"#[^\n]*", "", shape.pattern)
            assert not lookbehind_in_gap.search(text), f"{rule.id}: {shape.name}"
