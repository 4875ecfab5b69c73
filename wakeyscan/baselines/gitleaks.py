"""gitleaks, and betterleaks 1: `.gitleaksignore`, and reports in JSON or SARIF as baselines.

An ignore file has a fingerprint a line, `commit:file:rule:line`, the commit in full or (since 8.26)
in seven digits, or `file:rule:line` for every version. A report knows columns, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from wakeyscan.baselines.baseline_entry import BaselineEntry, parse_json
from wakeyscan.core.secret import Secret

WITH_REPORT = True
"""Whether a report beside a file says more of it."""

_FINGERPRINT = re.compile(
    r"(?:(?P<commit>[0-9a-f]{7,64}):)?(?P<path>.+):(?P<rule>[^:\s]+):(?P<line>[0-9]+)"
)
_NONE = "is no fingerprint of gitleaks (commit:file:rule:line)"
_SHORT = 7
"""Digits of a commit that two forms of one fingerprint have in common."""


class _Reported(NamedTuple):
    """One finding of a report."""

    fingerprint: str
    """`file:rule:line`, without the commit."""
    item: BaselineEntry


def recognizes(name: str, text: str) -> bool:
    """Say whether a file is a report of gitleaks, or a list of its fingerprints."""
    report = parse_json(text)
    if report is not None:
        return _is_report(report)
    rows = [row for row in map(str.strip, text.splitlines()) if row and row[0] != "#"]
    like = sum(_FINGERPRINT.fullmatch(row) is not None for row in rows)
    return name == ".gitleaksignore" or like * 2 > len(rows)


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield what a file accepts; with a report, of an ignore file what both name, exactly."""
    if (own := parse_json(text)) is not None:
        yield from (reported.item for reported in _reported(own))
        return
    known, note = list(_reported(parse_json(report))) if report else [], list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        row = line.strip()
        if row.startswith("#"):
            note.append(row.lstrip("# "))
        elif row:
            yield from _of_row(f"line {number}", row, known, " ".join(note))
        else:
            note = []


def _of_row(entry: str, row: str, known: list[_Reported], note: str) -> Iterator[BaselineEntry]:
    found = _FINGERPRINT.fullmatch(row)
    if not found:
        yield BaselineEntry(entry, obstacle=_NONE)
        return
    commit, path, line = found["commit"] or "", found["path"], int(found["line"])
    wanted = f"{path}:{found['rule']}:{line}"
    same = [
        reported.item._replace(entry=entry, commit=commit, note=note)
        for reported in known
        if reported.fingerprint == wanted and reported.item.commit.startswith(commit[:_SHORT])
    ]
    plain = BaselineEntry(entry, path, line, line, commit=commit, whole_line=True, note=note)
    yield from same or [plain]


def _is_report(report: Any) -> bool:
    if isinstance(report, list):
        return all(isinstance(item, dict) and "RuleID" in item for item in report)
    return isinstance(report, dict) and isinstance(report.get("runs"), list)


def _reported(report: Any) -> Iterator[_Reported]:
    if not _is_report(report):
        raise ValueError("it is no report of gitleaks, in JSON or SARIF")
    if isinstance(report, list):
        yield from (_of_json(item, f"finding {n}") for n, item in enumerate(report, 1))
        return
    results = [result for run in report["runs"] for result in run.get("results") or ()]
    yield from (_of_sarif(result, f"result {n}") for n, result in enumerate(results, 1))


def _of_json(item: dict[str, Any], entry: str) -> _Reported:
    path, line = str(item["File"]), int(item["StartLine"])
    last = max(line, int(item.get("EndLine", line)))
    columns = int(item.get("StartColumn", 0)), int(item.get("EndColumn", 0))
    found = BaselineEntry(
        entry,
        path,
        line,
        last,
        columns if last == line and columns[1] else None,
        str(item.get("Commit") or ""),
        text=_clear(str(item.get("Secret") or "")),
    )
    return _Reported(f"{path}:{item['RuleID']}:{line}", found)


def _of_sarif(result: dict[str, Any], entry: str) -> _Reported:
    physical = result["locations"][0]["physicalLocation"]
    path, region = unquote(str(physical["artifactLocation"]["uri"])), physical["region"]
    line = int(region["startLine"])
    last = max(line, int(region.get("endLine", line)))
    columns = int(region.get("startColumn", 0)), int(region.get("endColumn", 0))
    commit = str(result.get("partialFingerprints", {}).get("commitSha") or "")
    found = BaselineEntry(
        entry,
        path,
        line,
        last,
        columns if last == line and columns[1] else None,
        commit,
        text=_clear(str(region.get("snippet", {}).get("text") or "")),
    )
    return _Reported(f"{path}:{result['ruleId']}:{line}", found)


def _clear(text: str) -> Secret | None:
    """Give a secret that a report has in the clear, which it has not with `--redact`."""
    if text in ("", "REDACTED") or text.endswith("..."):
        return None
    return Secret(text.encode("utf-8", "surrogateescape"), "gitleaks")
