"""Findings of a report that no request can settle, because the API answers only about keys."""

from __future__ import annotations

from collections import Counter

from wakeyscan.core.finding import Standing
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import API_KEY, APP_KEY, HEADER
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_REASONS = {
    HEADER: "only the service that issued the credential knows whether it works; revoke it there",
    APP_KEY: "the API accepts an X-App-Key only with a key",
}
_NO_VERIFIER = "WAStack cannot say whether such a secret works; revoke it where it was issued"


class Unverifiable(NamedTuple):
    """The findings of one rule that cannot be verified."""

    rule: str
    findings: int
    reason: str
    is_gap: bool
    """Whether the report has no key, so that nothing in it can be verified."""


def list_unverifiable(report: dict[str, Any]) -> tuple[Unverifiable, ...]:
    """Return what a JSON report has, apart from keys, placeholders and ignored findings."""
    has_keys = any(
        item["rule"] == API_KEY and item.get("standing") != Standing.PLACEHOLDER
        for item in (*report["findings"], *report["keys"])
    )
    rules = Counter(redact(str(item["rule"])) for item in _list_others(report))
    return tuple(
        Unverifiable(rule, count, _REASONS.get(rule, _NO_VERIFIER), not has_keys)
        for rule, count in sorted(rules.items())
    )


def _list_others(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield findings, and secrets of an audit that no finding shows."""
    shown = {item["fingerprint"] for item in report["findings"]}
    hidden = (item for item in report["keys"] if item["fingerprint"] not in shown)
    for item in (*report["findings"], *hidden):
        standing = item.get("standing", Standing.REPORTED)
        if item["rule"] != API_KEY and standing == Standing.REPORTED:
            yield item
