"""The interface of a coding assistant, and the types of its events and answers."""

from __future__ import annotations

from collections.abc import Mapping

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from typing import Any

Fields = dict[str, "Any"]
"""A JSON object: an event, an answer, or an entry of settings."""

PROMPT, INPUT, OUTPUT, OTHER = "prompt", "tool call", "tool output", "event"
"""Kinds of events, as messages name them."""


class EventShape(NamedTuple):
    """Names of the events and fields of an assistant."""

    prompts: tuple[str, ...] = ()
    """Events with the text of a user."""
    inputs: tuple[str, ...] = ()
    """Events before a tool runs."""
    outputs: tuple[str, ...] = ()
    """Events after a tool ran."""
    input_fields: tuple[str, ...] = ("tool_input",)
    """Fields with the arguments of a tool."""
    tool_fields: tuple[str, ...] = ("tool_name",)
    """Fields with the name of a tool."""
    readers: tuple[str, ...] = ()
    """Tools that read files."""
    name_fields: tuple[str, ...] = ("hook_event_name",)
    """Fields with the name of the event; the first one that is present counts."""
    named_by: tuple[tuple[str, str], ...] = ()
    """Of events without a name: a field that only events of one name have, and this name."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all these events."""
        return (*self.prompts, *self.inputs, *self.outputs)


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
    """Warning for the user: what was found or not scanned in a passed event."""
    masked: Mapping[str, Any] = {}  # never modified
    """The values of a blocked event, with all keys masked."""


class Answer(NamedTuple):
    """The exit code and the output of a hook."""

    output: Fields | None = None
    """JSON for stdout; `None`: nothing."""
    error: str = ""
    """Text for stderr."""
    code: int = 0


Header = tuple[tuple[str, object], ...]
"""Members of a JSON object."""

COMMAND = "{command}"
"""The placeholder in an entry for the command line of the hook."""


class Entry(NamedTuple):
    """An entry that makes an assistant run a hook."""

    path: tuple[str, ...]
    """Names that lead to the list of entries."""
    value: Fields


def build_group(matcher: str = "") -> Fields:
    """Return an entry as Claude Code reads it; `matcher` is the pattern of the tools' names."""
    hooks = {"hooks": [{"type": "command", "command": COMMAND}]}
    return {"matcher": matcher, **hooks} if matcher else hooks


class HookSettings(NamedTuple):
    """The file in which an assistant looks for hooks, and what it must contain."""

    user: str
    """Path of the file that counts for all projects; it begins with `~/`."""
    project: str
    """Path of the file in a project."""
    entries: tuple[Entry, ...]
    header: Header = ()
    """Further members of a new file."""
    home_variable: str = ""
    """Environment variable with the folder in place of the first one in `user`."""
    owner: str = ""
    """Name of the assistant in the command, if several share a file."""
    note: str = ""
    """Other steps or facts for the user."""


class Agent(Protocol):
    """A module that knows the hooks of one assistant."""

    TITLE: str
    SHAPE: EventShape
    SETTINGS: HookSettings

    def is_own(self, fields: Fields) -> bool:
        """Return whether the assistant writes events with these fields."""

    def build_answer(self, event: Event, verdict: Verdict) -> Answer:
        """Return the answer that makes the assistant obey the verdict."""


class _UnknownAgent:
    """An assistant that no module knows: all of its event is scanned.

    Code 2 with the reason on stderr is what Claude Code, Codex, Cursor, Gemini CLI, Kiro and
    VS Code document as blocking, and other assistants follow.
    """

    TITLE = "an unknown assistant"
    SHAPE = EventShape(name_fields=())
    SETTINGS = HookSettings("", "", ())

    def is_own(self, fields: Fields) -> bool:
        """Return true: every event may be of an unknown assistant."""
        return True

    def build_answer(self, event: Event, verdict: Verdict) -> Answer:
        """Block with exit code 2 and the reason on stderr."""
        return Answer(error=verdict.reason or verdict.warning, code=2 if verdict.reason else 0)


UNKNOWN: Agent = _UnknownAgent()
