"""An unknown assistant: all of its event is scanned, and exit code 2 blocks it.

Code 2 with the reason on stderr is what Claude Code, Codex, Cursor, Gemini CLI, Kiro and VS Code
document as blocking, and other assistants follow.
"""

from __future__ import annotations

from wakeyscan.integrations.agents.agent import (
    Answer,
    Event,
    EventShape,
    Fields,
    HookSettings,
    Verdict,
)

TITLE = "an unknown assistant"

SHAPE = EventShape(name_fields=())
SETTINGS = HookSettings("", "", ())


def is_own(fields: Fields) -> bool:
    """Return true: every event may be of an unknown assistant."""
    return True


def build_answer(event: Event, verdict: Verdict) -> Answer:
    """Return the answer."""
    return Answer(error=verdict.reason or verdict.warning, code=2 if verdict.reason else 0)
