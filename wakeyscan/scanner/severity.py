"""How bad a finding is: the table of the contract's section 6."""

from __future__ import annotations

from wakeyscan.core.finding import Exposure, Liveness, Severity
from wakeyscan.core.secret import API_KEY, APP_KEY
from wakeyscan.rules.rule import Rule

_HEADER = "authorization-header"

_NEAR = 800
"""Bytes to either side of a finding that count as beside it."""


def classify_severity(
    rule: Rule,
    exposure: Exposure,
    around: bytes,
    liveness: Liveness = Liveness.UNCHECKED,
) -> Severity:
    """Give the severity of a finding of `rule` with `around` beside it (see `find_neighborhood`)."""
    lowered = around.lower()
    if rule.id == _HEADER and (b"wastack" in lowered or b"x-app-key" in lowered):
        return Severity.HIGH
    if rule.id == APP_KEY and b"wa_live_" in around:
        return Severity.MEDIUM
    if rule.id != API_KEY:
        return rule.severity
    if liveness is Liveness.REVOKED:
        return Severity.NOTE
    if liveness is Liveness.LIVE or exposure is Exposure.CLIENT_SIDE:
        return Severity.CRITICAL
    return rule.severity


def find_neighborhood(content: bytes, start: int, end: int) -> bytes:
    """Give what stands beside `start:end`."""
    return content[max(0, start - _NEAR) : end + _NEAR]
