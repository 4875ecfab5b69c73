"""Asks whether the keys that were found still work, and lets findings follow the answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from time import time
from typing import NamedTuple, TypeVar

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import CacheError
from wakeyscan.core.finding import Bounds, Finding, Liveness, SecretHistory, Severity, Standing
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.core.secret import API_KEY, APP_KEY, Secret
from wakeyscan.scanner.result import RunResult
from wakeyscan.verification import VERIFIERS, cache
from wakeyscan.verification.endpoint import WASTACK, Endpoint, parse_endpoint
from wakeyscan.verification.rate_limit import RateLimiter, estimate_duration, estimate_share
from wakeyscan.verification.verdict import (
    ControlResults,
    Verdict,
    VerificationRequest,
    VerifyOptions,
    apply_bounds,
    build_details,
    format_verdict,
)

_STORM = 5
"""Keys in a row without an answer after which the others are not asked about."""

_Distance = tuple[int, int]
_FAR = (sys.maxsize, 0)
_COUPLES = {(API_KEY, APP_KEY), (APP_KEY, API_KEY)}

Advance = Callable[[int, int, str, float], None]
Item = TypeVar("Item", Finding, SecretHistory)


class _Told(NamedTuple):
    """What was said of a key, and the X-App-Key that was sent beside it."""

    verdict: Verdict
    app_key: Secret | None


class VerificationResults(NamedTuple):
    """What the API said."""

    verdicts: dict[Secret, Verdict]
    controls: dict[Secret | None, Verdict]
    """Of the control key, by the X-App-Key that was sent beside it."""


def list_requests(outcome: RunResult, asking: VerifyOptions) -> list[VerificationRequest]:
    """List the keys to ask about, each once, those that are ignored or look like samples too.

    Beside each goes the X-App-Key that stands nearest to it in the same document, else the one
    that was given.
    """
    documents: dict[tuple[str, str], list[Finding]] = {}
    for finding in outcome.findings:
        sample = finding.standing is Standing.PLACEHOLDER
        if finding.rule == API_KEY or (finding.rule == APP_KEY and not sample):
            documents.setdefault(finding.origin[:2], []).append(finding)
    paired: dict[Secret, tuple[_Distance, Secret | None]] = {}
    for findings in documents.values():
        for key, app_key in _pairs(findings):
            distance = _distance(key, app_key) if app_key else _FAR
            if key.secret not in paired or distance < paired[key.secret][0]:
                beside = app_key.secret if app_key else asking.app_key
                paired[key.secret] = distance, beside
    ordered = sorted(paired.items(), key=lambda item: item[0].fingerprint)
    whole = {f.secret for f in outcome.findings if f.bounds is Bounds.CERTAIN}
    return [
        VerificationRequest(secret, app_key, Bounds.CERTAIN if secret in whole else Bounds.OPEN)
        for secret, (_, app_key) in ordered
    ]


def _pairs(findings: list[Finding]) -> Iterator[tuple[Finding, Finding | None]]:
    """Yield the keys of one document, each with its X-App-Key.

    Of as many keys as X-App-Keys, one after the other, those that follow each other belong
    together, though the next pair's may stand nearer.
    """
    ordered = sorted(findings, key=lambda finding: finding.position)
    couples = list(zip(ordered[::2], ordered[1::2], strict=False))
    orders = {(one.rule, other.rule) for one, other in couples}
    if len(ordered) % 2 == 0 and len(orders) == 1 and orders <= _COUPLES:
        yield from ((a, b) if a.rule == API_KEY else (b, a) for a, b in couples)
        return
    app_keys = [finding for finding in ordered if finding.rule == APP_KEY]
    for key in (finding for finding in ordered if finding.rule == API_KEY):
        yield key, min(app_keys, key=partial(_distance, key), default=None)


def _distance(one: Finding, other: Finding) -> _Distance:
    """Say how many lines, and on one line how many columns, lie between two findings."""
    first, second = sorted((one.position, other.position))
    lines = second.line - first.line
    return lines, 0 if lines else second.column - first.end_column


def verify_result(
    outcome: RunResult, asking: VerifyOptions, advance: Advance, pace: RateLimiter
) -> RunResult:
    """Ask about all keys of an outcome, and give it with the answers; or only say what would be."""
    asked, to = list_requests(outcome, asking), build_endpoint(asking)
    memory = _remembered(asking, to)
    known = cache.find_cached(memory, asked, time()) if memory else {}
    new = [question for question in asked if question not in known]
    if asking.plan:
        sys.stderr.write(plan(new, to, asking))
        return outcome
    answers = verify_keys(new, to, asking, advance, pace).verdicts
    if memory:
        _remember(memory, {question: answers[question.secret] for question in new})
    verdicts = answers | {question.secret: verdict for question, verdict in known.items()}
    said = {q.secret: _Told(verdicts[q.secret], q.app_key) for q in asked}
    findings = tuple(_after(finding, said) for finding in outcome.findings)
    keys = tuple(_after(key, said) for key in outcome.keys)
    gaps = _gaps(asked, verdicts) if asking.require else ()
    return outcome._replace(findings=findings, keys=keys, skipped=(*outcome.skipped, *gaps))


def _remembered(asking: VerifyOptions, to: Endpoint) -> cache.VerdictCache | None:
    """Read what was answered before; where that can't be, all are asked about, and it is told."""
    if asking.cache is None:
        return None
    try:
        return cache.load_cache(asking.cache, to)
    except CacheError as error:
        _tell_of_cache(error)
        return None


def _remember(memory: cache.VerdictCache, told: dict[VerificationRequest, Verdict]) -> None:
    try:
        cache.store_verdicts(memory, told, time())
    except CacheError as error:
        _tell_of_cache(error)


def _tell_of_cache(error: CacheError) -> None:
    sys.stderr.write(f"wakeyscan: answers are not remembered: {escape_for_terminal(str(error))}\n")


def build_endpoint(asking: VerifyOptions) -> Endpoint:
    """Say where keys are sent; raises `UsageError`."""
    return parse_endpoint(asking.api_url or WASTACK, asking.proxy)


def plan(asked: list[VerificationRequest], to: Endpoint, asking: VerifyOptions) -> str:
    """Say in words what would be sent."""
    controls = len({question.app_key for question in asked}) if asking.control else 0
    requests = len(asked) + controls
    lines = [f"--verify would send {_counted(requests)} to {to}/devices, over {_span(requests)}:"]
    lines += [
        f"  {question.secret} beside {question.app_key or 'no X-App-Key'}" for question in asked
    ]
    lines += [f"  the control key, {_counted(controls)}"] if controls else []
    return "\n".join([*lines, "Nothing was sent."]) + "\n"


def _counted(requests: int) -> str:
    return f"{requests} request{'s' * (requests != 1)}"


def _span(requests: int) -> str:
    minutes = estimate_duration(requests) / 60
    return f"about {minutes:.0f} minute{'s' * (minutes != 1)}" if minutes else "less than a minute"


def verify_keys(
    asked: list[VerificationRequest],
    to: Endpoint,
    asking: VerifyOptions,
    advance: Advance,
    pace: RateLimiter,
) -> VerificationResults:
    """Ask about each key once, a control key first; stop where nobody answers."""
    check = VERIFIERS["wastack"].verify_key
    control, silent = ControlResults(), 0
    answers = VerificationResults({}, {})
    for number, (secret, app_key, bounds) in enumerate(asked, 1):
        if silent >= _STORM:
            unasked = Verdict(Liveness.UNKNOWN, "not asked: the API does not answer")
            answers.verdicts[secret] = unasked
            continue
        if asking.control and app_key not in answers.controls:
            answer = check(asking.control, app_key, ControlResults(), to, pace)
            answers.controls[app_key] = answer
            control = control.having(app_key, answer)
        verdict = check(secret, app_key, control, to, pace)
        silent = silent + 1 if verdict.status in (None, 429) else 0
        if asking.control and (verdict.liveness, verdict.status) == (Liveness.UNKNOWN, 401):
            verdict = verdict._replace(reason=f"{verdict.reason}; nor is the control key accepted")
        answers.verdicts[secret] = apply_bounds(verdict, bounds)
        of = f"of {len(asked):,} keys asked about"
        advance(1, 0, of, estimate_share(number, len(asked)))
    return answers


def _after(item: Item, said: dict[Secret, _Told]) -> Item:
    """Give a finding or a key with what the API said; a live key is reported, whatever hides it."""
    if item.secret not in said:
        return item
    verdict, app_key = said[item.secret]
    liveness = verdict.liveness
    severities = {Liveness.LIVE: Severity.CRITICAL, Liveness.REVOKED: Severity.NOTE}
    item = item._replace(
        liveness=liveness,
        severity=severities.get(liveness, item.severity),
        details=build_details(verdict, app_key),
    )
    reason = format_verdict(verdict, app_key)
    if isinstance(item, SecretHistory):
        return item._replace(reason=reason)
    if item.standing is Standing.REPORTED:
        return item._replace(reason=reason)
    if liveness is Liveness.LIVE:
        hidden = f"{reason}, though {item.standing}: {item.reason}"
        return item._replace(standing=Standing.REPORTED, reason=hidden)
    return item


def _gaps(asked: list[VerificationRequest], verdicts: dict[Secret, Verdict]) -> tuple[Skipped, ...]:
    return tuple(
        Skipped(Origin(str(question.secret)), f"not verified: {verdicts[question.secret].reason}")
        for question in asked
        if verdicts[question.secret].liveness is Liveness.UNKNOWN
    )
