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
    Event,
    Fields,
    Verdict,
)
from wakeyscan.integrations.agents.claude import build_denial, build_pass
from wakeyscan.integrations.agents.event_shape import EventShape, find_event_name, parse_shape

TITLE = "Codex CLI"

_SHAPE = EventShape(prompts=("UserPromptSubmit",), inputs=("PreToolUse",), outputs=("PostToolUse",))

_TURN = "turn_id"
"""Field that the events of Claude Code lack."""


def is_own(fields: Fields) -> bool:
    """Return whether Codex wrote the event: its events name the turn."""
    return {"hook_event_name", "session_id", _TURN} <= fields.keys()


def parse_event(fields: Fields) -> Event:
    """Return the parts to scan."""
    return parse_shape(fields, find_event_name(fields), _SHAPE)


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. Only prompts, tool calls and outputs can be blocked."""
    if not verdict.reason:
        return build_pass(verdict)
    if event.kind == INPUT:
        return Answer({"hookSpecificOutput": build_denial(event, verdict)})
    if event.kind in (PROMPT, OUTPUT):
        return Answer({"decision": "block", "reason": verdict.reason})
    return Answer({"systemMessage": verdict.reason})
