"""JSON for programs: schema `wakeyscan-report/1` (contract, section 7)."""

from __future__ import annotations

import json
from typing import Any, TextIO

from wakeyscan import __version__
from wakeyscan.core.document import Skipped
from wakeyscan.core.finding import Finding, Key, Place
from wakeyscan.core.redaction import conceal, encodable, json_safe
from wakeyscan.reports.recorded import SCHEMA
from wakeyscan.reports.timeline import beginning
from wakeyscan.scanner.result import Outcome, Style, number
from wakeyscan.suppression.policy import clauses


def write(outcome: Outcome, out: TextIO, style: Style) -> None:
    """Write the whole outcome, suppressed findings included."""
    out.write(json_safe(json.dumps(_report(outcome), indent=2, ensure_ascii=False)) + "\n")


def _report(outcome: Outcome) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "tool": {"name": "wakeyscan", "version": __version__},
        "command": outcome.command,
        "targets": [conceal(encodable(target)) for target in outcome.targets],
        "complete": outcome.complete,
        "scope": _scope(outcome),
        "findings": [_finding(finding) for finding in outcome.findings],
        "keys": [_key(key) for key in outcome.keys],
        "skipped": [_skipped(item) for item in outcome.skipped],
        "coverage": {
            "documents": outcome.coverage.documents,
            "bytes": outcome.coverage.bytes,
            "skipped": number(outcome.skipped),
            "excluded": outcome.coverage.excluded,
        },
        "ignores": outcome.ignores._asdict(),
        "policy": _policy(outcome),
    }


def _scope(outcome: Outcome) -> dict[str, Any]:
    """Say what narrowed the run: files that git ignores are not counted."""
    restriction = outcome.restriction
    return {
        "since": restriction.since or None,
        "branches": [encodable(name) for name in restriction.branches],
        "reachable": restriction.reachable,
        "excluded": outcome.coverage.excluded,
    }


def _policy(outcome: Outcome) -> dict[str, Any]:
    policy = outcome.policy
    return {
        "file": encodable(policy.file),
        "revision": policy.revision,
        "exclude": [encodable(pattern) for pattern in policy.exclude],
        "notes": [
            {"text": encodable(text), "ignored": hidden}
            for text, hidden in clauses(policy, outcome.findings)
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "fingerprint": finding.secret.fingerprint,
        "secret": str(finding.secret),
        "path": encodable(finding.origin.path),
        "within": encodable(finding.origin.within),
        "line": finding.position.line,
        "column": finding.position.column,
        "end_column": finding.position.end_column,
        "encoding": finding.encoding,
        "bounds": finding.bounds.value,
        "exposure": finding.exposure.value,
        "standing": finding.standing.value,
        "reason": encodable(finding.reason),
        "liveness": finding.liveness.value,
        "excerpt": encodable(finding.excerpt),
        "details": _details(finding),
    }


def _key(key: Key) -> dict[str, Any]:
    return {
        "rule": key.rule,
        "fingerprint": key.secret.fingerprint,
        "secret": str(key.secret),
        "severity": str(key.severity),
        "bounds": key.bounds.value,
        "liveness": key.liveness.value,
        "reason": encodable(key.reason),
        "details": dict(key.details),
        "introduced": _introduced(key),
        "removed": key.removed and key.removed._asdict(),
        "at_head": key.at_head,
        "pushed": key.pushed,
        "reachable_from": [conceal(encodable(name)) for name in key.reachable_from],
        "exposed_days": key.exposed_days,
        "places": [{**place._asdict(), "path": _path(place)} for place in key.places],
    }


def _introduced(key: Key) -> dict[str, Any]:
    place = beginning(key)
    return {**key.introduced._asdict(), "path": _path(place), "line": place.line}


def _path(place: Place) -> str:
    return conceal(encodable(place.path))


def _details(finding: Finding) -> dict[str, str]:
    pairs = (*finding.origin.details, *finding.details)
    details = {name: encodable(text) for name, text in pairs}
    return {**details, "part": finding.origin.part} if finding.origin.part else details


def _skipped(item: Skipped) -> dict[str, Any]:
    return {
        "path": encodable(item.origin.path),
        "within": encodable(item.origin.within),
        "reason": encodable(item.reason),
        "gap": item.gap,
        "times": item.times,
    }
