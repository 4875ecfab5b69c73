"""`wakeyscan rules`: list the rules, show one, test their examples."""

from __future__ import annotations

import os
import sys

from wakeyscan import config, rule
from wakeyscan.arguments import Option, Parameters, Values
from wakeyscan.display import printable
from wakeyscan.errors import RuleError, UsageError
from wakeyscan.proof import disproved

HELP = """List the rules, show one (with what to do about its findings), or test their examples.

list | show ID | test"""

PARAMETERS = Parameters(
    (Option("rules", "Take in the rules of this folder too.", "DIR"),), "list|show ID|test"
)


def run(values: Values, operands: list[str]) -> int:
    """Do what the first operand says; `list` where there is none."""
    given = {**config.from_environment(PARAMETERS.options, os.environ), **values}
    rules = rule.load(str(given.get("rules", "")))
    match operands or ["list"]:
        case ["list"]:
            return _list(rules)
        case ["show", name]:
            return _show(rules, name)
        case ["test"]:
            return _test(rules)
    raise UsageError("wakeyscan rules takes: list, show ID, or test")


def _list(rules: tuple[rule.Rule, ...]) -> int:
    width = max(len(one.id) for one in rules)
    for one in rules:
        _print(f"{one.id:{width}}  {one.severity!s:8}  {one.title}")
    return 0


def _show(rules: tuple[rule.Rule, ...], name: str) -> int:
    one = next((one for one in rules if one.id == name), None)
    if one is None:
        raise UsageError(f"no rule {name!r}; there are: {', '.join(r.id for r in rules)}")
    _print(f"{one.title} ({one.id}), {one.severity}\n")
    for line in one.help.strip().splitlines():
        _print(line)
    return 0


def _test(rules: tuple[rule.Rule, ...]) -> int:
    wrong = [fault for one in rules for fault in disproved(one, rules)]
    for fault in wrong:
        _print(fault)
    if wrong:
        raise RuleError(f"{len(wrong)} examples are not as their rules say")
    _print(f"{len(rules)} rules, {sum(len(r.hits) + len(r.misses) for r in rules)} examples: good")
    return 0


def _print(line: str) -> None:
    sys.stdout.write(printable(line) + "\n" if line else "\n")
