"""The interface of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.config.options import Parameters, Values


class Command(Protocol):
    """A module that runs one command."""

    HELP: str
    PARAMETERS: Parameters

    def run(self, values: Values, operands: list[str]) -> int:
        """Run the command and return its exit code."""
