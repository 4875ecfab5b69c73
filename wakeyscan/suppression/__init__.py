"""Suppression: inline comments, the ignore file and policy that accept findings."""

from __future__ import annotations

from typing import NamedTuple

IGNORE_FILE = ".wakeyscanignore"
"""What the file of accepted findings is called, at the top of a repository."""


class IgnoreStats(NamedTuple):
    """How many entries of the ignore file hide something, nothing, or are past their day."""

    used: int = 0
    unused: int = 0
    expired: int = 0
