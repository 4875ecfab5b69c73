"""Commands of the command line, one module per command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.cli.commands.command import Command

INCOMPLETE, INTERNAL_ERROR, INTERRUPTED = 3, 4, 130
"""Exit codes."""


COMMANDS: Registry[Command] = Registry(
    "command",
    {
        name: f"wakeyscan.cli.commands.{name}"
        for name in (
            *("scan", "audit", "hook", "verify", "fix", "wipe", "ignore", "report", "rules"),
            *("config", "action", "doctor", "completion"),
        )
    },
)
