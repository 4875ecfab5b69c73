"""Cursor.

Events, fields and answers: https://cursor.com/docs/hooks. Cursor accepts no response for the output
of a command or of its own tools: only the output of an MCP tool can be replaced.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
    COMMAND,
    INPUT,
    OUTPUT,
    PROMPT,
    Answer,
    Entry,
    Event,
    EventShape,
    Fields,
    HookSettings,
    Verdict,
)

TITLE = "Cursor"

SHAPE = EventShape(
    prompts=("beforeSubmitPrompt",),
    inputs=(
        *("preToolUse", "beforeShellExecution", "beforeMCPExecution", "beforeReadFile"),
        "beforeTabFileRead",
    ),
    outputs=("postToolUse", "afterShellExecution", "afterMCPExecution"),
    input_fields=("tool_input", "command"),
    readers=("Read",),
)
SETTINGS = HookSettings(
    user="~/.cursor/hooks.json",
    project=".cursor/hooks.json",
    entries=tuple(
        Entry(("hooks", event), {"command": COMMAND})
        for event in ("beforeSubmitPrompt", "beforeReadFile", "preToolUse", "postToolUse")
    ),
    header=(("version", 1),),
)


def is_own(fields: Fields) -> bool:
    """Return whether Cursor wrote the event."""
    return {"hook_event_name", "conversation_id", "generation_id"} <= fields.keys()


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
