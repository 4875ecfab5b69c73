"""`wakeyscan completion`: prints the completion script of a shell."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.cli import help_topics
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.cli.completion import SHELLS
from wakeyscan.cli.completion.shell import Topic, Word, get_sentence
from wakeyscan.cli.output import write_stdout
from wakeyscan.config.options import Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.integrations.agents import AGENTS
from wakeyscan.integrations.hooks import STAGES
from wakeyscan.rules.exports import EXPORTS
from wakeyscan.rules.loader import load_rules

HELP = f"""Print a completion script.

SHELL is one of {", ".join(SHELLS)}. The script completes commands, options, report formats,
severities, rules and hook stages."""

PARAMETERS = Parameters((), "SHELL")

_HELP = Option("help", "Show the help.", letter="h")
_VERSION = Option("version", "Show the version.", letter="V")


def run(values: Values, operands: list[str]) -> int:
    """Print the script and return the exit code."""
    if len(operands) != 1:
        raise UsageError(f"wakeyscan completion: name one shell: {', '.join(SHELLS)}")
    script = SHELLS.load(operands[0]).build_script(tuple(_list_topics()))
    write_stdout(script.encode())
    return 0


def _list_topics() -> Iterator[Topic]:
    """Yield the topics: wakeyscan itself, then each command and its actions."""
    commands = tuple(Word(name, get_sentence(COMMANDS[name].HELP)) for name in COMMANDS)
    yield Topic("", (_HELP, _VERSION), commands)
    for name in COMMANDS:
        parameters, actions = COMMANDS[name].PARAMETERS, help_topics.ACTIONS.get(name, {})
        words = tuple(Word(action, get_sentence(actions[action].help)) for action in actions)
        yield Topic(name, (*parameters.options, _HELP), words or _list_words(name))
        for action in actions:
            options = help_topics.select_options(parameters, actions[action])
            topic = f"{name} {action}"
            yield Topic(topic, (*options, _HELP), _list_words(topic))


def _list_words(topic: str) -> tuple[Word, ...]:
    """Return the words that a command or an action takes as operands."""
    if topic in ("hook install", "hook uninstall"):
        return tuple(Word(name, "") for name in (*STAGES, "agent", *AGENTS))
    if topic == "rules show":
        return tuple(Word(rule.id, rule.title) for rule in load_rules())
    if topic == "rules export":
        return tuple(Word(name, "") for name in EXPORTS)
    if topic == "config schema":
        return (Word("config", ""), Word("rule", ""), Word("report", ""))
    return tuple(Word(shell, "") for shell in SHELLS) if topic == "completion" else ()
