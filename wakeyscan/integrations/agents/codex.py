"""Codex CLI.

Events and answers: https://developers.openai.com/codex/hooks, and the JSON Schemas in
openai/codex, codex-rs/hooks/schema/generated. They have the names of Claude Code's, and differ in
two ways: an event names its turn, and the reason replaces a blocked output.

Codex reads hooks from `~/.codex/hooks.json` and `.codex/hooks.json`. It has no tool that reads
files: it runs commands, whose output is scanned.
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
from wakeyscan.integrations.agents.claude import build_denial, build_pass

TITLE = "Codex CLI"

SHAPE = EventShape(prompts=("UserPromptSubmit",), inputs=("PreToolUse",), outputs=("PostToolUse",))

_TURN = "turn_id"
"""Field that the events of Claude Code lack."""
SETTINGS = HookSettings(
    user="~/.codex/hooks.json",
    project=".codex/hooks.json",
    home_variable="CODEX_HOME",
    entries=(
        Entry(("hooks", "UserPromptSubmit"), build_group()),
        Entry(("hooks", "PreToolUse"), build_group(".*")),
        Entry(("hooks", "PostToolUse"), build_group(".*")),
    ),
    note="Codex runs it after you have trusted it in /hooks",
)


def is_own(fields: Fields) -> bool:
    """Return whether Codex wrote the event: its events name the turn."""
    return {"hook_event_name", "session_id", _TURN} <= fields.keys()


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. Only prompts, tool calls and outputs can be blocked."""
    if not verdict.reason:
        return build_pass(verdict)
    if event.kind == INPUT:
        return Answer({"hookSpecificOutput": build_denial(event, verdict)})
    if event.kind in (PROMPT, OUTPUT):
        return Answer({"decision": "block", "reason": verdict.reason})
    return Answer({"systemMessage": verdict.reason})
