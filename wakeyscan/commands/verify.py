"""`wakeyscan verify`: ask about keys again: the proof that a leak is closed."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, NamedTuple

from wakeyscan import config, delivery
from wakeyscan.arguments import SCANNING, Option, Parameters, Values
from wakeyscan.display import printable
from wakeyscan.errors import SourceError, UsageError
from wakeyscan.finding import API_KEY, Liveness, Secret
from wakeyscan.relook import looked_again
from wakeyscan.verdict import Verdict
from wakeyscan.verification import Question, address, ask, questions

HELP = """Ask WAStack whether keys still work: the proof that a leak is closed.

With REPORT, a JSON report of wakeyscan, its targets are looked at again, and every key that is
found is asked about. Without, keys are read from standard input, one a line (never from arguments,
which others can see). Exits 0 only when every key is revoked.

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
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 120.0


class Inquiry(NamedTuple):
    """What is to be asked, and what was known before."""

    asked: list[Question]
    before: dict[str, str]
    """The liveness in the report, by fingerprint."""
    gone: tuple[str, ...]
    """Keys of the report, masked, that are not found any more, and so can't be asked about."""


def run(values: Values, operands: list[str]) -> int:
    """Ask, tell, and give the exit code: 1 where a key is live, 3 where that can't be told."""
    if len(operands) > 1:
        raise UsageError("wakeyscan verify takes one report, or none and keys on standard input")
    settings = config.build(values, PARAMETERS.options, os.environ)
    given = {**config.from_environment(PARAMETERS.options, os.environ), **values}
    until = time.monotonic() + _seconds(str(given.get("wait", "0s")))
    inquiry = _of_report(operands[0], settings) if operands else _of_stdin(settings)
    to, pause = address(settings.asking), _FIRST_PAUSE
    while True:
        verdicts = ask(inquiry.asked, to, settings.asking, lambda *_: None)
        code = _code(inquiry, verdicts)
        if code == 0 or time.monotonic() + pause > until:
            break
        time.sleep(pause)
        pause = min(_LONGEST_PAUSE, pause * 2)
    delivery.to_stdout("".join(_lines(inquiry, verdicts)).encode())
    return code


def _of_stdin(settings: config.Config) -> Inquiry:
    lines = sys.stdin.buffer.read().split(b"\n") if sys.stdin else []
    keys = [line.strip() for line in lines if line.strip()]
    if not keys:
        raise UsageError("there are no keys on standard input, one a line, nor is a report named")
    for number, key in enumerate(keys, 1):
        if not key.startswith(b"wa_live_"):
            raise UsageError(f"key {number} on standard input is no wa_live_ key")
    secrets = dict.fromkeys(Secret(key, API_KEY) for key in keys)
    return Inquiry([Question(s, settings.asking.app_key) for s in secrets], {}, ())


def _of_report(path: str, settings: config.Config) -> Inquiry:
    report = _read(path)
    outcome = looked_again(report["command"], list(report["targets"]), settings)
    asked = questions(outcome, settings.asking)
    listed = [*report["findings"], *report["keys"]]
    known = {item["fingerprint"]: item for item in listed if item["rule"] == API_KEY}
    here = {question.secret.fingerprint for question in asked}
    before = {fingerprint: str(item["liveness"]) for fingerprint, item in known.items()}
    gone = tuple(str(known[fingerprint]["secret"]) for fingerprint in sorted(set(known) - here))
    return Inquiry(asked, before, gone)


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        if report["schema"] != "wakeyscan-report/1":
            raise ValueError("its schema is another one")
        for name in ("command", "targets", "findings", "keys"):
            report[name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path}: is no JSON report of wakeyscan: {error}") from None
    return dict(report)


def _code(inquiry: Inquiry, verdicts: dict[Secret, Verdict]) -> int:
    found = {verdict.liveness for verdict in verdicts.values()}
    if Liveness.LIVE in found:
        return 1
    return 3 if Liveness.UNKNOWN in found or inquiry.gone else 0


def _lines(inquiry: Inquiry, verdicts: dict[Secret, Verdict]) -> list[str]:
    lines = []
    for question in inquiry.asked:
        verdict = verdicts[question.secret]
        now, before = verdict.liveness.value, inquiry.before.get(question.secret.fingerprint, "")
        change = f"{before} -> {now}" if before not in ("", now, "unchecked") else now
        beside = f" (beside {question.app_key})" if question.app_key else ""
        devices = f", {verdict.devices} devices" if verdict.devices is not None else ""
        reason = printable(verdict.reason)
        lines.append(f"{question.secret}  {change}  {reason}{devices}{beside}\n")
    lines += [
        f"{key}  not found any more, so not asked about: give it on standard input\n"
        for key in map(printable, inquiry.gone)
    ]
    return lines or ["No keys were found, so there is nothing to ask about.\n"]


def _seconds(text: str) -> float:
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _UNITS:
        raise UsageError(f"--wait must be a time, as 90s, 10m or 2h, not {text!r}")
    return float(int(number) * _UNITS[unit])
