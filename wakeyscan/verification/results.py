"""Results of a verification, and their effect on findings and histories."""

from __future__ import annotations

from typing import TypeVar

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.finding import Bounds, Finding, Liveness, Standing
from wakeyscan.core.secret_history import SecretHistory, sort_histories
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.verification.verdict import (
    FoundKey,
    Verdict,
    VerificationRequest,
    build_details,
    format_verdict,
)

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult

_SEVERITIES = {Liveness.LIVE: Severity.CRITICAL, Liveness.REVOKED: Severity.NOTE}

Item = TypeVar("Item", Finding, SecretHistory)


class VerificationResults(NamedTuple):
    """Verdicts on keys and on the control key."""

    verdicts: dict[Secret, Verdict]
    controls: dict[Secret | None, Verdict]
    """Verdicts on the control key, by the X-App-Key that was sent with it."""
    found: dict[Secret, FoundKey]
    """The complete keys, by the text that is cut or too long."""

    def conclude(self, secret: Secret) -> FoundKey:
        """Return the key that a text represents, and the verdict on it."""
        return self.found.get(secret) or FoundKey(secret, self.verdicts[secret])


def apply_results(
    result: RunResult,
    requests: list[VerificationRequest],
    results: VerificationResults,
    require: bool,
) -> RunResult:
    """Return a result with the verdicts on its keys.

    If `require` is set, a key without an answer makes the result incomplete.
    """
    app_keys = {request.secret: request.app_key for request in requests}
    unverified = tuple(
        Skipped(Origin(str(secret)), f"not verified: {results.verdicts[secret].reason}")
        for secret in app_keys
        if require and results.conclude(secret).verdict.liveness is Liveness.UNKNOWN
    )
    replaced = {item.secret for item in result.findings if _may_be_found(item, results)}
    return result._replace(
        findings=tuple(
            _apply_results_to(item, app_keys, results, _may_be_found(item, results))
            for item in result.findings
        ),
        keys=sort_histories(
            _apply_results_to(item, app_keys, results, item.secret in replaced)
            for item in result.keys
        ),
        skipped=(*result.skipped, *unverified),
    )


def _may_be_found(finding: Finding, results: VerificationResults) -> bool:
    """Return whether the complete key is one of the texts that a finding may be."""
    found = results.found.get(finding.secret)
    return found is not None and found.secret in finding.candidates


def _apply_results_to(
    item: Item, app_keys: dict[Secret, Secret | None], results: VerificationResults, is_found: bool
) -> Item:
    if item.secret not in app_keys:
        return item
    app_key, verdict = app_keys[item.secret], results.verdicts[item.secret]
    found = results.found.get(item.secret)
    is_found = is_found or item.bounds is Bounds.OPEN
    if found and (is_found or item.secret.begins_with(found.secret)):
        verdict = found.verdict
        item = _complete(item, found.secret)
    return _apply_verdict(item, verdict, app_key)


def _complete(item: Item, secret: Secret) -> Item:
    """Return a finding or a history of the complete key."""
    if not isinstance(item, SecretHistory):
        item = item._replace(excerpt=item.excerpt.replace(str(item.secret), str(secret)))
    return item._replace(secret=secret, bounds=Bounds.CERTAIN)


def _apply_verdict(item: Item, verdict: Verdict, app_key: Secret | None) -> Item:
    """Return a finding or a history with its verdict; a live key is reported even if ignored."""
    item = item._replace(
        liveness=verdict.liveness,
        severity=_SEVERITIES.get(verdict.liveness, item.severity),
        details=build_details(verdict, app_key),
    )
    reason = format_verdict(verdict, app_key)
    if isinstance(item, SecretHistory) or item.standing is Standing.REPORTED:
        return item._replace(reason=reason)
    if verdict.liveness is Liveness.LIVE:
        reason = f"{reason}, though {item.standing}: {item.reason}"
        return item._replace(standing=Standing.REPORTED, reason=reason)
    return item
