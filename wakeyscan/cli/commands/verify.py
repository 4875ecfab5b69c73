"""`wakeyscan verify`: ask about keys again: the proof that a leak is closed."""

from __future__ import annotations

import os
import re
import sys
import time
from typing import NamedTuple

from wakeyscan.cli import output
from wakeyscan.cli.progress import Progress
from wakeyscan.cli.rescans import rescan
from wakeyscan.config import config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.document import Skipped
from wakeyscan.core.errors import UsageError
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, redact
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.reports.saved_report import read_report
from wakeyscan.verification.endpoint import Endpoint
from wakeyscan.verification.rate_limit import RateLimiter
from wakeyscan.verification.verdict import Verdict, VerificationRequest, format_verdict
from wakeyscan.verification.verify import (
    VerificationResults,
    build_endpoint,
    list_requests,
    verify_keys,
)

HELP = """Ask WAStack whether keys still work: the proof that a leak is closed.

With REPORT, a JSON report of wakeyscan, its targets are looked at again, and every key that is
found is asked about. Without, keys are read from standard input, one a line (never from arguments,
which others can see). Exits 0 only when every key is revoked, and the control key works where there
is one.

After a rotation, set WAKEYSCAN_CONTROL_KEY to the new key: it must work, the old one must not."""

_ASKING = ("app-key", "api-url", "proxy", "config", "rules", "quiet", "color")

PARAMETERS = Parameters(
    (
        *(option for option in SCANNING if option.name in _ASKING),
        Option("wait", "Ask again until all are revoked, for so long (as 90s, 10m, 2h).", "TIME"),
    ),
    "REPORT",
)

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_KEY = rb"wa_live_[A-Za-z0-9_-]{16,128}"
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 120.0


class Inquiry(NamedTuple):
    """What is to be asked, and what was known before."""

    asked: list[VerificationRequest]
    before: dict[str, str]
    """The liveness in the report, by fingerprint."""
    gone: tuple[str, ...] = ()
    """Keys of the report, masked, that are not found any more, and so can't be asked about."""
    unseen: tuple[Skipped, ...] = ()
    """What could not be looked at again."""


def run(values: Values, operands: list[str]) -> int:
    """Ask, tell, and give the exit code: 1 where a key is live, 3 where that can't be told."""
    if len(operands) > 1:
        raise UsageError("wakeyscan verify takes one report, or none and keys on standard input")
    settings = config.build_config(values, PARAMETERS.options, os.environ)
    given = {**config.read_environment(PARAMETERS.options, os.environ), **values}
    patience = _seconds(str(given.get("wait", "0s")))
    to = build_endpoint(settings.verification)
    inquiry = _of_report(operands[0], settings) if operands else _of_stdin(settings)
    answers = _answers(inquiry.asked, to, settings, patience)
    output.write_stdout("".join(_lines(inquiry, answers)).encode())
    return _code(inquiry, answers)


def _answers(
    asked: list[VerificationRequest], to: Endpoint, settings: config.Config, patience: float
) -> VerificationResults:
    """Ask, and for so long as there is patience again about those that are not revoked yet."""
    until, pause = time.monotonic() + patience, _FIRST_PAUSE
    progress = Progress(sys.stderr, settings.quiet)
    pace = RateLimiter(sleep=progress.sleep)
    answers = VerificationResults({}, {})
    while True:
        try:
            news = verify_keys(asked, to, settings.verification, progress.advance, pace)
        finally:
            progress.end()
        answers = VerificationResults(
            {**answers.verdicts, **news.verdicts}, {**answers.controls, **news[1]}
        )
        asked = [q for q in asked if news.verdicts[q.secret].liveness is not Liveness.REVOKED]
        left = until - time.monotonic()
        if not asked or left <= 0:
            return answers
        time.sleep(min(pause, left))
        pause = min(_LONGEST_PAUSE, pause * 2)


def _of_stdin(settings: config.Config) -> Inquiry:
    lines = sys.stdin.buffer.read().split(b"\n") if sys.stdin else []
    keys = [line.strip() for line in lines if line.strip()]
    if not keys:
        raise UsageError("there are no keys on standard input, one a line, nor is a report named")
    for number, key in enumerate(keys, 1):
        if not re.fullmatch(_KEY, key):
            raise UsageError(f"key {number} on standard input is no whole wa_live_ key")
    secrets = dict.fromkeys(Secret(key, API_KEY) for key in keys)
    return Inquiry([VerificationRequest(s, settings.verification.app_key) for s in secrets], {})


def _of_report(path: str, settings: config.Config) -> Inquiry:
    command, targets, known = _read(path)
    outcome = rescan(command, targets, settings)
    asked = list_requests(outcome, settings.verification)
    here = {question.secret.fingerprint for question in asked}
    before = {fingerprint: liveness for fingerprint, (_, liveness) in known.items()}
    gone = tuple(known[fingerprint][0] for fingerprint in sorted(set(known) - here))
    unseen = tuple(item for item in outcome.skipped if item.gap)
    return Inquiry(asked, before, gone, unseen)


def _read(path: str) -> tuple[str, list[str], dict[str, tuple[str, str]]]:
    """Read a report: its command, its targets, and of each key the mask and the liveness."""
    with read_report(path) as report:
        known = {
            str(item["fingerprint"]): (str(item["secret"]), str(item["liveness"]))
            for item in (*report["findings"], *report["keys"])
            if item["rule"] == API_KEY
        }
        return str(report["command"]), [str(target) for target in report["targets"]], known


def _code(inquiry: Inquiry, answers: VerificationResults) -> int:
    found = {verdict.liveness for verdict in answers.verdicts.values()}
    if Liveness.LIVE in found:
        return 1
    refused = any(verdict.liveness is not Liveness.LIVE for verdict in answers.controls.values())
    open_ends = Liveness.UNKNOWN in found or refused or inquiry.gone or inquiry.unseen
    return 3 if open_ends else 0


def _lines(inquiry: Inquiry, answers: VerificationResults) -> list[str]:
    lines = [_line("the control key", "", v, app) for app, v in answers.controls.items()]
    for secret, app_key, _ in inquiry.asked:
        before = inquiry.before.get(secret.fingerprint, "")
        lines.append(_line(str(secret), before, answers.verdicts[secret], app_key))
    lines += [
        f"{key}  not found any more, so not asked about: give it on standard input\n"
        for key in map(escape_for_terminal, map(redact, inquiry.gone))
    ]
    lines = lines or ["No keys were found, so there is nothing to ask about.\n"]
    lines += [
        f"Not looked at: {escape_line_start(item.origin.path)}: {escape_for_terminal(item.reason)}\n"
        for item in inquiry.unseen
    ]
    return lines


def _line(name: str, before: str, verdict: Verdict, app_key: Secret | None) -> str:
    now = verdict.liveness.value
    changed = before in {*Liveness} - {Liveness.UNCHECKED, verdict.liveness}
    change = f"{before} -> {now}" if changed else now
    return f"{name}  {change}  {format_verdict(verdict, app_key)}\n"


def _seconds(text: str) -> float:
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _UNITS:
        raise UsageError(f"--wait must be a time, as 90s, 10m or 2h, not {text!r}")
    return float(int(number) * _UNITS[unit])
