"""GitHub Copilot CLI.

Events, fields and answers: github/docs, content/copilot/reference/hooks-reference.md
(https://docs.github.com/en/copilot/reference/hooks-reference). Events have no name: their fields
tell them apart. With event names in PascalCase, fields are in snake_case.
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

TITLE = "GitHub Copilot CLI"

_SHAPE = EventShape(
    prompts=("userPromptSubmitted", "UserPromptSubmit"),
    inputs=("preToolUse", "PreToolUse"),
    outputs=("postToolUse", "PostToolUse"),
    input_fields=("toolArgs", "tool_input"),
    tool_fields=("toolName", "tool_name"),
    readers=("view", "Read"),
)


def is_own(fields: Fields) -> bool:
    """Return whether Copilot CLI wrote the event.

    In snake_case, its events resemble those of VS Code, which also name a transcript.
    """
    if "sessionId" in fields and "hookEventName" not in fields:
        return "timestamp" in fields
    named = fields.get("hook_event_name") in _SHAPE.names and "timestamp" in fields
    return named and "transcript_path" not in fields


def parse_event(fields: Fields) -> Event:
    """Return the parts to scan."""
    return parse_shape(fields, _find_name(fields), _SHAPE)


def _find_name(fields: Fields) -> str:
    if "hook_event_name" in fields:
        return find_event_name(fields)
    if "toolResult" in fields:
        return "postToolUse"
    if "toolName" in fields and "error" not in fields:
        return "preToolUse"
    return "userPromptSubmitted" if "prompt" in fields else ""


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. Copilot drops the answer to a prompt; code 2 shows its user a warning."""
    if not verdict.reason:
        return Answer(error=verdict.warning, code=2 if verdict.warning and _can_warn(event) else 0)
    if event.kind == INPUT:
        reason = verdict.reason
        return Answer({"permissionDecision": "deny", "permissionDecisionReason": reason})
    if event.kind == OUTPUT:
        return Answer({"modifiedResult": _build_result(verdict)})
    return Answer(error=verdict.reason, code=2)


def _can_warn(event: Event) -> bool:
    """Return whether code 2 is a warning: it denies a tool call."""
    return event.kind in (PROMPT, OUTPUT)


def _build_result(verdict: Verdict) -> Fields:
    result = verdict.masked.get("toolResult", verdict.masked.get("tool_result"))
    fields = result if isinstance(result, dict) else {}
    text = fields.get("textResultForLlm", fields.get("text_result_for_llm", ""))
    note = f"[{verdict.reason}]"
    return {"resultType": "success", "textResultForLlm": f"{text}\n{note}" if text else note}
