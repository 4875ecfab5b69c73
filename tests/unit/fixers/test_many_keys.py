"""A file of many keys: the work grows with its size, and each key is fixed or left as if alone."""

from __future__ import annotations

import cProfile
import pstats
import re

import pytest

from tests.support.fix_cases import repair
from tests.support.keys import MakeKey

LINES = {
    "a.py": ("", 'K{} = "{}"\n', ""),
    "a.js": ("", 'const k{} = "{}";\n', ""),
    "a.go": ("package a\n\n", 'var k{} = "{}"\n', ""),
    "A.java": ("class A {\n", '  String k{} = "{}";\n', "}\n"),
    "a.rb": ("", 'k{} = "{}"\n', ""),
    ".env": ("", "K{}={}\n", ""),
}


def build(path: str, count: int, make_key: MakeKey) -> bytes:
    start, line, end = LINES[path]
    return "".join([start, *(line.format(n, make_key()) for n in range(count)), end]).encode()


def count_calls(path: str, content: bytes) -> int:
    profile = cProfile.Profile()
    profile.runcall(repair, path, content)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.rb", ".env"])
def test_the_work_is_linear_in_the_number_of_keys(path: str, make_key: MakeKey) -> None:
    repair(path, build(path, 2, make_key))  # loads the modules
    few, many = (count_calls(path, build(path, count, make_key)) for count in (20, 160))
    assert many < 12 * few  # 8 times as many keys: quadratic work would be 64 times as much


@pytest.mark.parametrize("path", ["a.py", "a.js", "a.go", "A.java", "a.rb"])
def test_each_of_many_keys_is_fixed(path: str, make_key: MakeKey) -> None:
    outcome = repair(path, build(path, 50, make_key))
    assert len(outcome.fixed) == len(outcome.fixes) == 50
    assert not outcome.left
    lines = [finding.position.line for finding in outcome.fixed]
    assert lines == sorted(lines)


def build_run(count: int, make_key: MakeKey) -> bytes:
    commands = " && ".join(f"curl -d {make_key()} https://x" for _ in range(count))
    return f"FROM a\nRUN {commands}\n".encode()


def test_the_keys_of_one_instruction_are_fixed_together(make_key: MakeKey) -> None:
    outcome = repair("Dockerfile", build_run(150, make_key))
    assert len(outcome.fixed) == 150
    mounted = re.findall(rb"--mount=type=secret,id=(\w+),", outcome.content)
    used = re.findall(rb'-d "\$\{(\w+)\}"', outcome.content)
    assert mounted == used
    assert len({*used}) == 150


def test_the_work_is_linear_in_the_number_of_keys_of_an_instruction(make_key: MakeKey) -> None:
    repair("Dockerfile", build_run(2, make_key))
    few, many = (count_calls("Dockerfile", build_run(count, make_key)) for count in (20, 160))
    assert many < 12 * few


def test_a_key_that_cannot_be_fixed_stays_between_others(make_key: MakeKey) -> None:
    lines = [f'k{n} = "{make_key()}"\n' for n in range(9)]
    lines[4] = f'def f(k: "{make_key()}"): pass\n'
    outcome = repair("a.py", "".join(lines).encode())
    assert [one.finding.position.line for one in outcome.left] == [5]
    assert "annotation" in outcome.left[0].reason
    assert len(outcome.fixed) == 8


def test_keys_in_one_string_are_fixed_in_turn(make_key: MakeKey) -> None:
    outcome = repair("a.py", f'k = "{make_key()} and {make_key()}"\n'.encode())
    assert len(outcome.fixed) == 2
    assert b'k = f"{os.environ[' in outcome.content


def test_keys_beyond_the_bound_are_left_with_the_reason(make_key: MakeKey) -> None:
    outcome = repair("a.py", build("a.py", 5003, make_key))
    assert len(outcome.fixed) == 5000
    assert len(outcome.left) == 3
    assert {one.reason for one in outcome.left} == {
        "the file has more than 5000 keys; run the fix again"
    }


TERRAFORM = {
    "values": ("locals {{\n{}}}\n", '  k{0} = "{1}"\n'),
    "a chain": ("locals {{\n{}}}\n", '  k{0} = "{1}${{local.k{2}}}"\n'),
    "a chain to an output": (
        'locals {{\n{}}}\noutput "o" {{\n  value = local.k0\n}}\n',
        '  k{0} = "{1}${{local.k{2}}}"\n',
    ),
    "resources": ("{}", 'resource "a" "r{0}" {{\n  k = "{1}"\n  b = a.r{2}.k\n}}\n'),
    "calls of a module": ("{}", 'module "m{0}" {{\n  source = "./m"\n  k = "{1}"\n}}\n'),
}
"""Files of Terraform: the whole, and a line with a number, a key and the next number."""


@pytest.mark.parametrize(("file", "line"), TERRAFORM.values(), ids=TERRAFORM)
def test_the_work_is_linear_where_values_use_each_other(
    file: str, line: str, make_key: MakeKey
) -> None:
    def count(keys: int) -> int:
        lines = (line.format(n, make_key(), n + 1) for n in range(keys))
        return count_calls("a.tf", file.format("".join(lines)).encode())

    count(2)
    few, many = map(count, (20, 160))
    assert many < 12 * few


def test_values_on_the_way_to_an_output_are_left(make_key: MakeKey) -> None:
    file, line = TERRAFORM["a chain to an output"]
    lines = (line.format(n, make_key(), n + 1) for n in range(50))
    outcome = repair("a.tf", file.format("".join(lines)).encode())
    assert [one.finding.position.line for one in outcome.left] == [*range(2, 52)]
    assert {one.reason for one in outcome.left} == {
        "the output o shows it: add sensitive = true there first"
    }
