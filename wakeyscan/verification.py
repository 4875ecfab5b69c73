"""Asks whether the keys that were found still work, and lets findings follow the answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from time import time
from typing import NamedTuple, TypeVar

from wakeyscan import family, verdictcache, verifiers
from wakeyscan.config import Asking
from wakeyscan.display import printable
from wakeyscan.endpoint import WASTACK, Endpoint, endpoint
from wakeyscan.errors import CacheError
from wakeyscan.finding import (
    API_KEY,
    APP_KEY,
    Finding,
    Liveness,
    Origin,
    Secret,
    Severity,
    Skipped,
    Standing,
)
from wakeyscan.outcome import Key, Outcome
from wakeyscan.pace import Pace, duration
from wakeyscan.verdict import Control, Question, Verdict

_STORM = 5
"""Keys in a row without an answer after which the others are not asked about."""

Advance = Callable[[int, int, str, float], None]
Item = TypeVar("Item", Finding, Key)


class Answers(NamedTuple):
    """What the API said."""

    verdicts: dict[Secret, Verdict]
    controls: dict[Secret | None, Verdict]
    """Of the control key, by the X-App-Key that was sent beside it."""


def questions(outcome: Outcome, asking: Asking) -> list[Question]:
    """List the keys to ask about, each once, those that are ignored or look like samples too.

    Beside each goes the X-App-Key that stands nearest to it in the same document, else the one
    that was given.
    """
    paired: dict[Secret, tuple[int, Secret | None]] = {}
    app_keys = [
        finding
        for finding in outcome.findings
        if finding.rule == APP_KEY and finding.standing is not Standing.PLACEHOLDER
    ]
    for finding in outcome.findings:
        if finding.rule == API_KEY:
            distance, app_key = _nearest(finding, app_keys, asking.app_key)
            if finding.secret not in paired or distance < paired[finding.secret][0]:
                paired[finding.secret] = distance, app_key
    ordered = sorted(paired.items(), key=lambda item: item[0].fingerprint)
    return [Question(secret, app_key) for secret, (_, app_key) in ordered]


def _nearest(
    finding: Finding, app_keys: Iterable[Finding], given: Secret | None
) -> tuple[int, Secret | None]:
    here = [
        (abs(other.position.line - finding.position.line), other.secret.fingerprint, other.secret)
        for other in app_keys
        if other.origin[:2] == finding.origin[:2]
    ]
    distance, _, app_key = min(here, key=lambda item: item[:2], default=(sys.maxsize, "", given))
    return distance, app_key


def verified(outcome: Outcome, asking: Asking, advance: Advance) -> Outcome:
    """Ask about all keys of an outcome, and give it with the answers; or only say what would be."""
    asked, to = questions(outcome, asking), address(asking)
    memory = _remembered(asking, to)
    known = verdictcache.known(memory, asked, time()) if memory else {}
    new = [question for question in asked if question not in known]
    if asking.plan:
        sys.stderr.write(plan(new, to, asking))
        return outcome
    told = ask(new, to, asking, advance).verdicts
    if memory:
        _remember(memory, {question: told[question.secret] for question in new})
    verdicts = told | {question.secret: verdict for question, verdict in known.items()}
    findings = tuple(_after(finding, verdicts) for finding in outcome.findings)
    keys = tuple(_after(key, verdicts) for key in outcome.keys)
    gaps = _gaps(asked, verdicts) if asking.require else ()
    return outcome._replace(findings=findings, keys=keys, skipped=(*outcome.skipped, *gaps))


def _remembered(asking: Asking, to: Endpoint) -> verdictcache.Memory | None:
    """Read what was answered before; where that can't be, all are asked about, and it is told."""
    if asking.cache is None:
        return None
    try:
        return verdictcache.recall(asking.cache, to)
    except CacheError as error:
        _tell_of_cache(error)
        return None


def _remember(memory: verdictcache.Memory, told: dict[Question, Verdict]) -> None:
    try:
        verdictcache.keep(memory, told, time())
    except CacheError as error:
        _tell_of_cache(error)


def _tell_of_cache(error: CacheError) -> None:
    sys.stderr.write(f"wakeyscan: answers are not remembered: {printable(str(error))}\n")


def address(asking: Asking) -> Endpoint:
    """Say where keys are sent; raises `UsageError`."""
    return endpoint(asking.api_url or WASTACK, asking.proxy)


def plan(asked: list[Question], to: Endpoint, asking: Asking) -> str:
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
    minutes = duration(requests) / 60
    return f"about {minutes:.0f} minute{'s' * (minutes != 1)}" if minutes else "less than a minute"


def ask(
    asked: list[Question],
    to: Endpoint,
    asking: Asking,
    advance: Advance,
    pace: Pace | None = None,
) -> Answers:
    """Ask about each key once, a control key first; stop where nobody answers."""
    check = family.member(verifiers, "wastack").check
    pace = pace or Pace()
    control, silent = Control(), 0
    answers = Answers({}, {})
    for number, (secret, app_key) in enumerate(asked, 1):
        if silent >= _STORM:
            unasked = Verdict(Liveness.UNKNOWN, "not asked: the API does not answer")
            answers.verdicts[secret] = unasked
            continue
        if asking.control and app_key not in answers.controls:
            answer = check(asking.control, app_key, Control(), to, pace)
            answers.controls[app_key] = answer
            control = control.having(app_key, answer)
        verdict = check(secret, app_key, control, to, pace)
        silent = silent + 1 if verdict.status in (None, 429) else 0
        if asking.control and (verdict.liveness, verdict.status) == (Liveness.UNKNOWN, 401):
            verdict = verdict._replace(reason=f"{verdict.reason}; nor is the control key accepted")
        answers.verdicts[secret] = verdict
        advance(1, 0, "keys asked about", number / len(asked))
    return answers


def _after(item: Item, verdicts: dict[Secret, Verdict]) -> Item:
    """Give a finding or a key with what the API said; a live key is reported, whatever hides it."""
    if item.secret not in verdicts:
        return item
    liveness = verdicts[item.secret].liveness
    severities = {Liveness.LIVE: Severity.CRITICAL, Liveness.REVOKED: Severity.NOTE}
    severity = severities.get(liveness, item.severity)
    if isinstance(item, Key):
        return item._replace(liveness=liveness, severity=severity)
    reason = verdicts[item.secret].reason
    standing = item.standing
    if liveness is Liveness.LIVE and standing is not Standing.REPORTED:
        reason, standing = f"{reason}, though {item.standing}: {item.reason}", Standing.REPORTED
    elif standing is not Standing.REPORTED:
        reason = item.reason
    return item._replace(liveness=liveness, severity=severity, standing=standing, reason=reason)


def _gaps(asked: list[Question], verdicts: dict[Secret, Verdict]) -> tuple[Skipped, ...]:
    return tuple(
        Skipped(Origin(str(question.secret)), f"not verified: {verdicts[question.secret].reason}")
        for question in asked
        if verdicts[question.secret].liveness is Liveness.UNKNOWN
    )
