"""betterleaks 2: reports as baselines, in JSON or a finding a line, and `.betterleaksignore`.

Its fingerprint of a value is the SHA-256 of it; an ignore file has one a line. Reports of
betterleaks 1 are those of gitleaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wakeyscan.baselines.baseline_entry import BaselineEntry, parse_json

WITH_REPORT = False
"""Whether a report beside a file says more of it."""

_DIGEST = re.compile(r"(?P<keyed>hmac-sha256:)?(?P<digest>[0-9A-Fa-f]{64})(?:\s*#\s*(?P<note>.*))?")
_KEYED = "its fingerprint is made with a key (--hmac-key), without which it says nothing"
_NONE = "is no fingerprint of betterleaks (64 hex digits)"


def recognizes(name: str, text: str) -> bool:
    """Say whether a file is a report of betterleaks 2, or a list of its fingerprints."""
    if found := _findings(text):
        return all("rule_id" in item and "match" in item for item in found)
    report = parse_json(text)
    if report is not None:
        return isinstance(report, dict) and "schema_version" in report and "findings" in report
    rows = [row for row in map(str.strip, text.splitlines()) if row and row[0] != "#"]
    return sum(_DIGEST.fullmatch(row) is not None for row in rows) * 2 > len(rows)


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield what a file accepts."""
    if recognised := _findings(text):
        yield from (_of_finding(item, f"finding {n}") for n, item in enumerate(recognised, 1))
    elif parse_json(text) is None:
        rows = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
        yield from (_of_row(f"line {n}", row) for n, row in rows if row and row[0] != "#")


def _findings(text: str) -> list[dict[str, Any]]:
    """Give the findings of a report: one document, or one a line."""
    report = parse_json(text)
    if report is None:
        lines = [parse_json(line) for line in text.splitlines() if line.strip()]
    else:
        lines = [report]
    known = [line for line in lines if isinstance(line, dict) and "schema_version" in line]
    lists = [line.get("findings", [line.get("finding")]) for line in known]
    items = [item for some in lists if isinstance(some, list) for item in some]
    return [item for item in items if isinstance(item, dict)]


def _of_finding(item: dict[str, Any], entry: str) -> BaselineEntry:
    location, match = item["location"], item["match"]
    line, columns = int(location["start_line"]), None
    last = max(line, int(location.get("end_line", line)))
    if last == line and "end_column" in location:
        columns = int(location["start_column"]), int(location["end_column"])
    commit = str(item.get("attributes", {}).get("git.sha") or "")
    path, fingerprint = str(location["path"]), str(match.get("fingerprint") or "")
    found = BaselineEntry(entry, path, line, last, columns, commit)
    digest = _DIGEST.fullmatch(fingerprint)
    if not digest or digest["keyed"]:  # its place is still known
        return found
    return found._replace(digest=("sha256", digest["digest"].lower()))


def _of_row(entry: str, row: str) -> BaselineEntry:
    found = _DIGEST.fullmatch(row)
    if not found:
        return BaselineEntry(entry, obstacle=_NONE)
    if found["keyed"]:
        return BaselineEntry(entry, obstacle=_KEYED)
    digest = ("sha256", found["digest"].lower())
    return BaselineEntry(entry, digest=digest, note=found["note"] or "")
