"""Severity of findings, which rules and options name before anything is found."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How serious a finding is; ordered."""

    NOTE = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    def __str__(self) -> str:
        return self.name.lower()
