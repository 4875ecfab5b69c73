"""Cursor.

Events, fields and answers: https://cursor.com/docs/hooks. Cursor takes no answer for the output of
a command or of its own tools: only the output of an MCP tool can be replaced.
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

TITLE = "Cursor"

_SHAPE = EventShape(
    prompts=("beforeSubmitPrompt",),
    inputs=(
        *("preToolUse", "beforeShellExecution", "beforeMCPExecution", "beforeReadFile"),
        "beforeTabFileRead",
    ),
    outputs=("postToolUse", "afterShellExecution", "afterMCPExecution"),
    input_fields=("tool_input", "command"),
    readers=("Read",),
)


def is_own(fields: Fields) -> bool:
    """Return whether Cursor wrote the event."""
    return {"hook_event_name", "conversation_id", "generation_id"} <= fields.keys()


def parse_event(fields: Fields) -> Event:
    """Return the parts to scan."""
    return parse_shape(fields, find_event_name(fields), _SHAPE)


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer; an empty one leaves the decision to Cursor."""
    if not verdict.reason:
        return Answer({"continue": True} if event.kind == PROMPT else {}, verdict.warning)
    if event.kind == PROMPT:
        return Answer({"continue": False, "user_message": verdict.reason})
    if event.kind == INPUT:
        messages = {"user_message": verdict.reason, "agent_message": verdict.reason}
        return Answer({"permission": "deny", **messages})
    if event.kind == OUTPUT and event.name == "postToolUse":
        masked = verdict.masked.get("tool_output")
        context = {"additional_context": verdict.reason}
        return Answer({"updated_mcp_tool_output": masked, **context}, verdict.reason)
    return Answer({}, verdict.reason)
