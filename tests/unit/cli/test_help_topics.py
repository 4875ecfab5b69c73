"""Help topics: they fit the commands that they describe."""

from __future__ import annotations

import shlex
from itertools import chain

import pytest

from wakeyscan.cli import help_topics
from wakeyscan.cli.arguments import parse_arguments
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.cli.examples import EXAMPLES
from wakeyscan.cli.help_topics import ACTIONS, GROUPS
from wakeyscan.core.errors import UsageError
from wakeyscan.core.registry import list_known, suggest

TOPICS = [*COMMANDS, *(f"{name} {action}" for name in ACTIONS for action in ACTIONS[name])]
LINES = [line for examples in EXAMPLES.values() for line, _ in examples]


def list_options(name: str) -> list[str]:
    return [option.name for option in COMMANDS[name].PARAMETERS.options]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_one_group(name: str) -> None:
    grouped = list(chain(*GROUPS.values()))
    assert sorted(set(grouped)) == sorted(grouped)
    assert set(list_options(name)) <= set(grouped)


def test_every_command_and_every_action_has_examples() -> None:
    assert EXAMPLES.keys() == set(TOPICS)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_option_of_an_action_belongs_to_its_command(name: str) -> None:
    known = set(list_options(name))
    for action in ACTIONS[name].values():
        assert set(action.options or ()) <= known


@pytest.mark.parametrize("line", LINES)
def test_every_example_is_a_correct_command_line(line: str) -> None:
    name, *words = shlex.split(line.partition(" <")[0].partition(" >")[0])
    parsed = parse_arguments(words, COMMANDS[name].PARAMETERS)
    assert parsed is not None
    values, operands = parsed
    if name in ACTIONS:
        help_topics.refuse_other_options(name, operands[0], values)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_line_of_a_help_is_short(name: str) -> None:
    first, *rest = COMMANDS[name].HELP.split("\n")
    assert len(first) <= 60
    assert first.endswith(".")
    assert rest[:1] in ([], [""])


@pytest.mark.parametrize(
    ("name", "end"),
    [
        pytest.param("scna", "; did you mean 'scan'?", id="letters swapped"),
        pytest.param("SCAN", "; did you mean 'scan'?", id="case"),
        pytest.param("aduit", "; did you mean 'audit'?", id="another one"),
        pytest.param("", "", id="empty"),
        pytest.param("xyzzy", "", id="no close name"),
    ],
)
def test_a_close_name_is_suggested(name: str, end: str) -> None:
    known = ("scan", "audit")
    assert list_known(name, known) == f" (known: scan, audit){end}"
    assert suggest(name, known) == (end or " (known: scan, audit)")


def test_an_option_of_another_action_is_refused() -> None:
    with pytest.raises(UsageError, match="--as has no effect here"):
        help_topics.refuse_other_options("ignore", "add", {"as": "x"})
    help_topics.refuse_other_options("ignore", "import", {"as": "x"})
    help_topics.refuse_other_options("hook", "pre-commit", {"format": "json"})
    with pytest.raises(UsageError, match="--agent has no effect here"):
        help_topics.refuse_other_options("hook", "pre-commit", {"agent": "claude"})
