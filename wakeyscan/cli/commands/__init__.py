"""Commands of the command line, one module per command."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.config.options import Parameters, Values

INCOMPLETE, INTERNAL_ERROR, INTERRUPTED = 3, 4, 130
"""Exit codes."""


class Command(Protocol):
    """A module that runs one command."""

    HELP: str
    PARAMETERS: Parameters

    def run(self, values: Values, operands: list[str]) -> int:
        """Run the command and return its exit code."""


COMMANDS: Registry[Command] = Registry(
    "command",
    {
        name: f"wakeyscan.cli.commands.{name}"
        for name in (
            *(
                "scan",
                "audit",
                "fleet",
                "hook",
                "verify",
                "fix",
                "wipe",
                "ignore",
                "report",
                "rules",
            ),
            *("config", "action", "doctor", "completion"),
        )
    },
)
