"""Inlining of the groups that a pattern calls keeps its meaning."""

from __future__ import annotations

import pytest
import regex

from wakeyscan.rules.pattern import expand_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        pytest.param(r"(?x)a(?(DEFINE)(?P<q>b+))(?&q)c", "abbc", True, id="call"),
        pytest.param(r"(?x)(?(DEFINE)(?P<q>b)(?P<r>(?&q)x))(?&r)", "bx", True, id="nested call"),
        pytest.param(r"(?x)(?(DEFINE)(?P<q>[)(]))(?&q)z", ")z", True, id="parenthesis in a class"),
        pytest.param(r"(?x)(?(DEFINE)(?P<q>\)))(?&q)z", ")z", True, id="escaped parenthesis"),
        pytest.param("(?x)(?(DEFINE)(?P<q>a # )\n))(?&q)z", "az", True, id="in a comment"),
        pytest.param(r"(?x)(?(DEFINE)(?P<q>a|b))c(?&q)", "b", False, id="alternatives"),
    ],
)
def test_an_expanded_pattern_matches_the_same_text(pattern: str, text: str, matches: bool) -> None:
    expanded = expand_pattern(pattern)
    assert "(?&" not in expanded and "DEFINE" not in expanded
    assert bool(regex.fullmatch(pattern, text)) == matches
    assert bool(regex.fullmatch(expanded, text)) == matches


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"(?x)a b c", id="without calls"),
        pytest.param(r"(?x)(?(DEFINE)(?P<q>a(?&q)?))(?&q)", id="recursion"),
    ],
)
def test_a_pattern_that_cannot_be_expanded_is_not_changed(pattern: str) -> None:
    assert expand_pattern(pattern) == pattern
