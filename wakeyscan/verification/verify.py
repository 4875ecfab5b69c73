"""Verification of found keys, and the effect of the verdicts on findings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from time import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import CacheError
from wakeyscan.core.finding import Finding, Liveness, Standing
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.secret_history import SecretHistory
from wakeyscan.core.severity import Severity
from wakeyscan.verification import VERIFIERS, cache
from wakeyscan.verification.endpoint import WASTACK, Endpoint, find_unused_proxy, parse_endpoint
from wakeyscan.verification.pairing import list_requests
from wakeyscan.verification.rate_limit import RateLimiter, estimated_seconds, progress_fraction
from wakeyscan.verification.verdict import (
    ControlResults,
    Verdict,
    VerificationRequest,
    apply_bounds,
    build_details,
    format_verdict,
)

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult
    from wakeyscan.verification.verifier import VerifyOptions

_MAX_UNANSWERED = 5
"""Keys in a row without a response, after which no more requests are sent."""

_NOT_SENT = Verdict(Liveness.UNKNOWN, "not sent: the API does not respond")
_SEVERITIES = {Liveness.LIVE: Severity.CRITICAL, Liveness.REVOKED: Severity.NOTE}

Advance = Callable[[int, int, str, float], None]
Item = TypeVar("Item", Finding, SecretHistory)


class VerificationResults(NamedTuple):
    """Verdicts on keys and on the control key."""

    verdicts: dict[Secret, Verdict]
    controls: dict[Secret | None, Verdict]
    """Verdicts on the control key, by the X-App-Key that was sent with it."""


class _VerifiedKey(NamedTuple):
    verdict: Verdict
    app_key: Secret | None


def verify_result(
    result: RunResult, options: VerifyOptions, advance: Advance, limiter: RateLimiter
) -> RunResult:
    """Verify all keys of a result and return it with the verdicts, or only print the plan."""
    requests, endpoint = list_requests(result, options), build_endpoint(options)
    store = _load_cache(options, endpoint)
    cached = cache.find_cached(store, requests, time()) if store else {}
    new = [request for request in requests if request not in cached]
    if options.plan:
        sys.stderr.write(format_plan(new, endpoint, options))
        return result
    verdicts = verify_keys(new, endpoint, options, advance, limiter).verdicts
    if store:
        _store_verdicts(store, {request: verdicts[request.secret] for request in new})
    verdicts |= {request.secret: verdict for request, verdict in cached.items()}
    return _apply_verdicts(result, requests, verdicts, options.require)


def _load_cache(options: VerifyOptions, endpoint: Endpoint) -> cache.VerdictCache | None:
    """Load the cache; if that fails, warn and verify all keys."""
    if options.cache is None:
        return None
    try:
        return cache.load_cache(options.cache, endpoint)
    except CacheError as error:
        _warn_not_cached(error)
        return None


def _store_verdicts(
    store: cache.VerdictCache, verdicts: dict[VerificationRequest, Verdict]
) -> None:
    try:
        cache.store_verdicts(store, verdicts, time())
    except CacheError as error:
        _warn_not_cached(error)


def _warn_not_cached(error: CacheError) -> None:
    sys.stderr.write(f"wakeyscan: verdicts are not cached: {escape_for_terminal(str(error))}\n")


def build_endpoint(options: VerifyOptions) -> Endpoint:
    """Return the API endpoint that receives the keys; raise `UsageError` for an invalid URL."""
    endpoint = parse_endpoint(options.api_url or WASTACK, options.proxy)
    return endpoint._replace(unused_proxy=find_unused_proxy(endpoint, os.environ))


def format_plan(
    requests: list[VerificationRequest], endpoint: Endpoint, options: VerifyOptions
) -> str:
    """Describe the requests that `--verify` would send."""
    controls = len({request.app_key for request in requests}) if options.control else 0
    total = len(requests) + controls
    count, duration = _format_count(total), _format_duration(total)
    lines = [f"--verify would send {count} to {endpoint}/devices, over {duration}:"]
    lines += [f"  {secret} with {app_key or 'no X-App-Key'}" for secret, app_key, _ in requests]
    lines += [f"  the control key, {_format_count(controls)}"] if controls else []
    return "\n".join([*lines, "Nothing was sent."]) + "\n"


def _format_count(requests: int) -> str:
    return f"{requests} request{'s' * (requests != 1)}"


def _format_duration(requests: int) -> str:
    minutes = estimated_seconds(requests) / 60
    return f"about {minutes:.0f} minute{'s' * (minutes != 1)}" if minutes else "less than a minute"


def verify_keys(
    requests: list[VerificationRequest],
    endpoint: Endpoint,
    options: VerifyOptions,
    advance: Advance,
    limiter: RateLimiter,
) -> VerificationResults:
    """Verify each key once, after the control key; give up if the API does not respond."""
    verify = VERIFIERS["wastack"].verify_key
    control, unanswered = ControlResults(), 0
    results = VerificationResults({}, {})
    for number, (secret, app_key, bounds) in enumerate(requests, 1):
        if unanswered >= _MAX_UNANSWERED:
            results.verdicts[secret] = _NOT_SENT
            continue
        if options.control and app_key not in results.controls:
            verdict = verify(options.control, app_key, ControlResults(), endpoint, limiter)
            results.controls[app_key] = verdict
            control = control.add(app_key, verdict)
        verdict = verify(secret, app_key, control, endpoint, limiter)
        unanswered = unanswered + 1 if verdict.status in (None, 429) else 0
        if options.control:
            verdict = _explain_control(verdict)
        results.verdicts[secret] = apply_bounds(verdict, bounds)
        fraction = progress_fraction(number, len(requests))
        advance(1, 0, f"of {len(requests):,} keys verified", fraction)
    return results


def _explain_control(verdict: Verdict) -> Verdict:
    """Add to an undecided rejection that the control key was not accepted either."""
    if (verdict.liveness, verdict.status) != (Liveness.UNKNOWN, 401):
        return verdict
    return verdict._replace(reason=f"{verdict.reason}; the control key is not accepted either")


def _apply_verdicts(
    result: RunResult,
    requests: list[VerificationRequest],
    verdicts: dict[Secret, Verdict],
    require: bool,
) -> RunResult:
    verified = {r.secret: _VerifiedKey(verdicts[r.secret], r.app_key) for r in requests}
    unverified = tuple(
        Skipped(Origin(str(secret)), f"not verified: {verdict.reason}")
        for secret, (verdict, _) in verified.items()
        if require and verdict.liveness is Liveness.UNKNOWN
    )
    return result._replace(
        findings=tuple(_apply_verdict(finding, verified) for finding in result.findings),
        keys=tuple(_apply_verdict(key, verified) for key in result.keys),
        skipped=(*result.skipped, *unverified),
    )


def _apply_verdict(item: Item, verified: dict[Secret, _VerifiedKey]) -> Item:
    """Return a finding or a history with its verdict; a live key is reported even if ignored."""
    if item.secret not in verified:
        return item
    verdict, app_key = verified[item.secret]
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
