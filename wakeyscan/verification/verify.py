"""Verification of found keys."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import time

from wakeyscan.core.errors import CacheError
from wakeyscan.core.finding import Bounds, Liveness
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.verification import VERIFIERS, cache
from wakeyscan.verification.endpoint import WASTACK, Endpoint, find_unused_proxy, parse_endpoint
from wakeyscan.verification.pairing import list_requests
from wakeyscan.verification.rate_limit import RateLimiter, estimated_seconds, progress_fraction
from wakeyscan.verification.results import VerificationResults, apply_results
from wakeyscan.verification.verdict import (
    ControlResults,
    FoundKey,
    Verdict,
    VerificationRequest,
    apply_bounds,
    is_known_key,
)

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.scanner.result import RunResult
    from wakeyscan.verification import VerifyOptions

_MAX_UNANSWERED = 5
"""Keys in a row without a response, after which no more requests are sent."""

_MAX_APP_KEYS = 5
"""Further X-App-Keys that are sent with a key. With more beside it, a rejection proves nothing."""

_REJECTED = 401
"""Status with which the API rejects a key."""

_OTHER_APP_KEY = "{}; sent with {}, another X-App-Key beside it"
_MORE_APP_KEYS = "rejected with {} of the {} X-App-Keys beside it; another one may be its own"

_NOT_SENT = Verdict(Liveness.UNKNOWN, "not sent: the API does not respond")

Advance = Callable[[int, int, str, float], None]


def verify_result(
    result: RunResult, options: VerifyOptions, advance: Advance, limiter: RateLimiter
) -> RunResult:
    """Verify all keys of a result and return it with the verdicts, or only print the plan."""
    requests = list_requests(result, options)
    results = verify_requests(requests, options, advance, limiter)
    if results is None:
        return result
    return apply_results(result, requests, results, options.require)


def verify_requests(
    requests: list[VerificationRequest],
    options: VerifyOptions,
    advance: Advance,
    limiter: RateLimiter,
) -> VerificationResults | None:
    """Send the requests that no cache answers; return `None` if only the plan is to be printed."""
    endpoint = build_endpoint(options)
    store = _load_cache(options, endpoint)
    cached = cache.find_cached(store, requests, time()) if store else {}
    new = [request for request in requests if request not in cached]
    if options.plan:
        sys.stderr.write(format_plan(new, endpoint, options))
        return None
    results = verify_keys(new, endpoint, options, advance, limiter)
    if store:
        _store_verdicts(store, dict(_list_answers(new, results)))
    results.verdicts.update((request.secret, verdict) for request, verdict in cached.items())
    return results


def _list_answers(
    requests: list[VerificationRequest], results: VerificationResults
) -> Iterator[tuple[VerificationRequest, Verdict]]:
    """Yield each request with its verdict, and one for each complete key that was found."""
    for request in requests:
        yield request, results.verdicts[request.secret]
        if found := results.found.get(request.secret):
            yield VerificationRequest(found.secret, request.app_key), found.verdict


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
    lines += [f"  {one.secret} with {one.app_key or 'no X-App-Key'}" for one in requests]
    lines += [f"  the control key, {_format_count(controls)}"] if controls else []
    if further := sum(len(request.candidates) for request in requests):
        lines.append(f"  up to {_format_count(further)} more, for keys that may be cut or too long")
    if further := sum(len(request.other_app_keys[:_MAX_APP_KEYS]) for request in requests):
        lines.append(f"  up to {_format_count(further)} more, for keys beside several X-App-Keys")
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
    results = VerificationResults({}, {}, {})
    for number, (secret, app_key, bounds, candidates, others) in enumerate(requests, 1):
        if unanswered >= _MAX_UNANSWERED:
            results.verdicts[secret] = _NOT_SENT
            continue
        if options.control and app_key not in results.controls:
            verdict = verify(options.control, app_key, ControlResults(), endpoint, limiter)
            results.controls[app_key] = verdict
            control = control.add(app_key, verdict)
        ask = partial(verify, control=control, endpoint=endpoint, limiter=limiter)
        verdict = ask(secret, app_key)
        unanswered = unanswered + 1 if verdict.status in (None, 429) else 0
        if _is_doubtful(verdict) and others:
            verdict = _try_app_keys(verdict, others, partial(ask, secret))
            bounds = Bounds.OPEN if candidates else bounds
        elif _is_doubtful(verdict):
            found, all_rejected = _find_complete_key(candidates, partial(ask, app_key=app_key))
            if found:
                results.found[secret] = found
            elif not all_rejected:
                bounds = Bounds.OPEN
        if options.control:
            verdict = _explain_control(verdict)
        results.verdicts[secret] = apply_bounds(verdict, bounds)
        fraction = progress_fraction(number, len(requests))
        advance(1, 0, f"of {len(requests):,} keys verified", fraction)
    return results


def _is_doubtful(verdict: Verdict) -> bool:
    """Return whether the API rejected a text, but maybe not because it is a revoked key."""
    return verdict.status == _REJECTED and not is_known_key(verdict)


def _try_app_keys(
    rejected: Verdict, app_keys: tuple[Secret, ...], send: Callable[[Secret], Verdict]
) -> Verdict:
    """Send a rejected key with the other X-App-Keys beside it, and return the verdict on it.

    It is the first answer that is no doubtful rejection. Without one, it is the first rejection,
    or `unknown` if an X-App-Key was not tried.
    """
    for app_key in app_keys[:_MAX_APP_KEYS]:
        verdict = send(app_key)
        if not _is_doubtful(verdict):
            return verdict._replace(reason=_OTHER_APP_KEY.format(verdict.reason, app_key))
    if len(app_keys) <= _MAX_APP_KEYS:
        return rejected
    reason = _MORE_APP_KEYS.format(_MAX_APP_KEYS + 1, len(app_keys) + 1)
    return Verdict(Liveness.UNKNOWN, reason, _REJECTED)


def _find_complete_key(
    candidates: tuple[Secret, ...], ask: Callable[[Secret], Verdict]
) -> tuple[FoundKey | None, bool]:
    """Return the first candidate that the API knows, and whether it rejects all of them.

    Give up if it does not respond.
    """
    for candidate in candidates:
        verdict = ask(candidate)
        if is_known_key(verdict):
            reason = f"{verdict.reason}; the text is cut or too long, and this is the whole key"
            return FoundKey(candidate, verdict._replace(reason=reason)), False
        if verdict.status != _REJECTED:
            return None, False
    return None, True


def _explain_control(verdict: Verdict) -> Verdict:
    """Add to an undecided rejection that the control key was not accepted either."""
    if (verdict.liveness, verdict.status) != (Liveness.UNKNOWN, 401):
        return verdict
    return verdict._replace(reason=f"{verdict.reason}; the control key is not accepted either")
