"""`wakeyscan rules`: list the rules, show one, test their examples."""

from __future__ import annotations

import os

from wakeyscan.cli.output import write_stdout
from wakeyscan.cli.rule_examples import find_failed_examples
from wakeyscan.config import config
from wakeyscan.config.options import Option, Parameters, Values
from wakeyscan.core.errors import RuleError, UsageError
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.rules import loader, rule

HELP = """List the rules, show one (with what to do about its findings), or test their examples.

list | show ID | test"""

PARAMETERS = Parameters(
    (Option("rules", "Take in the rules of this folder too.", "DIR"),), "list|show ID|test"
)


def run(values: Values, operands: list[str]) -> int:
    """Do what the first operand says; `list` where there is none."""
    given = {**config.read_environment(PARAMETERS.options, os.environ), **values}
    rules = loader.load_rules(str(given.get("rules", "")))
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
    return _tell([f"{one.id:{width}}  {one.severity!s:8}  {one.title}" for one in rules])


def _show(rules: tuple[rule.Rule, ...], name: str) -> int:
    one = next((one for one in rules if one.id == name), None)
    if one is None:
        raise UsageError(f"no rule {name!r}; there are: {', '.join(r.id for r in rules)}")
    head = f"{one.title} ({one.id}), {one.severity}"
    return _tell([head, "", *one.help.strip().splitlines()])


def _test(rules: tuple[rule.Rule, ...]) -> int:
    wrong = [fault for one in rules for fault in find_failed_examples(one, rules)]
    if wrong:
        _tell(wrong)
        raise RuleError(f"{len(wrong)} examples are not as their rules say")
    count = sum(len(one.hits) + len(one.misses) for one in rules)
    return _tell([f"{len(rules)} rules, {count} examples: good"])


def _tell(lines: list[str]) -> int:
    write_stdout("".join(f"{escape_for_terminal(line)}\n" for line in lines).encode())
    return 0
