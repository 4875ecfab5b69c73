"""Reads JSON reports that wakeyscan wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wakeyscan.errors import SourceError

SCHEMA = "wakeyscan-report/1"
_PARTS = ("command", "targets", "findings", "keys")


@contextmanager
def read_report(path: str) -> Iterator[dict[str, Any]]:
    """Give a report to read from; raises `SourceError` where it lacks what is looked for."""
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        if report["schema"] != SCHEMA:
            raise ValueError("its schema is another one")
        yield {name: report[name] for name in _PARTS}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(f"{path}: is no JSON report of wakeyscan: {error}") from None
