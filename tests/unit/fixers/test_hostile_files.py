"""Files that are made to break a parser: each is fixed, or left alone with a reason."""

from __future__ import annotations

import pytest

from tests.support.fix_cases import detect, fill_in, repair

HOSTILE = {
    "an alias of itself": ("compose.yml", "a: &a\n  b: *a\n  c: @KEY@\n"),
    "a list in itself": ("compose.yml", "a: &a [*a, @KEY@]\n"),
    "a long sum": ("a.js", "const k = " + '"x" + ' * 3000 + '"@KEY@";\n'),
    "a long sum in Python": ("a.py", "k = " + "x + " * 3000 + '"@KEY@"\n'),
    "brackets": ("a.go", "package a\n\nvar k = " + "f(" * 500 + '"@KEY@"' + ")" * 500 + "\n"),
    "brackets in Python": ("a.py", "k = " + "(" * 3000 + '"@KEY@"' + ")" * 3000 + "\n"),
    "lists in JSON": ("a.ipynb", "[" * 2000 + '"@KEY@"' + "]" * 2000),
    "a lone surrogate": (
        "a.ipynb",
        r'{"cells": [{"cell_type": "code", "source": ["k = \"\ud83d @KEY@\""]}]}',
    ),
    "no line at all": ("a.sh", "@KEY@"),
    "an unclosed fence": ("a.md", "```sh\ncurl @KEY@\n"),
}


@pytest.mark.parametrize(("path", "text"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_fixed_or_not_changed(path: str, text: str) -> None:
    raw = fill_in(text)
    fixed = repair(path, raw)
    assert len(detect(path, fixed.content)) == len(fixed.left)
    assert fixed.fixed or fixed.content == raw
