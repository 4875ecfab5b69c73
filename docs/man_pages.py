"""Writes the manual pages in docs/man from the tables of the commands: `python -m docs.reference`.

The wheel installs them to share/man/man1. They are in the language of man(7).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wakeyscan import __version__
from wakeyscan.cli import examples, help_topics
from wakeyscan.cli.commands import COMMANDS
from wakeyscan.integrations.hooks import STAGES

if TYPE_CHECKING:
    from wakeyscan.config.options import Option

FOLDER = Path(__file__).with_name("man")

_DATE = "2026-11-29"
"""Day of the version; raise both together."""

_TITLE = "Find leaked WAStack API keys and hardcoded Authorization headers."

_ENVIRONMENT = (
    ("WAKEYSCAN_OPTION", "Sets an option: WAKEYSCAN_FAIL_ON=high is --fail-on high. A switch is on "
     "with 1. Options come before variables, and variables before the configuration file."),
    ("WAKEYSCAN_CONTROL_KEY", "A key that is known to work, for wakeyscan verify."),
    ("WAKEYSCAN_FINGERPRINT_KEY", "Makes fingerprints HMACs under this key."),
    ("NO_COLOR, FORCE_COLOR", "Switch color off or on."),
)  # fmt: skip
_FILES = (
    (".wakeyscan.toml, pyproject.toml", "Configuration, from the current directory up."),
    (".wakeyscanignore", "Accepted findings, at the top of the repository."),
)


def format_pages() -> dict[str, str]:
    """Return the pages by the name of their file."""
    pages = {f"wakeyscan-{name}.1": _join(_format_command(name)) for name in COMMANDS}
    return {"wakeyscan.1": _join(_format_program()), **pages}


def write_pages() -> None:
    """Write the pages, and remove those of removed commands."""
    pages = format_pages()
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.iterdir():
        if file.name not in pages:
            file.unlink()
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def _join(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _format_program() -> Iterator[str]:
    yield from _format_head("wakeyscan", _TITLE)
    yield from (".B wakeyscan", r".I COMMAND", r".RI [ OPTION ]...", r".RI [ OPERAND ]...")
    yield ".SH COMMANDS"
    for name in COMMANDS:
        yield from _format_item(rf"\fBwakeyscan\-{name}\fR(1)", _split_help(name)[0])
    yield ".SH OPTIONS"
    yield from _format_item(r"\fB\-V\fR, \fB\-\-version\fR", "Show the version.")
    yield from _format_item(r"\fB\-h\fR, \fB\-\-help\fR", "Show the help.")
    yield ".SH EXIT STATUS"
    for code, meaning in help_topics.EXIT_CODES:
        yield from _format_item(str(code), f"{meaning[0].upper()}{meaning[1:]}.")
    for heading, items in (("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {heading}"
        for term, meaning in items:
            yield from _format_item(rf"\&{escape(term)}", meaning)
    yield from _format_examples("")


def _format_command(name: str) -> Iterator[str]:
    parameters = COMMANDS[name].PARAMETERS
    title, rest = _split_help(name)
    yield from _format_head(f"wakeyscan-{name}", title)
    yield f".B wakeyscan {name}"
    if parameters.options:
        yield ".RI [ OPTION ]..."
    if parameters.operands:
        yield escape(parameters.usage)
    yield ".SH DESCRIPTION"
    yield escape(title)
    for paragraph in rest:
        yield from (".PP", *_wrap(paragraph))
    yield from _format_actions(name)
    yield from _format_options(parameters.options)
    yield from _format_examples(name)
    yield from (".SH SEE ALSO", ".BR wakeyscan (1)")


def _split_help(name: str) -> tuple[str, list[str]]:
    """Return the first line of a help text, and its other paragraphs."""
    first, *rest = COMMANDS[name].HELP.split("\n\n")
    return first, [" ".join(paragraph.split()) for paragraph in rest]


def _format_head(name: str, title: str) -> Iterator[str]:
    yield '.\\" Written by `python -m docs.reference`. Do not edit.'
    yield f'.TH {name.upper()} 1 {_DATE} "wakeyscan {__version__}" "wakeyscan manual"'
    yield ".SH NAME"
    yield f"{escape(name)} \\- {escape(title[0].lower() + title[1:].removesuffix('.'))}"
    yield ".SH SYNOPSIS"


def _format_item(term: str, text: str) -> Iterator[str]:
    yield from (".TP", term, *_wrap(text))


def _format_actions(name: str) -> Iterator[str]:
    actions = help_topics.ACTIONS.get(name, {})
    if actions:
        yield ".SH COMMANDS"
    for action, topic in actions.items():
        operands = f" {escape(topic.operands)}" if topic.operands else ""
        # A stage of a hook takes nearly all options of the command.
        names = () if name == "hook" and action in STAGES else topic.options or ()
        options = ", ".join(f"--{option}" for option in names)
        text = f"{topic.help} Options: {options}." if options else topic.help
        yield from _format_item(rf"\fB{escape(action)}\fR{operands}", text)


def _format_options(options: tuple[Option, ...]) -> Iterator[str]:
    by_name = {option.name: option for option in options}
    if by_name:
        yield ".SH OPTIONS"
    for group, names in help_topics.GROUPS.items():
        if present := [by_name[name] for name in names if name in by_name]:
            yield f".SS {group} options"
            for option in present:
                text = f"{option.help} [{option.variable}]"
                yield from _format_item(_format_flags(option), text)


def _format_flags(option: Option) -> str:
    short = rf"\fB\-{option.letter}\fR, " if option.letter else ""
    value = rf" \fI{escape(option.metavar)}\fR" if option.metavar else ""
    return rf"{short}\fB\-\-{escape(option.name)}\fR{value}"


def _format_examples(name: str) -> Iterator[str]:
    yield ".SH EXAMPLES"
    for line, comment in examples.EXAMPLES[name] if name else examples.FIRST_STEPS:
        yield from _format_item(rf"\fBwakeyscan {escape(line)}\fR", comment)


def _wrap(text: str) -> Iterator[str]:
    """Yield the lines of a paragraph; a line that begins with a full stop would be a command."""
    lines = textwrap.wrap(escape(text), 78, break_long_words=False, break_on_hyphens=False)
    yield from (rf"\&{line}" if line.startswith(".") else line for line in lines)


def escape(text: str) -> str:
    """Escape what man(7) would read as markup or replace, within a line."""
    return re.sub(r"[\\\-'^`~]", lambda found: _ESCAPES[found[0]], text)


_ESCAPES = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "^": r"\(ha", "`": r"\(ga", "~": r"\(ti"}
