"""Baselines: findings that other scanners accept, and upkeep of our own ignore file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.baselines.baseline_entry import BaselineEntry


class Importer(Protocol):
    """A module that reads the baseline of one scanner."""

    WITH_REPORT: bool
    """Whether the scanner's own report, given beside the baseline, adds anything."""

    def recognizes(self, name: str, text: str) -> bool:
        """Return whether a file, by its base name and text, is such a baseline."""

    def parse_entries(self, text: str, report: str) -> Iterator[BaselineEntry]:
        """Yield what a baseline accepts; raises `ValueError` and the like if it is malformed."""


IMPORTERS: Registry[Importer] = Registry(
    "baseline format",
    {
        "betterleaks": "wakeyscan.baselines.betterleaks",
        "detect-secrets": "wakeyscan.baselines.detect_secrets",
        "gitleaks": "wakeyscan.baselines.gitleaks",
        "kingfisher": "wakeyscan.baselines.kingfisher",
    },
)
