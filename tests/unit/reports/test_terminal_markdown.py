"""Markdown on a terminal: styles in place of markup, and nothing else changes."""

from __future__ import annotations

import re

import pytest

from wakeyscan.reports.terminal_text import render_markdown
from wakeyscan.rules import loader
from wakeyscan.rules.rule import Rule

BOLD, UNDERLINE, CYAN, PLAIN = "\x1b[1m", "\x1b[4m", "\x1b[36m", "\x1b[0m"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a **b c** d", f"a {BOLD}b c{PLAIN} d", id="strong"),
        pytest.param("**b\nc** d", f"{BOLD}b\nc{PLAIN} d", id="over a line end"),
        pytest.param(
            "in *Settings, Keys*.", f"in {UNDERLINE}Settings, Keys{PLAIN}.", id="emphasis"
        ),
        pytest.param("use `a * b * c`", f"use {CYAN}a * b * c{PLAIN}", id="code with stars"),
        pytest.param("## What\ntext", f"{BOLD}What{PLAIN}\ntext", id="heading"),
        pytest.param("2 * 3 * 4, a*b*c", "2 * 3 * 4, a*b*c", id="stars that are not markup"),
        pytest.param("* one\n* two", "* one\n* two", id="list"),
        pytest.param("`open", "`open", id="code that does not end"),
        pytest.param("# ", "# ", id="empty heading"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_markup_is_converted_to_styles(text: str, shown: str) -> None:
    assert render_markdown(text) == shown


@pytest.mark.parametrize("rule", loader.load_rules(), ids=lambda rule: rule.id)
def test_the_help_of_a_rule_keeps_all_words(rule: Rule) -> None:
    rendered = re.sub(r"\x1b\[\d*m", "", render_markdown(rule.help))
    assert rendered != rule.help
    assert re.findall(r"\w+", rendered) == re.findall(r"\w+", rule.help)
