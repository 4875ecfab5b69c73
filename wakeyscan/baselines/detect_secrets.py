"""detect-secrets: a baseline (`.secrets.baseline`), which has the SHA-1 of each secret.

Its lines move with the file, so that the hash says which secret was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wakeyscan.baselines.baseline_entry import BaselineEntry, parse_json

WITH_REPORT = False
"""Whether a report beside a file says more of it."""

_AUDITED = {True: "audited there as a real secret", False: "audited there as no secret"}


def recognizes(name: str, text: str) -> bool:
    """Say whether a file is a baseline of detect-secrets."""
    baseline = parse_json(text)
    if not isinstance(baseline, dict) or not isinstance(baseline.get("results"), dict):
        return False
    return "plugins_used" in baseline or "version" in baseline


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield what a baseline accepts."""
    number = 0
    for path, secrets in parse_json(text)["results"].items():
        for item in secrets:
            number += 1
            yield _of_secret(str(path), item, f"result {number}")


def _of_secret(path: str, item: dict[str, Any], entry: str) -> BaselineEntry:
    line = int(item.get("line_number") or 0)  # a slim baseline has none
    digest = ("sha1", str(item["hashed_secret"]).lower())
    label = item.get("is_secret")
    note = _AUDITED[label] if isinstance(label, bool) else ""
    return BaselineEntry(entry, path, line, line, digest=digest, note=note)
