"""Claude Code.

Events, fields and answers: https://code.claude.com/docs/en/hooks. The replacement of an output,
`updatedToolOutput`, must have the shape of the tool's own output.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
    INPUT,
    OUTPUT,
    PROMPT,
    Answer,
    Event,
    Fields,
    Verdict,
)
from wakeyscan.integrations.agents.event_shape import EventShape, find_event_name, parse_shape

TITLE = "Claude Code"

_SHAPE = EventShape(
    prompts=("UserPromptSubmit",),
    inputs=("PreToolUse",),
    outputs=("PostToolUse",),
    readers=("Read", "NotebookRead"),
)


def is_own(fields: Fields) -> bool:
    """Return whether Claude Code wrote the event."""
    return {"hook_event_name", "session_id", "transcript_path"} <= fields.keys()


def parse_event(fields: Fields) -> Event:
    """Return the parts to scan."""
    return parse_shape(fields, find_event_name(fields), _SHAPE)


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. Only prompts, tool calls and outputs can be blocked."""
    if not verdict.reason:
        return build_pass(verdict)
    if event.kind == PROMPT:
        return Answer({"decision": "block", "reason": verdict.reason})
    if event.kind == INPUT:
        return Answer({"hookSpecificOutput": build_denial(event, verdict)})
    if event.kind == OUTPUT and (masked := verdict.masked.get("tool_response")) is not None:
        changed = {"updatedToolOutput": masked, "additionalContext": verdict.reason}
        return Answer({"hookSpecificOutput": {"hookEventName": event.name, **changed}})
    return Answer({"systemMessage": verdict.reason})


def build_pass(verdict: Verdict) -> Answer:
    """Return the answer to an event that passes: a warning for the user, if any."""
    return Answer({"systemMessage": verdict.warning} if verdict.warning else None)


def build_denial(event: Event, verdict: Verdict) -> Fields:
    """Return the part of an answer that denies a tool call."""
    return {
        "hookEventName": event.name,
        "permissionDecision": "deny",
        "permissionDecisionReason": verdict.reason,
    }
