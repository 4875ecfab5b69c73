"""GitLab's secret detection report, for `artifacts:reports:secret_detection`.

The schema is 15.2.1 of gitlab-org/security-products/security-report-schemas: GitLab rejects reports
with a newer schema version than it supports.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from wakeyscan import __version__
from wakeyscan.core.document import MEMBER_SEPARATOR
from wakeyscan.core.redaction import make_encodable
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports._json_text import write_json
from wakeyscan.reports.description import advise, describe_finding, describe_skipped

if TYPE_CHECKING:
    from typing import Any, TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.core.finding import Finding
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.result import RunResult

VERSION = "15.2.1"
SCHEMA = (
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/"
    f"v{VERSION}/dist/secret-detection-report-format.json"
)
MAX_NAME = 255
"""Maximum length of a vulnerability's name, in characters."""

_NO_COMMIT = "0000000"
"""The commit of a finding in the work tree, as GitLab's own scanner writes it."""

_SEVERITIES = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.NOTE: "Info",
}


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the reported findings, and the items that were not scanned as messages of the scan."""
    rules = {rule.id: rule for rule in result.rules}
    introduced = {(key.rule, key.secret.fingerprint): key.introduced.commit for key in result.keys}
    report = {
        "version": VERSION,
        "schema": SCHEMA,
        "scan": _build_scan(result),
        "vulnerabilities": (
            _build_vulnerability(finding, rules[finding.rule], introduced)
            for finding in sorted(result.reported(), key=lambda finding: -finding.severity)
        ),
    }
    write_json(report, out)


def _build_scan(result: RunResult) -> dict[str, Any]:
    program = {
        "id": "wakeyscan",
        "name": "wakeyscan",
        "version": __version__,
        "vendor": {"name": "wakeyscan"},
    }
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")  # without a zone, by the schema
    return {
        "analyzer": program,
        "scanner": program,
        "type": "secret_detection",
        "status": "success" if result.complete else "failure",
        "start_time": now,
        "end_time": now,
        "messages": [_build_message(item) for item in result.skipped],
    }


def _build_message(item: Skipped) -> dict[str, str]:
    return {"level": "warn" if item.gap else "info", "value": describe_skipped(item)}


def _build_vulnerability(
    finding: Finding, rule: Rule, introduced: dict[tuple[str, str], str]
) -> dict[str, Any]:
    file, _, member = make_encodable(finding.origin.path).partition(MEMBER_SEPARATOR)
    line = 1 if member else finding.position.line
    fingerprint = finding.secret.fingerprint
    commit = introduced.get((finding.rule, fingerprint), "") or _NO_COMMIT
    return {
        "id": _make_id(finding),
        "name": rule.title[:MAX_NAME],
        "description": make_encodable(describe_finding(finding, rule.title)),
        "severity": _SEVERITIES[finding.severity],
        "solution": advise(finding),
        "location": {
            "file": file,
            "commit": {"sha": commit},
            "start_line": line,
            "end_line": line,
        },
        "identifiers": [*_list_identifiers(finding)],
        "raw_source_code_extract": str(finding.secret),
        "details": dict(_list_details(finding)),
    }


def _make_id(finding: Finding) -> str:
    """Return the same identifier in each run: no other finding of the report has it."""
    origin, position = finding.origin, finding.position
    at = f"{origin.path}:{position.line}:{position.column}:{origin.within}"
    place = f"{finding.rule}:{finding.secret.fingerprint}:{at}:{finding.encoding}"
    return str(uuid5(NAMESPACE_URL, make_encodable(place)))


def _list_identifiers(finding: Finding) -> Iterator[dict[str, str]]:
    """Yield the primary identifier, then the weakness (CWE-798, hardcoded credentials)."""
    rule = finding.rule
    yield {"type": "wakeyscan_rule_id", "name": f"wakeyscan rule {rule}", "value": rule}
    url = "https://cwe.mitre.org/data/definitions/798.html"
    yield {"type": "cwe", "name": "CWE-798", "value": "798", "url": url}


def _list_details(finding: Finding) -> Iterator[tuple[str, dict[str, str]]]:
    values = {
        "fingerprint": finding.secret.fingerprint,
        "liveness": finding.liveness.value,
        "exposure": finding.exposure.value,
        "bounds": finding.bounds.value,
        "encoding": finding.encoding,
    }
    for name, value in values.items():
        yield name, {"name": name.capitalize(), "type": "text", "value": value}
