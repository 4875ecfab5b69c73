"""The interface of a coding assistant, and the types of its events and answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from wakeyscan.core.named_tuple import NamedTuple

Fields = dict[str, Any]
"""An event: a JSON object."""

PROMPT, INPUT, OUTPUT, OTHER = "prompt", "tool call", "tool output", "event"
"""Kinds of events, as messages name them."""


class FileRead(NamedTuple):
    """Lines of a file that a tool is about to read."""

    path: str
    first: int = 1
    last: int | None = None
    """`None`: to the end."""

    def covers(self, line: int) -> bool:
        """Return whether the tool reads this line."""
        return self.first <= line and (self.last is None or line <= self.last)


class Event(NamedTuple):
    """The parts of an event that are scanned."""

    kind: str
    name: str
    """Name of the event in the words of the assistant, which some answers repeat."""
    values: Mapping[str, object]
    """JSON values by the name of their field."""
    reads: tuple[FileRead, ...] = ()


class Verdict(NamedTuple):
    """The result of scanning an event."""

    reason: str = ""
    """Why the event is blocked, for the assistant; empty: it passes."""
    warning: str = ""
    """What was not scanned of an event that passes, for the user."""
    masked: Mapping[str, Any] = {}  # never modified
    """The values of a blocked event, with all keys masked."""


class Answer(NamedTuple):
    """The exit code and the output of a hook."""

    output: Fields | None = None
    """JSON for stdout; `None`: nothing."""
    error: str = ""
    """Text for stderr."""
    code: int = 0


class Agent(Protocol):
    """A module that knows the hooks of one assistant."""

    TITLE: str

    def is_own(self, fields: Fields) -> bool:
        """Return whether the assistant writes events with these fields."""

    def parse_event(self, fields: Fields) -> Event:
        """Return the parts to scan. Unknown events are scanned as a whole."""

    def build_answer(self, event: Event, verdict: Verdict) -> Answer:
        """Return the answer that makes the assistant obey the verdict."""
