"""Gemini CLI.

Events, fields and answers: google-gemini/gemini-cli, docs/hooks/reference.md
(https://geminicli.com/docs/hooks/reference). A denied output is replaced by the reason.

Gemini CLI reads hooks from `settings.json` in `~/.gemini` and in `.gemini` of a project. The answer
is exit code 0 and JSON on stdout; stdout must have nothing else. Exit code 2 blocks with the reason
on stderr, any other code is a warning.

The events around a request to the model repeat the whole conversation. They are scanned if the user
configures them, but only reported: prompts and outputs have been scanned on their way in.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
    OTHER,
    Answer,
    Entry,
    Event,
    EventShape,
    Fields,
    HookSettings,
    Verdict,
    build_group,
)
from wakeyscan.integrations.agents.event_shape import find_event_name

TITLE = "Gemini CLI"

SHAPE = EventShape(
    prompts=("BeforeAgent",),
    inputs=("BeforeTool",),
    outputs=("AfterTool",),
    readers=("read_file", "read_many_files"),
)
_OTHERS = ("AfterAgent", "BeforeModel", "AfterModel", "BeforeToolSelection", "PreCompress")
"""Names of further events that only Gemini CLI has."""

SETTINGS = HookSettings(
    user="~/.gemini/settings.json",
    project=".gemini/settings.json",
    entries=(
        Entry(("hooks", "BeforeAgent"), build_group()),
        Entry(("hooks", "BeforeTool"), build_group(".*")),
        Entry(("hooks", "AfterTool"), build_group(".*")),
    ),
)


def is_own(fields: Fields) -> bool:
    """Return whether Gemini CLI wrote the event: no other assistant has such names."""
    return find_event_name(fields, SHAPE) in (*SHAPE.names, *_OTHERS)


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. Of other events, Gemini CLI shows a message only."""
    if not verdict.reason:
        return Answer({"systemMessage": verdict.warning} if verdict.warning else {})
    if event.kind == OTHER:
        return Answer({"systemMessage": verdict.reason})
    return Answer({"decision": "deny", "reason": verdict.reason})
