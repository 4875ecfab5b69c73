"""Importer for betterleaks 2: reports in JSON or JSON lines, and `.betterleaksignore`.

A fingerprint is the SHA-256 of a value; an ignore file has one per line. Reports of betterleaks 1
have the format of gitleaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.baselines.baseline import BaselineEntry, parse_json
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

WITH_REPORT = False
"""Whether a report of the scanner adds information."""

_DIGEST = re.compile(r"(?P<keyed>hmac-sha256:)?(?P<digest>[0-9A-Fa-f]{64})(?:\s*#\s*(?P<note>.*))?")
_KEYED = "its fingerprint depends on a key (--hmac-key) and cannot be compared"
_INVALID = "not a betterleaks fingerprint (64 hexadecimal digits)"


def recognizes(name: str, text: str) -> bool:
    """Return whether a file is a report of betterleaks 2 or a list of its fingerprints."""
    if findings := _list_findings(text):
        return all("rule_id" in item and "match" in item for item in findings)
    report = parse_json(text)
    if report is not None:
        return isinstance(report, dict) and "schema_version" in report and "findings" in report
    rows = [row for row in map(str.strip, text.splitlines()) if row and row[0] != "#"]
    return sum(_DIGEST.fullmatch(row) is not None for row in rows) * 2 > len(rows)


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield the entries of a file."""
    if findings := _list_findings(text):
        yield from (_parse_finding(item, f"finding {n}") for n, item in enumerate(findings, 1))
    elif parse_json(text) is None:
        rows = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1))
        yield from (_parse_row(f"line {n}", row) for n, row in rows if row and row[0] != "#")


def _list_findings(text: str) -> list[dict[str, Any]]:
    """Return the findings of a report: one JSON document, or one per line."""
    report = parse_json(text)
    if report is None:
        lines = [parse_json(line) for line in text.splitlines() if line.strip()]
    else:
        lines = [report]
    documents = [line for line in lines if isinstance(line, dict) and "schema_version" in line]
    lists = [line.get("findings", [line.get("finding")]) for line in documents]
    items = [item for some in lists if isinstance(some, list) for item in some]
    return [item for item in items if isinstance(item, dict)]


def _parse_finding(item: dict[str, Any], label: str) -> BaselineEntry:
    location, match = item["location"], item["match"]
    line, columns = int(location["start_line"]), None
    last = max(line, int(location.get("end_line", line)))
    if last == line and "end_column" in location:
        columns = int(location["start_column"]), int(location["end_column"])
    commit = str(item.get("attributes", {}).get("git.sha") or "")
    path, fingerprint = str(location["path"]), str(match.get("fingerprint") or "")
    entry = BaselineEntry(
        label, path=path, line=line, last_line=last, columns=columns, commit=commit
    )
    digest = _DIGEST.fullmatch(fingerprint)
    if not digest or digest["keyed"]:
        return entry  # with its location only
    return entry._replace(digest=("sha256", digest["digest"].lower()))


def _parse_row(label: str, row: str) -> BaselineEntry:
    found = _DIGEST.fullmatch(row)
    if not found:
        return BaselineEntry(label, problem=_INVALID)
    if found["keyed"]:
        return BaselineEntry(label, problem=_KEYED)
    digest = ("sha256", found["digest"].lower())
    return BaselineEntry(label, digest=digest, note=found["note"] or "")
