"""GitHub Copilot in VS Code.

Events, fields and answers: microsoft/vscode-docs, docs/copilot/customization/hooks.md
(https://code.visualstudio.com/docs/copilot/customization/hooks). Prompts and outputs have no
specific response: `continue` ends the turn before the model continues with them.

VS Code reads the hook files of Copilot CLI in `.github/hooks`, and those of Claude Code, and
converts the names of their events. So the event identifies the assistant, not the file of the hook.
"""

from __future__ import annotations

from wakeyscan.integrations.agents import copilot
from wakeyscan.integrations.agents.agent import (
    INPUT,
    Answer,
    Event,
    EventShape,
    Fields,
    Verdict,
)
from wakeyscan.integrations.agents.claude import build_denial, build_pass
from wakeyscan.integrations.agents.event_shape import find_event_name

TITLE = "GitHub Copilot in VS Code"

SHAPE = EventShape(
    prompts=("UserPromptSubmit",),
    inputs=("PreToolUse",),
    outputs=("PostToolUse",),
    readers=("readFile", "read_file", "copilot_readFile"),
    name_fields=("hookEventName", "hook_event_name"),
)
SETTINGS = copilot.SETTINGS


def is_own(fields: Fields) -> bool:
    """Return whether VS Code wrote the event: unlike Claude Code's, it has a time."""
    return (
        bool(find_event_name(fields, SHAPE)) and {"timestamp", "transcript_path"} <= fields.keys()
    )


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer."""
    if not verdict.reason:
        return build_pass(verdict)
    if event.kind == INPUT:
        return Answer({"hookSpecificOutput": build_denial(event, verdict)})
    return Answer({"continue": False, "stopReason": verdict.reason})
