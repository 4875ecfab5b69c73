"""Importer for detect-secrets baselines (`.secrets.baseline`), with a SHA-1 of each secret.

Lines shift when a file changes, so the hash identifies the secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.baselines.baseline import BaselineEntry, parse_json
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

WITH_REPORT = False
"""Whether a report of the scanner adds information."""

_NOTES = {True: "audited there as a real secret", False: "audited there as not a secret"}


def recognizes(name: str, text: str) -> bool:
    """Return whether a file is a baseline of detect-secrets."""
    baseline = parse_json(text)
    if not isinstance(baseline, dict) or not isinstance(baseline.get("results"), dict):
        return False
    return "plugins_used" in baseline or "version" in baseline


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield the entries of a baseline."""
    number = 0
    for path, secrets in parse_json(text)["results"].items():
        for item in secrets:
            number += 1
            yield _build_entry(str(path), item, f"result {number}")


def _build_entry(path: str, item: dict[str, Any], label: str) -> BaselineEntry:
    line = int(item.get("line_number") or 0)  # absent in a slim baseline
    digest = ("sha1", str(item["hashed_secret"]).lower())
    verdict = item.get("is_secret")
    note = _NOTES[verdict] if isinstance(verdict, bool) else ""
    return BaselineEntry(label, path=path, line=line, last_line=line, digest=digest, note=note)
