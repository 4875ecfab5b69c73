"""Suppression of findings: inline comments, the ignore file, and the policy of a configuration."""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.suppression.policy import AllowedPath, PolicyNote, RuleOverride

IGNORE_FILE = ".wakeyscanignore"
"""Name of the ignore file, at the top of a repository."""


class IgnoreStats(NamedTuple):
    """Numbers of entries in the ignore file that hide a finding, hide none, or have expired."""

    used: int = 0
    unused: int = 0
    expired: int = 0


class Policy(NamedTuple):
    """Everything in a configuration file about rules and paths."""

    file: str = ""
    """Name of the file for messages; empty if there is none."""
    root: str = "."
    """Folder that the patterns are relative to."""
    rule_overrides: tuple[RuleOverride, ...] = ()
    allowed_paths: tuple[AllowedPath, ...] = ()
    exclude: tuple[str, ...] = ()
    revision: str = ""
    """Id of the commit that policy, ignore file and inline comments are read from, or empty."""
    saved_notes: tuple[PolicyNote, ...] = ()
    """For the policy of a saved report, which has neither overrides nor allowed paths: effects."""

    @property
    def has_effect(self) -> bool:
        """Whether it hides or changes findings, apart from excluded files."""
        return bool(self.rule_overrides or self.allowed_paths or self.saved_notes)
