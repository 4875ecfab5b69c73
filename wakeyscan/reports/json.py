"""JSON for programs, in the schema `wakeyscan-report/1`."""

from __future__ import annotations

from wakeyscan import __version__
from wakeyscan.core.redaction import make_encodable, redact
from wakeyscan.core.secret import identify_fingerprint_key
from wakeyscan.core.secret_history import Restriction
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports._json_text import write_json
from wakeyscan.reports.key_steps import list_key_steps
from wakeyscan.reports.saved_report import SCHEMA
from wakeyscan.reports.summary import build_summary
from wakeyscan.scanner.scan_result import count_skipped
from wakeyscan.suppression.policy import list_policy_notes

if TYPE_CHECKING:
    from typing import Any, TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret_history import Occurrence, SecretHistory
    from wakeyscan.reports.next_steps import Step
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the whole result, including suppressed findings."""
    write_fields(build_report(result), out)


def write_fields(fields: dict[str, Any], out: TextIO) -> None:
    """Write an object as JSON."""
    write_json(fields, out)


def build_report(result: RunResult) -> dict[str, Any]:
    """Return the fields of a report; the findings are an iterator."""
    return {
        **encode_heading(result),
        "scope": encode_scope(result),
        "summary": encode_summary(result),
        "findings": map(encode_finding, result.findings),
        "keys": [encode_key(key) for key in result.keys],
        "skipped": [encode_skipped(item) for item in result.skipped],
        "coverage": encode_coverage(result),
        "ignores": result.ignores._asdict(),
        "policy": encode_policy(result),
    }


def encode_heading(result: RunResult) -> dict[str, Any]:
    """Return the first fields of a report."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "wakeyscan", "version": __version__},
        "command": result.command,
        "targets": [redact(make_encodable(target)) for target in result.targets],
        "complete": result.complete,
        **_encode_fingerprint_key(result),
    }


def _encode_fingerprint_key(result: RunResult) -> dict[str, str]:
    saved = result.saved_fingerprint_key
    digits = identify_fingerprint_key() if saved is None else saved
    return {"fingerprint_key": digits} if digits else {}


def encode_scope(result: RunResult) -> dict[str, Any]:
    """Return the limits of the run. Files that git ignores do not count as excluded."""
    restriction = result.restriction or Restriction()
    scanned, total = restriction.commits or (0, 0)
    limits = [*result.list_limits(), result.describe_ignored().removesuffix(".")]
    return {
        "since": restriction.since or None,
        "branches": [make_encodable(name) for name in restriction.branches],
        "reachable": restriction.reachable,
        "commits": {"scanned": scanned, "total": total} if restriction.commits else None,
        "range": _build_range(result),
        "ignored_by_git": result.ignored_by_git,
        "excluded": result.coverage.excluded,
        "limits": [make_encodable(limit) for limit in limits if limit],
    }


def _build_range(result: RunResult) -> dict[str, Any] | None:
    if not result.commits:
        return None
    return {"commits": list(result.commits), "removed": sorted(result.removed)}


def encode_summary(result: RunResult) -> dict[str, Any]:
    """Return the numbers of keys by severity and by liveness, and of findings."""
    summary = build_summary(result)
    return {
        **summary._asdict(),
        "by_severity": {str(level): count for level, count in summary.by_severity.items()},
        "by_liveness": {answer.value: count for answer, count in summary.by_liveness.items()},
    }


def encode_policy(result: RunResult) -> dict[str, Any]:
    """Return the configuration of the findings, and its effects."""
    policy = result.policy
    return {
        "file": make_encodable(policy.file),
        "revision": policy.revision,
        "exclude": [redact(make_encodable(pattern)) for pattern in policy.exclude],
        "notes": [
            {"text": make_encodable(text), "ignored": count}
            for text, count in list_policy_notes(policy, result.findings)
        ],
    }


def encode_coverage(result: RunResult) -> dict[str, int]:
    """Return the numbers of scanned, skipped and opaque items."""
    return {
        "documents": result.coverage.documents,
        "bytes": result.coverage.bytes,
        "skipped": count_skipped(result.skipped),
        "opaque": count_skipped(result.opaque()),
        "excluded": result.coverage.excluded,
    }


def encode_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding, with every secret redacted."""
    secret, origin, (line, column, end_column) = finding.secret, finding.origin, finding.position
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "fingerprint": secret.fingerprint,
        "secret": str(secret),
        "path": make_encodable(origin.path),
        "within": make_encodable(origin.within),
        "line": line,
        "column": column,
        "end_column": end_column,
        "encoding": finding.encoding,
        "bounds": str(finding.bounds),
        "exposure": str(finding.exposure),
        "standing": str(finding.standing),
        "reason": make_encodable(finding.reason),
        "liveness": str(finding.liveness),
        "excerpt": make_encodable(finding.excerpt),
        "details": _build_details(finding),
    }


def encode_key(key: SecretHistory) -> dict[str, Any]:
    """Return the history of a secret."""
    return {
        "rule": key.rule,
        "fingerprint": key.secret.fingerprint,
        "secret": str(key.secret),
        "severity": str(key.severity),
        "bounds": key.bounds.value,
        "liveness": key.liveness.value,
        "reason": make_encodable(key.reason),
        "details": dict(key.details),
        "introduced": _build_introduced(key),
        "removed": key.removed and key.removed._asdict(),
        "at_head": key.at_head,
        "pushed": key.pushed,
        "pushed_to": [redact(make_encodable(name)) for name in key.pushed_to],
        "reachable_from": [redact(make_encodable(name)) for name in key.reachable_from],
        "exposed_days": key.exposed_days,
        "places": [{**place._asdict(), "path": _encode_path(place)} for place in key.places],
        "place_count": key.place_count,
        "variable": key.variable,
        "variable_users": [redact(make_encodable(path)) for path in key.variable_users],
        "next": [_encode_step(step) for step in list_key_steps(key)],
    }


def _encode_step(step: Step) -> dict[str, Any]:
    text = make_encodable(step.text)
    return {"text": text, "commands": [make_encodable(line) for line in step.commands]}


def _build_introduced(key: SecretHistory) -> dict[str, Any]:
    place = key.first_place
    return {**key.introduced._asdict(), "path": _encode_path(place), "line": place.line}


def _encode_path(place: Occurrence) -> str:
    return redact(make_encodable(place.path))


def _build_details(finding: Finding) -> dict[str, str]:
    origin = finding.origin
    details = {name: make_encodable(text) for name, text in origin.details + finding.details}
    return {**details, "part": origin.part} if origin.part else details


def encode_skipped(item: Skipped) -> dict[str, Any]:
    """Return a skipped or opaque item."""
    return {
        "path": make_encodable(item.origin.path),
        "within": make_encodable(item.origin.within),
        "reason": make_encodable(item.reason),
        "gap": item.gap,
        "opaque": item.opaque,
        "times": item.times,
    }
