"""JSON for programs: schema `wakeyscan-report/1` (contract, section 7)."""

from __future__ import annotations

import json
from typing import Any, TextIO

from wakeyscan import __version__
from wakeyscan.core.document import Skipped
from wakeyscan.core.finding import Finding, Occurrence, SecretHistory
from wakeyscan.core.redaction import escape_for_json, make_encodable, redact
from wakeyscan.reports.saved_report import SCHEMA
from wakeyscan.reports.timeline import beginning
from wakeyscan.scanner.result import ReportStyle, RunResult, count_skipped
from wakeyscan.suppression.policy import list_policy_notes


def write(outcome: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the whole outcome, suppressed findings included."""
    out.write(escape_for_json(json.dumps(_report(outcome), indent=2, ensure_ascii=False)) + "\n")


def _report(outcome: RunResult) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "wakeyscan", "version": __version__},
        "command": outcome.command,
        "targets": [redact(make_encodable(target)) for target in outcome.targets],
        "complete": outcome.complete,
        "scope": _scope(outcome),
        "findings": [_finding(finding) for finding in outcome.findings],
        "keys": [_key(key) for key in outcome.keys],
        "skipped": [_skipped(item) for item in outcome.skipped],
        "coverage": {
            "documents": outcome.coverage.documents,
            "bytes": outcome.coverage.bytes,
            "skipped": count_skipped(outcome.skipped),
            "excluded": outcome.coverage.excluded,
        },
        "ignores": outcome.ignores._asdict(),
        "policy": _policy(outcome),
    }


def _scope(outcome: RunResult) -> dict[str, Any]:
    """Say what narrowed the run: files that git ignores are not counted."""
    restriction = outcome.restriction
    return {
        "since": restriction.since or None,
        "branches": [make_encodable(name) for name in restriction.branches],
        "reachable": restriction.reachable,
        "excluded": outcome.coverage.excluded,
    }


def _policy(outcome: RunResult) -> dict[str, Any]:
    policy = outcome.policy
    return {
        "file": make_encodable(policy.file),
        "revision": policy.revision,
        "exclude": [make_encodable(pattern) for pattern in policy.exclude],
        "notes": [
            {"text": make_encodable(text), "ignored": hidden}
            for text, hidden in list_policy_notes(policy, outcome.findings)
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "fingerprint": finding.secret.fingerprint,
        "secret": str(finding.secret),
        "path": make_encodable(finding.origin.path),
        "within": make_encodable(finding.origin.within),
        "line": finding.position.line,
        "column": finding.position.column,
        "end_column": finding.position.end_column,
        "encoding": finding.encoding,
        "bounds": finding.bounds.value,
        "exposure": finding.exposure.value,
        "standing": finding.standing.value,
        "reason": make_encodable(finding.reason),
        "liveness": finding.liveness.value,
        "excerpt": make_encodable(finding.excerpt),
        "details": _details(finding),
    }


def _key(key: SecretHistory) -> dict[str, Any]:
    return {
        "rule": key.rule,
        "fingerprint": key.secret.fingerprint,
        "secret": str(key.secret),
        "severity": str(key.severity),
        "bounds": key.bounds.value,
        "liveness": key.liveness.value,
        "reason": make_encodable(key.reason),
        "details": dict(key.details),
        "introduced": _introduced(key),
        "removed": key.removed and key.removed._asdict(),
        "at_head": key.at_head,
        "pushed": key.pushed,
        "reachable_from": [redact(make_encodable(name)) for name in key.reachable_from],
        "exposed_days": key.exposed_days,
        "places": [{**place._asdict(), "path": _path(place)} for place in key.places],
    }


def _introduced(key: SecretHistory) -> dict[str, Any]:
    place = beginning(key)
    return {**key.introduced._asdict(), "path": _path(place), "line": place.line}


def _path(place: Occurrence) -> str:
    return redact(make_encodable(place.path))


def _details(finding: Finding) -> dict[str, str]:
    pairs = (*finding.origin.details, *finding.details)
    details = {name: make_encodable(text) for name, text in pairs}
    return {**details, "part": finding.origin.part} if finding.origin.part else details


def _skipped(item: Skipped) -> dict[str, Any]:
    return {
        "path": make_encodable(item.origin.path),
        "within": make_encodable(item.origin.within),
        "reason": make_encodable(item.reason),
        "gap": item.gap,
        "times": item.times,
    }
