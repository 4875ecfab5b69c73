"""Suppression of findings: inline comments, the ignore file, and the policy of a configuration."""

from __future__ import annotations

from typing import NamedTuple

IGNORE_FILE = ".wakeyscanignore"
"""Name of the ignore file, at the top of a repository."""


class IgnoreStats(NamedTuple):
    """Numbers of entries in the ignore file that hide a finding, hide none, or have expired."""

    used: int = 0
    unused: int = 0
    expired: int = 0
