"""JSON for programs, in the schema `wakeyscan-verification/1`.

Its fields have the names and values of `wakeyscan-report/1` where they mean the same.
"""

from __future__ import annotations

import json
from collections import Counter

from wakeyscan import __version__
from wakeyscan.core.redaction import escape_for_json, make_encodable, redact
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.json import encode_skipped
from wakeyscan.verification.verdict import build_details, format_verdict

if TYPE_CHECKING:
    from typing import Any, TextIO

    from wakeyscan.cli.unverifiable import Unverifiable
    from wakeyscan.cli.verify_reports.outcome import VerifiedKey, VerifyOutcome

SCHEMA = "wakeyscan-verification/1"


def write(outcome: VerifyOutcome, out: TextIO, width: int) -> None:
    """Write one object."""
    text = json.dumps(_build_report(outcome), ensure_ascii=False, indent=2)
    out.write(f"{escape_for_json(text)}\n")


def _build_report(outcome: VerifyOutcome) -> dict[str, Any]:
    answers = Counter(key.verdict.liveness.value for key in outcome.keys)
    return {
        "schema": SCHEMA,
        "tool": {"name": "wakeyscan", "version": __version__},
        "command": "verify",
        "complete": outcome.complete,
        "summary": {
            "keys": len(outcome.keys),
            "by_liveness": dict(sorted(answers.items())),
            "changed": sum(key.has_changed for key in outcome.keys),
            "missing": len(outcome.missing),
            "unverifiable": sum(group.findings for group in outcome.unverifiable),
        },
        "keys": [*map(_encode_key, outcome.keys)],
        "controls": [
            {
                "liveness": verdict.liveness.value,
                "reason": format_verdict(verdict, app_key),
                "details": dict(build_details(verdict, app_key)),
            }
            for app_key, verdict in outcome.controls
        ],
        "missing": [*map(redact, outcome.missing)],
        "unverifiable": [*map(_encode_group, outcome.unverifiable)],
        "rescanned": outcome.rescanned or None,
        "skipped": [*map(encode_skipped, outcome.gaps)],
    }


def _encode_group(group: Unverifiable) -> dict[str, Any]:
    return {
        "rule": make_encodable(group.rule),
        "findings": group.findings,
        "reason": group.reason,
        "gap": group.is_gap,
    }


def _encode_key(key: VerifiedKey) -> dict[str, Any]:
    return {
        "rule": API_KEY,
        "fingerprint": key.secret.fingerprint,
        "secret": str(key.secret),
        "bounds": key.bounds.value,
        "liveness": key.verdict.liveness.value,
        "liveness_before": key.before or None,
        "reason": format_verdict(key.verdict, key.app_key),
        "details": dict(build_details(key.verdict, key.app_key)),
    }
