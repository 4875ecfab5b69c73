"""The cost of fixes grows with the size of a file, also in a file that is made to be slow to fix.

Steps are calls of functions, as in `test_linear_cost.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.support.calls import count_calls
from tests.support.fix_cases import build_project, fill_in, repair
from wakeyscan.core.finding import Finding
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import TOO_DEEP
from wakeyscan.fixers.repair import find_fixes, repair_file

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
ENDS = {
    **{"Go": "\n", "Rust": ";}", "PHP": ";", "Terraform": "\n", "Java": "}", "C#": "}"},
    **{"cells": "{}]}", "lines of a cell": '""]}]}', "an unreadable cell": r'"\ud800"]}]}'},
}


def nest(name: str, size: int) -> tuple[str, bytes]:
    path, start, opening, inner, closing = NESTED[name]
    depth = size // len(opening + closing)
    return path, fill_in(start + opening * depth + inner + closing * depth + ENDS.get(name, ""))


def count_steps(path: str, content: bytes) -> int:
    return count_calls(lambda: repair(path, content))


@pytest.mark.parametrize("name", NESTED)
def test_steps_grow_with_the_depth_no_more_than_with_the_size(name: str) -> None:
    count_steps(*nest(name, SMALL // 2))  # loads the modules; the same file would be cached
    small, large = (count_steps(*nest(name, size)) for size in (SMALL, LARGE))
    assert large <= MOST * small + FEWEST


@pytest.mark.parametrize("name", NESTED)
def test_a_key_in_deep_code_is_left_with_the_reason(name: str) -> None:
    outcome = repair(*nest(name, LARGE))
    assert [one.reason for one in outcome.left] == [TOO_DEEP]


CODE = '{"cell_type": "code", "source": '

LISTS: dict[str, tuple[str, str, str]] = {
    "Python": ("a.py", "", 'k = "@KEY@"\n'),
    "comments": ("a.py", "", "# @KEY@\n"),
    "imports": ("a.py", "", 'import a\nk = "@KEY@"\n'),
    "functions": ("a.py", "class A:\n  def f():\n", '    def g(): k = "@KEY@"\n'),
    "literals": ("a.py", "k = 1, ", '"a", "@KEY@", '),
    "adjacent literals": ("a.py", "k = ", '"@KEY@" '),
    "Go": ("a.go", "package a\n", 'const k = "@KEY@"\n'),
    "Go's functions": ("a.go", "package a\n", 'func f() { os := 1; f("@KEY@") }\n'),
    "Java": ("A.java", "class A {\n", 'static final String k = "@KEY@";\n'),
    "Kotlin": ("a.kt", "", 'const val k = "@KEY@"\n'),
    "C#": ("a.cs", "class A {\n", 'const string k = "@KEY@";\n'),
    "JavaScript": ("a.js", "", 'var k = "@KEY@"\n'),
    "Dockerfile": ("Dockerfile", "FROM a\n", "RUN echo @KEY@\n"),
    ".env": (".env", "B=$A\n", "A=@KEY@\n"),
    "fences": ("a.md", "", "```js\nk = '@KEY@'\n```\n"),
    "workflows": (".github/workflows/a.yml", "jobs:\n a:\n  steps:\n", "  - run: echo @KEY@\n"),
    "Compose": ("compose.yml", "services:\n a:\n  environment:\n", "  - A: @KEY@\n"),
    "cells": ("a.ipynb", '{"cells": [', CODE + """["k = '@KEY@'"]}, """),
    "lines of a cell": ("a.ipynb", f'{{"cells": [{CODE}[', r""""k = '@KEY@'\n", """),
    "an unreadable cell": ("a.ipynb", rf'{{"cells": [{CODE}[', r""""k = '@KEY@'\n", """),
    "a script": (
        ".github/workflows/a.yml",
        "jobs:\n a:\n  steps:\n  - run: |\n",
        "      a @KEY@\n",
    ),
}
"""Files with many keys: name, start and what is repeated."""


def repeat(name: str, size: int) -> tuple[str, bytes]:
    path, start, line = LISTS[name]
    return path, fill_in(start + line * (size // len(fill_in(line))) + ENDS.get(name, ""))


@pytest.mark.parametrize("name", LISTS)
def test_steps_grow_with_the_number_of_keys_no_more_than_with_the_size(name: str) -> None:
    count_steps(*repeat(name, SMALL // 2))
    small, large = (count_steps(*repeat(name, size)) for size in (SMALL, LARGE))
    assert large <= MOST * small + FEWEST


def test_steps_grow_with_the_number_of_keys_around_each_other() -> None:
    def count_steps_of(levels: int) -> int:
        start = 'class A { const string k = "@KEY@";\n'
        return count_steps("a.cs", fill_in(start * levels + "}" * levels))

    count_steps_of(10)
    small, large = map(count_steps_of, (100, 400))
    assert large <= 4 * small


def test_a_file_is_parsed_once_for_all_of_its_scripts() -> None:
    lines = (f"RUN echo {number} @KEY@\n" for number in range(50))
    content = fill_in("FROM a\n" + "".join(lines))
    before = syntax.parse.cache_info().misses
    assert len(repair("Dockerfile", content).fixed) == 50
    assert syntax.parse.cache_info().misses - before <= 50 + 3


def test_edits_of_a_report_are_checked_together() -> None:
    checked: list[bytes] = []

    def detect(path: str, content: bytes) -> Sequence[Finding]:
        checked.append(content)
        return project.detect(path, content)

    path, content = repeat("Python", LARGE)
    project = build_project(path, content)
    found = [*find_fixes(path, content, project._replace(detect=detect))]
    assert len(found) == 20
    assert len(checked) == 2


def test_an_edit_that_fails_its_check_is_not_reported() -> None:
    content = fill_in('k = "@KEY@"\n' * 3 + 'c = "@KEY@"\n')
    project = build_project("a.py", content)

    def detect(path: str, text: bytes) -> Sequence[Finding]:
        found = project.detect(path, text)
        return (
            [*found, *project.detect(path, content)[:1]]
            if text != content and b"c = os" in text
            else found
        )

    found = [*find_fixes("a.py", content, project._replace(detect=detect))]
    assert [one.finding.position.line for one in found] == [1, 2, 3]


TOGETHER = {
    "a string": ("a.py", 'k = """', " @KEY@\n", '"""'),
    "an f-string": ("a.py", 'k = f"""', "{a} @KEY@\n", '"""'),
    "bytes": ("a.py", 'k = b"""', " @KEY@\n", '"""'),
    "a raw string": ("a.go", "package a\nvar k = `", " @KEY@\n", "`\n"),
    "variables of one instruction": ("Dockerfile", "FROM a\nENV", " A=@KEY@", "\n"),
    "values of Terraform": ("a.tf", "locals {\n", 'a = "@KEY@"\n', "}\n"),
}
"""Keys whose edits touch: name, start, what is repeated, and end."""


@pytest.mark.parametrize(("path", "start", "line", "end"), TOGETHER.values(), ids=TOGETHER)
def test_keys_beside_each_other_are_fixed_with_a_few_checks(
    path: str, start: str, line: str, end: str
) -> None:
    content = fill_in(start + line * 700 + end)
    project = build_project(path, content)
    checked: list[bytes] = []

    def detect(path: str, text: bytes) -> Sequence[Finding]:
        checked.append(text)
        return project.detect(path, text)

    outcome = repair_file(path, content, project._replace(detect=detect))
    assert len(outcome.fixed) == 700
    assert len(checked) <= 4


def test_keys_that_fail_their_checks_are_left_beyond_a_bound() -> None:
    content = fill_in('k = "@KEY@"\n' * 600)
    found = build_project("a.py", content).detect("a.py", content)
    contents: list[bytes] = []

    def detect(path: str, text: bytes) -> Sequence[Finding]:
        contents.append(text)
        return found

    outcome = repair_file("a.py", content, build_project("a.py", content)._replace(detect=detect))
    assert outcome.content == content
    assert [one.finding for one in outcome.left] == [*found]
    assert {one.reason for one in outcome.left} == {
        "the edited file would still hold the key",
        "its edits touch those of too many other keys; run the fix again",
    }
    assert len(contents) <= 34


def test_keys_in_many_strings_are_fixed_with_a_few_checks() -> None:
    content = fill_in('k = "@KEY@ @OTHER@ @KEY@"\n' * 200)
    project = build_project("a.py", content)
    checked: list[bytes] = []

    def detect(path: str, text: bytes) -> Sequence[Finding]:
        checked.append(text)
        return project.detect(path, text)

    outcome = repair_file("a.py", content, project._replace(detect=detect))
    assert len(outcome.fixed) == 600
    assert len(checked) <= 4
    positions = [one.position for one in outcome.fixed]
    assert positions == [one.position for one in project.detect("a.py", content)]


def test_edits_of_a_report_are_judged_again_a_bounded_number_of_times() -> None:
    content = fill_in('k = "@KEY@"\n' * 5000)
    found = build_project("a.py", content).detect("a.py", content)
    contents: list[bytes] = []

    def detect(path: str, text: bytes) -> Sequence[Finding]:
        contents.append(text)
        return found  # so every check fails

    project = build_project("a.py", content)._replace(detect=detect)
    assert not [*find_fixes("a.py", content, project)]
    assert len(contents) <= 5


SLOW_PATTERNS = {
    "a long mark": ("a.md", "`" * 50_000 + "\n@KEY@\n"),
    "marks": ("a.md", "```\n" * 50_000 + "@KEY@\n"),
    "blank lines": ("a.tf", "\n" * 50_000 + 'locals {\n  k = "@KEY@"\n}\n'),
}
"""Files that a pattern without care takes minutes for."""


@pytest.mark.parametrize(("path", "text"), SLOW_PATTERNS.values(), ids=SLOW_PATTERNS)
def test_no_pattern_takes_quadratic_time(path: str, text: str) -> None:
    assert len(repair(path, fill_in(text)).fixed) == 1
