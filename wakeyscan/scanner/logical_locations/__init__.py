"""Logical locations: where in a structured document a finding is, in the document's own terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.scanner.logical_locations.key_path import KeyPath


class LogicalLocation(Protocol):
    """A module that knows one kind of document, such as a notebook."""

    def recognizes(self, name: str, content: bytes) -> bool:
        """Return whether a document, by its path in lower case and its content, is of this kind."""

    def describe(self, trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
        """Yield the names and values that locate a finding; `place` is its line and column."""


LOGICAL_LOCATIONS: Registry[LogicalLocation] = Registry(
    "kind of document",
    {
        name: f"wakeyscan.scanner.logical_locations.{name}"
        for name in (
            "cassette",
            "har",
            "kubernetes",
            "notebook",
            "postman",
            "source_map",
            "terraform",
        )
    },
)
