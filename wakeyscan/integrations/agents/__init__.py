"""Hooks of coding assistants: what each one passes to a hook, and the responses that it reads."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.integrations.agents.agent import Agent, Fields

AGENTS: Registry[Agent] = Registry(
    "assistant",
    {
        # The first one that recognizes an event answers it; Claude Code has the most general shape.
        "codex": "wakeyscan.integrations.agents.codex",
        "cursor": "wakeyscan.integrations.agents.cursor",
        "gemini": "wakeyscan.integrations.agents.gemini",
        "vibe": "wakeyscan.integrations.agents.vibe",
        "copilot": "wakeyscan.integrations.agents.copilot",
        "vscode": "wakeyscan.integrations.agents.vscode",
        "kiro": "wakeyscan.integrations.agents.kiro",
        "claude": "wakeyscan.integrations.agents.claude",
    },
)

WITHOUT_EVENTS = {
    "junie": "Junie runs hooks only when a session starts, and ignores their answer "
    "(https://junie.jetbrains.com/docs/junie-cli-hooks.html), so nothing would be scanned; "
    "wakeyscan scan agents: finds keys in what it keeps",
}
"""Assistants whose hooks see no prompt and no tool, and the message that explains it."""


def find_agent(fields: Fields) -> Agent | None:
    """Return the assistant whose events have these fields; `None` if there is none."""
    return next((agent for agent in AGENTS.values() if agent.is_own(fields)), None)
