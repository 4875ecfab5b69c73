"""Reads JSON reports that wakeyscan wrote."""

from __future__ import annotations

import json
from typing import Any

from wakeyscan.errors import SourceError

SCHEMA = "wakeyscan-report/1"
_PARTS = ("command", "targets", "findings", "keys")


def read_report(path: str) -> dict[str, Any]:
    """Read a report; raises `SourceError` where it is none."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        if report["schema"] != SCHEMA:
            raise ValueError("its schema is another one")
        return {name: report[name] for name in _PARTS}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(f"{path}: is no JSON report of wakeyscan: {error}") from None
