"""Writes commands.md, settings.md and man from the code: `python -m docs.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from docs import man_pages, settings_page
from wakeyscan.cli import help_topics
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.cli.examples import EXAMPLES

if TYPE_CHECKING:
    from wakeyscan.config.options import Option

PAGE = Path(__file__).with_name("commands.md")

_HEAD = """\
# Commands

Every option can also be set by an environment variable: `--fail-on` by `WAKEYSCAN_FAIL_ON`. A
switch is on with `1`. Options come before variables, and variables before the configuration file.

<!-- Written by `python -m docs.reference`. Do not edit. -->
"""


def format_page() -> str:
    """Return the page in Markdown."""
    parts = [_HEAD]
    for name in COMMANDS:
        parts += _format_command(name)
    return "\n".join(parts)


def _format_command(name: str) -> Iterator[str]:
    command = COMMANDS[name]
    usage = command.PARAMETERS.usage
    usage = " ".join(["wakeyscan", name, "[OPTION]...", *([usage] if usage else [])])
    yield f"## wakeyscan {name}\n"
    yield f"`{usage}`\n"
    yield f"{escape(command.HELP)}\n"
    yield from _format_actions(name)
    yield from _format_options(command.PARAMETERS.options)
    yield from _format_examples(name)


def _format_actions(name: str) -> Iterator[str]:
    actions = help_topics.ACTIONS.get(name, {})
    if actions:
        yield "| part | what it does |\n|---|---|"
        for action, topic in actions.items():
            operands = f" {topic.operands}" if topic.operands else ""
            cell = f"{name} {action}{operands}".replace("|", "\\|")
            yield f"| `{cell}` | {escape(topic.help)} |"
        yield ""


def _format_options(options: tuple[Option, ...]) -> Iterator[str]:
    by_name = {option.name: option for option in options}
    if by_name:
        yield "| option | group | meaning |\n|---|---|---|"
        for group, names in help_topics.GROUPS.items():
            for option in (by_name[name] for name in names if name in by_name):
                yield f"| {_format_flags(option)} | {group.lower()} | {escape(option.help)} |"
        yield ""


def _format_flags(option: Option) -> str:
    value = f" {option.metavar}".rstrip()
    short = f"`-{option.letter}`, " if option.letter else ""
    return f"{short}`--{option.name}{value}`".replace("|", "\\|")


def _format_examples(name: str) -> Iterator[str]:
    examples = EXAMPLES.get(name, ())
    if examples:
        yield "Examples:\n"
        yield from (f"- `wakeyscan {line}`: {escape(comment)}" for line, comment in examples)
        yield ""


def escape(text: str) -> str:
    """Escape what Markdown would read as markup."""
    return "".join(f"\\{char}" if char in "*_<>[]|`" else char for char in text)


if __name__ == "__main__":
    man_pages.write_pages()
    text = settings_page.format_page()
    settings_page.PAGE.write_text(text, encoding="utf-8", newline="\n")
    PAGE.write_text(format_page(), encoding="utf-8", newline="\n")
