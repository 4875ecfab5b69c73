"""Rules in the forms that other scanners read, for `wakeyscan rules export`."""

from __future__ import annotations

from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.rules.exports.export import Export

EXPORTS: Registry[Export] = Registry(
    "export format",
    {
        "gitleaks": "wakeyscan.rules.exports.formats:GITLEAKS",
        "betterleaks": "wakeyscan.rules.exports.formats:BETTERLEAKS",
        "kingfisher": "wakeyscan.rules.exports.formats:KINGFISHER",
        "trufflehog": "wakeyscan.rules.exports.formats:TRUFFLEHOG",
        "github": "wakeyscan.rules.exports.formats:GITHUB",
        "gitlab": "wakeyscan.rules.exports.formats:GITLAB",
    },
)
"""Modules by the name of the scanner."""
