"""Importer for gitleaks and betterleaks 1: `.gitleaksignore`, and reports in JSON or SARIF.

An ignore file has one fingerprint per line: `commit:file:rule:line`, with the full commit or
(since 8.26) seven digits of it, or `file:rule:line` for every version. A report also has columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from wakeyscan.baselines.baseline import BaselineEntry, parse_json
from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

WITH_REPORT = True
"""Whether a report of the scanner adds information."""

_FINGERPRINT = re.compile(
    r"(?:(?P<commit>[0-9a-f]{7,64}):)?(?P<path>.+):(?P<rule>[^:\s]+):(?P<line>[0-9]+)"
)
_INVALID = "not a gitleaks fingerprint (commit:file:rule:line)"
_SHORT_COMMIT = 7
"""Digits of the commit in the short form of a fingerprint."""


class _ReportedFinding(NamedTuple):
    """A finding of a report."""

    fingerprint: str
    """`file:rule:line`, without the commit."""
    entry: BaselineEntry


def recognizes(name: str, text: str) -> bool:
    """Return whether a file is a report of gitleaks or a list of its fingerprints."""
    report = parse_json(text)
    if report is not None:
        return _is_report(report)
    rows = [row for row in map(str.strip, text.splitlines()) if row and row[0] != "#"]
    matching = sum(_FINGERPRINT.fullmatch(row) is not None for row in rows)
    return name == ".gitleaksignore" or matching * 2 > len(rows)


def parse_entries(text: str, report: str) -> Iterator[BaselineEntry]:
    """Yield the entries of a file; a report makes those of an ignore file more precise."""
    if (own := parse_json(text)) is not None:
        yield from (reported.entry for reported in _parse_report(own))
        return
    known, note = list(_parse_report(parse_json(report))) if report else [], list[str]()
    for number, line in enumerate(text.splitlines(), 1):
        row = line.strip()
        if row.startswith("#"):
            note.append(row.lstrip("# "))
        elif row:
            yield from _parse_row(f"line {number}", row, known, " ".join(note))
        else:
            note = []


def _parse_row(
    label: str, row: str, known: list[_ReportedFinding], note: str
) -> Iterator[BaselineEntry]:
    found = _FINGERPRINT.fullmatch(row)
    if not found:
        yield BaselineEntry(label, problem=_INVALID)
        return
    commit, path, line = found["commit"] or "", found["path"], int(found["line"])
    wanted = f"{path}:{found['rule']}:{line}"
    same = [
        reported.entry._replace(label=label, commit=commit, note=note)
        for reported in known
        if reported.fingerprint == wanted
        and reported.entry.commit.startswith(commit[:_SHORT_COMMIT])
    ]
    plain = BaselineEntry(
        label, path=path, line=line, last_line=line, commit=commit, covers_line=True, note=note
    )
    yield from same or [plain]


def _is_report(report: Any) -> bool:
    if isinstance(report, list):
        return all(isinstance(item, dict) and "RuleID" in item for item in report)
    return isinstance(report, dict) and isinstance(report.get("runs"), list)


def _parse_report(report: Any) -> Iterator[_ReportedFinding]:
    if not _is_report(report):
        raise ValueError("not a gitleaks report in JSON or SARIF")
    if isinstance(report, list):
        yield from (_parse_json_finding(item, f"finding {n}") for n, item in enumerate(report, 1))
        return
    results = [result for run in report["runs"] for result in run.get("results") or ()]
    yield from (_parse_sarif_result(result, f"result {n}") for n, result in enumerate(results, 1))


def _parse_json_finding(item: dict[str, Any], label: str) -> _ReportedFinding:
    path, line = str(item["File"]), int(item["StartLine"])
    last = max(line, int(item.get("EndLine", line)))
    columns = int(item.get("StartColumn", 0)), int(item.get("EndColumn", 0))
    entry = BaselineEntry(
        label,
        path=path,
        line=line,
        last_line=last,
        columns=columns if last == line and columns[1] else None,
        commit=str(item.get("Commit") or ""),
        secret=_build_secret(str(item.get("Secret") or "")),
    )
    return _ReportedFinding(f"{path}:{item['RuleID']}:{line}", entry)


def _parse_sarif_result(result: dict[str, Any], label: str) -> _ReportedFinding:
    physical = result["locations"][0]["physicalLocation"]
    path, region = unquote(str(physical["artifactLocation"]["uri"])), physical["region"]
    line = int(region["startLine"])
    last = max(line, int(region.get("endLine", line)))
    columns = int(region.get("startColumn", 0)), int(region.get("endColumn", 0))
    entry = BaselineEntry(
        label,
        path=path,
        line=line,
        last_line=last,
        columns=columns if last == line and columns[1] else None,
        commit=str(result.get("partialFingerprints", {}).get("commitSha") or ""),
        secret=_build_secret(str(region.get("snippet", {}).get("text") or "")),
    )
    return _ReportedFinding(f"{path}:{result['ruleId']}:{line}", entry)


def _build_secret(text: str) -> Secret | None:
    """Return the secret of a report, unless `--redact` removed it."""
    if text in ("", "REDACTED") or text.endswith("..."):
        return None
    return Secret(text.encode("utf-8", "surrogateescape"), "gitleaks")
