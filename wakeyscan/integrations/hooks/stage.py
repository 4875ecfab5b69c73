"""The interface of a git hook stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.sources.options import SourceOptions
    from wakeyscan.sources.source import Source

HookInput = tuple["Source", Iterable["str | Skipped"], "SourceOptions"]
"""A source, its units to scan, and the options to read them with."""


class Stage(Protocol):
    """A module that reads the input of one git hook."""

    ADVICE: str
    """What to do about a finding, for stderr."""

    def open_input(self, arguments: list[str], options: SourceOptions) -> HookInput:
        """List what the hook has to scan; `arguments` are those that git gives it."""
