"""Histories of secrets, for reports."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.support.keys import PREFIX
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory
from wakeyscan.core.severity import Severity


def build_history(day: int = 1, **fields: Any) -> SecretHistory:
    """Return the history of a new key, introduced on a day of January 2026."""
    commit = CommitRef("c" * 40, f"2026-01-{day:02}T12:00:00Z")
    defaults: dict[str, Any] = {
        "rule": API_KEY,
        "secret": Secret(f"{PREFIX}{uuid4().hex}".encode(), API_KEY),
        "severity": Severity.HIGH,
        "introduced": commit,
        "removed": None,
        "at_head": False,
        "pushed": None,
        "reachable_from": ("HEAD",),
        "exposed_days": 30,
        "places": (Occurrence("a", 1, "b" * 40, commit.commit),),
    }
    return SecretHistory(**{**defaults, **fields})
