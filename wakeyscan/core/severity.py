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

    __hash__ = int.__hash__  # that of an enumeration is a function of Python

    def __str__(self) -> str:
        return self._name_.lower()  # `name` is a property of Python
