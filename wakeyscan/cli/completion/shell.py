"""Content of a completion script, and the interface of a shell."""

from __future__ import annotations

from wakeyscan.cli.verify_reports import VERIFY_REPORTS
from wakeyscan.config.options import Option
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import NamedTuple, Protocol
from wakeyscan.integrations.agents import AGENTS
from wakeyscan.reports import REPORTS

_TEXT_OR_JSON = ("text", "json")
FORMATS = {
    "verify": tuple(VERIFY_REPORTS),
    **dict.fromkeys(("config", "doctor", "ignore"), _TEXT_OR_JSON),
}
"""Formats of commands whose formats differ from those of a scan."""

_VALUES = {
    "fail-on": (*map(str, Severity), "never"),
    "color": ("auto", "always", "never"),
    "sarif-profile": ("generic", "github"),
    "mode": ("diff", "tree", "audit"),
    "agent": tuple(AGENTS),
    "scope": ("user", "project"),
    "executor": ("dask", "processes"),
}
"""Values of options that take one of a few words."""


class Word(NamedTuple):
    """A word in place of an operand, such as the name of a command."""

    text: str
    help: str


class Topic(NamedTuple):
    """Words that may follow a command, or a command and its action."""

    name: str
    """Words of the command line, such as `ignore add`; empty for wakeyscan itself."""
    options: tuple[Option, ...]
    words: tuple[Word, ...]
    """Words in place of operands; empty: files."""


class Shell(Protocol):
    """A module that builds the completion script of one shell."""

    def build_script(self, topics: tuple[Topic, ...]) -> str:
        """Return the script."""


def list_values(option: Option, topic: str) -> tuple[str, ...]:
    """Return the values of an option that takes one of a few words; empty: anything."""
    command = topic.partition(" ")[0]
    if option.name == "report":
        return tuple(f"{name}=" for name in (VERIFY_REPORTS if command == "verify" else REPORTS))
    if option.name == "format":
        return FORMATS.get(command, tuple(REPORTS))
    return _VALUES.get(option.name, ())


def get_sentence(text: str) -> str:
    """Return the first sentence of a help, without its full stop."""
    line = " ".join(text.partition("\n\n")[0].split())
    for end in (". ", ": "):
        line = line.partition(end)[0]
    return line.rstrip(".")
