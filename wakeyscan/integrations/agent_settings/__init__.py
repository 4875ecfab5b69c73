"""Settings files of coding assistants: entries that run our hook, added and removed as text.

The rest of a file keeps every byte: comments, order, indentation, line ends.
"""

from __future__ import annotations

from collections.abc import Iterable

from wakeyscan.core.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.integrations.agents.agent import Entry, Header


class SettingsFormat(Protocol):
    """A module that changes the text of settings; its functions raise `ValueError`."""

    def build_file(self, entries: Iterable[Entry], header: Header) -> str:
        """Return the text of a new file."""

    def add_entries(self, text: str, entries: Iterable[Entry]) -> str:
        """Return a text with entries."""

    def remove_entries(self, text: str, entries: Iterable[Entry]) -> str:
        """Return a text without the entries that `add_entries` added."""

    def find_commands(self, text: str, entries: Iterable[Entry]) -> list[str]:
        """Return the command line of each entry, empty for one that the text lacks."""

    def count_hooks(self, text: str) -> int:
        """Return how often a text names a command line of our hook."""
