"""The interface of a git hook stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks.hook_input import HookInput
    from wakeyscan.sources.options import SourceOptions


class Stage(Protocol):
    """A module that reads the input of one git hook."""

    ADVICE: str
    """What to do about a finding, for stderr."""

    def open_input(self, arguments: list[str], options: SourceOptions) -> HookInput:
        """List what the hook has to scan; `arguments` are those that git gives it."""
