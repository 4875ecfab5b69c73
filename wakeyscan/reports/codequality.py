"""GitLab code quality: the subset of Code Climate's format that GitLab reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain

from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.redaction import make_encodable, redact
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports._json_text import write_json
from wakeyscan.reports.description import describe_finding, describe_skipped, name_kind

if TYPE_CHECKING:
    from typing import Any, TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.NOTE: "info",
}


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write an array with the reported findings and the items that were not scanned."""
    issues = chain(_iterate_findings(result), map(_build_skipped, result.skipped))
    write_json(_number_issues(issues), out)


def _number_issues(issues: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the issues with distinct fingerprints: GitLab shows one issue per fingerprint."""
    counts: Counter[str] = Counter()
    for issue in issues:
        text = _hash(issue["fingerprint"])
        counts[text] += 1
        yield {**issue, "fingerprint": _hash(f"{issue['fingerprint']}\0{counts[text]}")}


def _iterate_findings(result: RunResult) -> Iterator[dict[str, Any]]:
    titles = {rule.id: rule.title for rule in result.rules}
    for finding in sorted(result.reported(), key=lambda finding: -finding.severity):
        path = make_encodable(finding.origin.path)
        within = make_encodable(finding.origin.within)
        yield {
            "description": make_encodable(describe_finding(finding, titles[finding.rule])),
            "check_name": finding.rule,
            "fingerprint": f"{finding.rule}\0{path}\0{within}\0{finding.secret.fingerprint}",
            "severity": _SEVERITIES[finding.severity],
            "location": _build_location(path, finding.position.line),
        }


def _build_skipped(item: Skipped) -> dict[str, Any]:
    path, reason = redact(make_encodable(item.origin.path)), make_encodable(item.reason)
    kind = name_kind(item)
    return {
        "description": describe_skipped(item),
        "check_name": f"wakeyscan-{kind}",
        "fingerprint": f"{kind}\0{path}\0{reason}",
        "severity": "major" if item.gap else "info",
        "location": _build_location(path, 1),
    }


def _build_location(path: str, line: int) -> dict[str, Any]:
    """Return the place in the file of the repository: an archive, not its member."""
    file, _, member = path.partition(MEMBER_SEPARATOR)
    return {"path": file, "lines": {"begin": 1 if member else line}}


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
