"""Claude Code.

Events, fields and answers: https://code.claude.com/docs/en/hooks. The replacement of an output,
`updatedToolOutput`, must have the shape of the tool's own output. Without `suppressOriginalPrompt`,
the message about a blocked prompt repeats it.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
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
    build_group,
)

TITLE = "Claude Code"

SHAPE = EventShape(
    prompts=("UserPromptSubmit",),
    inputs=("PreToolUse",),
    outputs=("PostToolUse",),
    readers=("Read", "NotebookRead"),
)
SETTINGS = HookSettings(
    user="~/.claude/settings.json",
    project=".claude/settings.json",
    home_variable="CLAUDE_CONFIG_DIR",
    entries=(
        Entry(("hooks", "UserPromptSubmit"), build_group()),
        Entry(("hooks", "PreToolUse"), build_group("*")),
        Entry(("hooks", "PostToolUse"), build_group("*")),
    ),
)


def is_own(fields: Fields) -> bool:
    """Return whether Claude Code wrote the event."""
    return {"hook_event_name", "session_id", "transcript_path"} <= fields.keys()


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. Only prompts, tool calls and outputs can be blocked."""
    if not verdict.reason:
        return build_pass(verdict)
    if event.kind == PROMPT:
        hidden = {"hookEventName": event.name, "suppressOriginalPrompt": True}
        decision = {"decision": "block", "reason": verdict.reason}
        return Answer({**decision, "hookSpecificOutput": hidden})
    if event.kind == INPUT:
        return Answer({"hookSpecificOutput": build_denial(event, verdict)})
    if event.kind == OUTPUT and (masked := verdict.masked.get("tool_response")) is not None:
        changed = {"updatedToolOutput": _drop_copy(masked), "additionalContext": verdict.reason}
        return Answer({"hookSpecificOutput": {"hookEventName": event.name, **changed}})
    return Answer({"systemMessage": verdict.reason})


def _drop_copy(output: object) -> object:
    """Return an output without the path of its copy on disk, which would be shown instead."""
    if not isinstance(output, dict):
        return output
    return {name: value for name, value in output.items() if not name.startswith("persistedOutput")}


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
