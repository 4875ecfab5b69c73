"""Kiro.

Events, fields and exit codes: https://kiro.dev/docs/cli/hooks. Its answer is the exit code alone: 2
blocks a tool call and passes stderr to the model, any other code shows stderr to the user. Outputs
cannot be withheld.

The CLI and the IDE read hooks from `.kiro/hooks/*.json` (https://kiro.dev/docs/cli/v3/hooks). The
CLI writes names of events in camelCase, the IDE in PascalCase. Code 2 is documented as blocking for
tool calls only; for a prompt, it is a warning if it does not block.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
    COMMAND,
    INPUT,
    PROMPT,
    Answer,
    Entry,
    Event,
    EventShape,
    Fields,
    HookSettings,
    Verdict,
)
from wakeyscan.integrations.agents.event_shape import find_event_name

TITLE = "Kiro"

SHAPE = EventShape(
    prompts=("userPromptSubmit", "UserPromptSubmit"),
    inputs=("preToolUse", "PreToolUse"),
    outputs=("postToolUse", "PostToolUse"),
    readers=("fs_read", "read", "readFile", "read_file"),
)
_OTHERS = ("agentSpawn", "stop")
"""Names of events without a text of the user or of a tool."""

_FOREIGN = {"transcript_path", "timestamp"}
"""Fields of other assistants whose events have the same names."""

SETTINGS = HookSettings(
    user="~/.kiro/hooks/wakeyscan.json",
    project=".kiro/hooks/wakeyscan.json",
    entries=tuple(
        Entry(
            ("hooks",),
            {
                "name": f"wakeyscan-{trigger}",
                "trigger": trigger,
                "action": {"type": "command", "command": COMMAND},
            },
        )
        for trigger in ("UserPromptSubmit", "PreToolUse", "PostToolUse")
    ),
    header=(("version", "v1"),),
)


def is_own(fields: Fields) -> bool:
    """Return whether Kiro wrote the event: it has no session and no time."""
    is_named = find_event_name(fields, SHAPE) in (*SHAPE.names, *_OTHERS)
    return is_named and not fields.keys() & _FOREIGN


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer."""
    if not verdict.reason:
        return Answer(error=verdict.warning, code=int(bool(verdict.warning)))
    is_blocked = event.kind in (PROMPT, INPUT)
    return Answer(error=verdict.reason, code=2 if is_blocked else 1)
