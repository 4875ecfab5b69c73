"""GitHub Copilot CLI.

Events, fields and answers: github/docs, content/copilot/reference/hooks-reference.md
(https://docs.github.com/en/copilot/reference/hooks-reference). Events have no name: their fields
distinguish them. With event names in PascalCase, fields are in snake_case.
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

TITLE = "GitHub Copilot CLI"

SHAPE = EventShape(
    prompts=("userPromptSubmitted", "UserPromptSubmit"),
    inputs=("preToolUse", "PreToolUse"),
    outputs=("postToolUse", "PostToolUse"),
    input_fields=("toolArgs", "tool_input"),
    tool_fields=("toolName", "tool_name"),
    readers=("view", "Read"),
    named_by=(
        ("toolResult", "postToolUse"),
        ("error", ""),
        ("toolName", "preToolUse"),
        ("prompt", "userPromptSubmitted"),
    ),
)
SETTINGS = HookSettings(
    user="~/.copilot/hooks/wakeyscan.json",
    project=".github/hooks/wakeyscan.json",
    home_variable="COPILOT_HOME",
    entries=tuple(
        Entry(("hooks", event), {"type": "command", "command": COMMAND})
        for event in ("userPromptSubmitted", "preToolUse", "postToolUse")
    ),
    header=(("version", 1),),
    owner="copilot",  # VS Code reads it too
)


def is_own(fields: Fields) -> bool:
    """Return whether Copilot CLI wrote the event.

    In snake_case, its events resemble those of VS Code, which also name a transcript.
    """
    if "sessionId" in fields and "hookEventName" not in fields:
        return "timestamp" in fields
    named = fields.get("hook_event_name") in SHAPE.names and "timestamp" in fields
    return named and "transcript_path" not in fields


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
