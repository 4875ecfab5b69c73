"""The cost of fixes grows with the size of a file, also in a file that is made to be slow to fix.

Steps are calls of functions, as in `test_linear_cost.py`.
"""

from __future__ import annotations

import pytest

from tests.support.calls import count_calls
from tests.support.fix_cases import fill_in, repair
from wakeyscan.fixers.fixer import TOO_DEEP

SMALL, LARGE = 2 << 10, 8 << 10
"""Bytes of two files: the larger one may take as many times the steps as it has bytes."""
MOST = 1.5 * LARGE / SMALL
"""A quadratic step takes 16 times the steps."""
FEWEST = 3000
"""Steps that any file takes."""


KEY = '"@KEY@"'

NESTED: dict[str, tuple[str, str, str, str, str]] = {
    "brackets": ("a.js", "x = ", "[", KEY, "]"),
    "a sum": ("a.js", "x = ", "", KEY, ' + "a"'),
    "templates": ("a.js", "x = ", "`${", KEY, "}`"),
    "blocks": ("a.js", "", "{", KEY, "}"),
    "TypeScript": ("a.ts", "let x = ", "[", KEY, "]"),
    "Go": ("a.go", "package a\nvar x = ", "(", KEY, ")"),
    "Rust": ("a.rs", "fn f() { let x = ", "(", KEY, ")"),
    "Ruby": ("a.rb", "x = ", "[", KEY, "]"),
    "PHP": ("a.php", "<?php $x = ", "[", KEY, "]"),
    "Terraform": ("a.tf", "x = ", "[", KEY, "]"),
    "a shell": ("a.sh", "echo ", '"$(', KEY, ')"'),
}
"""Files by what is nested: name, start, opening, innermost text and closing."""
ENDS = {"Go": "\n", "Rust": ";}", "PHP": ";", "Terraform": "\n"}


def nest(name: str, size: int) -> tuple[str, bytes]:
    path, start, opening, inner, closing = NESTED[name]
    depth = size // len(opening + closing)
    return path, fill_in(start + opening * depth + inner + closing * depth + ENDS.get(name, ""))


def count_steps(path: str, content: bytes) -> int:
    return count_calls(lambda: repair(path, content))


@pytest.mark.parametrize("name", NESTED)
def test_steps_grow_with_the_depth_no_more_than_with_the_size(name: str) -> None:
    count_steps(*nest(name, SMALL))  # loads the modules
    small, large = (count_steps(*nest(name, size)) for size in (SMALL, LARGE))
    assert large <= MOST * small + FEWEST


@pytest.mark.parametrize("name", NESTED)
def test_a_key_in_deep_code_is_left_with_the_reason(name: str) -> None:
    outcome = repair(*nest(name, LARGE))
    assert [one.reason for one in outcome.left] == [TOO_DEEP]
