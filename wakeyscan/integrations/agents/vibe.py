"""Mistral Vibe.

Events, fields and answers: mistralai/mistral-vibe, README.md, "Hooks (Experimental)", and
vibe/core/hooks/models.py. It has no event for prompts. A denied output is replaced by the reason.

Vibe reads hooks from `~/.vibe/hooks.toml` and `.vibe/hooks.toml`. Stdout must be empty or one JSON
object. Any exit code but 0 is a failure of the hook, which blocks only if the hook is `strict`.
An event that cannot be read has such an answer: exit code 2.

The output is in the event twice: as the tool returned it, and as the text for the model. The denial
replaces that text, so that the reason of the answer is the masked text.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
    COMMAND,
    INPUT,
    OUTPUT,
    Answer,
    Entry,
    Event,
    EventShape,
    Fields,
    HookSettings,
    Verdict,
)
from wakeyscan.integrations.agents.event_shape import find_event_name

TITLE = "Mistral Vibe"

SHAPE = EventShape(
    inputs=("before_tool",),
    outputs=("after_tool",),
    readers=("read_file",),
)

_AFTER_TURN = "post_agent_turn"
"""Name of the event after a turn, which carries no text."""
SETTINGS = HookSettings(
    user="~/.vibe/hooks.toml",
    project=".vibe/hooks.toml",
    home_variable="VIBE_HOME",
    entries=tuple(
        Entry(
            ("hooks",),
            {"name": f"wakeyscan-{kind}", "type": kind, "command": COMMAND, "strict": True},
        )
        for kind in ("before_tool", "after_tool")
    ),
    note="Vibe needs enable_experimental_hooks = true in its config.toml",
)


def is_own(fields: Fields) -> bool:
    """Return whether Vibe wrote the event: no other assistant has these event names."""
    return find_event_name(fields, SHAPE) in (*SHAPE.names, _AFTER_TURN)


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer. A denied output is replaced with the masked text, if there is one."""
    if not verdict.reason:
        return Answer({"system_message": verdict.warning} if verdict.warning else None)
    if event.kind == OUTPUT and isinstance(text := verdict.masked.get("tool_output_text"), str):
        return Answer({"decision": "deny", "reason": f"{text}\n[{verdict.reason}]"})
    if event.kind in (INPUT, OUTPUT):
        return Answer({"decision": "deny", "reason": verdict.reason})
    return Answer({"system_message": verdict.reason})
