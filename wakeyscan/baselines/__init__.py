"""Baselines of other scanners, and maintenance of our own ignore file."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.baselines.baseline import BaselineEntry


class Importer(Protocol):
    """A module that reads the baseline of one scanner."""

    WITH_REPORT: bool
    """Whether a report of the scanner, given with the baseline, adds information."""

    def recognizes(self, name: str, text: str) -> bool:
        """Return whether a file with this base name and text is such a baseline."""

    def parse_entries(self, text: str, report: str) -> Iterator[BaselineEntry]:
        """Yield the accepted findings; raise `ValueError` or similar if the text is malformed."""


IMPORTERS: Registry[Importer] = Registry(
    "baseline format",
    {
        "betterleaks": "wakeyscan.baselines.betterleaks",
        "detect-secrets": "wakeyscan.baselines.detect_secrets",
        "gitleaks": "wakeyscan.baselines.gitleaks",
        "kingfisher": "wakeyscan.baselines.kingfisher",
    },
)
