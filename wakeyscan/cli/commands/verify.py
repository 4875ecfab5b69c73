"""`wakeyscan verify`: asks the API again about keys, to prove that a leak is closed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

from wakeyscan.cli import run_details
from wakeyscan.cli.progress import Progress
from wakeyscan.cli.verify_input import plan_keys
from wakeyscan.cli.verify_reports import VERIFY_REPORTS
from wakeyscan.cli.verify_reports.outcome import build_outcome, choose_formats, write_outcome
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.finding import Liveness
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.verification.rate_limit import RateLimiter
from wakeyscan.verification.results import VerificationResults
from wakeyscan.verification.verdict import FoundKey, VerificationRequest
from wakeyscan.verification.verify import build_endpoint, verify_keys

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.verification import VerifyOptions

HELP = """Ask WAStack again whether keys still work.

This is the proof that a leak is closed.

REPORT is a JSON report of wakeyscan: its targets are scanned again, and every key found is
verified. It may also be a folder that `wakeyscan fleet` wrote. Without a REPORT, keys are read from
standard input, one per line (never from arguments, which other users can see). The exit code is 0
only if every key is revoked (and the control key works, if you set one). Other credentials of the
report are counted: WAStack cannot say whether they work.

After a rotation, set WAKEYSCAN_CONTROL_KEY to the new key: the new key must work, and the old one
must not."""

_OPTIONS = ("output", "report", "app-key", "api-url", "proxy", "config", "rules", "quiet", "color",
            "verbose")  # fmt: skip

PARAMETERS = Parameters(
    (
        Option("format", f"Format of the report: {', '.join(VERIFY_REPORTS)}. Default: text.",
               "NAME", letter="f"),
        *(option for option in SCANNING if option.name in _OPTIONS),
        Option("wait", "Keep asking for up to TIME (for example 90s, 10m, 2h) until all keys are "
               "revoked.", "TIME"),
    ),
    "REPORT",
    takes_many=False,
)  # fmt: skip

_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 120.0
"""Seconds between two rounds of requests."""


def run(values: Values, operands: list[str]) -> int:
    """Verify the keys, print the answers and return the exit code."""
    if len(operands) > 1:
        raise UsageError(
            "wakeyscan verify: expected one report, got several; "
            "without a report it reads keys from standard input"
        )
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    wait_seconds = _parse_wait(str(given.get("wait", "0s")))
    options = build.build_verify_options(given, os.environ)
    build_endpoint(options)  # an invalid address stops the run before the keys are read
    settings = choose_formats(settings, values, operands)
    if settings.verbose:
        run_details.print_settings(values, PARAMETERS.options, os.environ, "")
    plan = plan_keys(operands, settings, options)
    progress = Progress(sys.stderr, settings.quiet)
    results = _verify(plan.requests, options, wait_seconds, progress)
    return write_outcome(build_outcome(plan, results), settings, operands)


def _verify(
    requests: list[VerificationRequest],
    options: VerifyOptions,
    wait_seconds: float,
    progress: Progress,
) -> VerificationResults:
    """Verify the keys; until the time is up, verify those that are not revoked again."""
    until, pause = time.monotonic() + wait_seconds, _FIRST_PAUSE
    endpoint, limiter = build_endpoint(options), RateLimiter(sleep=progress.sleep)
    total = VerificationResults({}, {}, {})
    pending = {request.secret: request for request in requests}
    while True:
        asked = list(pending.values())
        try:
            results = verify_keys(asked, endpoint, options, progress.advance, limiter)
        finally:
            progress.end()
        total.controls.update(results.controls)
        pending = dict(_add_results(total, pending, results))
        left = until - time.monotonic()
        if not pending or left <= 0:
            return total
        time.sleep(min(pause, left))
        pause = min(_LONGEST_PAUSE, pause * 2)


def _add_results(
    total: VerificationResults,
    pending: dict[Secret, VerificationRequest],
    results: VerificationResults,
) -> Iterator[tuple[Secret, VerificationRequest]]:
    """Add the results of a round, and yield the requests for the next one.

    A complete key that was found takes the place of the text that is cut or too long.
    """
    for secret, request in pending.items():
        total.verdicts[secret] = results.verdicts[request.secret]
        key, verdict = results.conclude(request.secret)
        if key != secret:
            total.found[secret] = FoundKey(key, verdict)
            request = VerificationRequest(key, request.app_key)
        if verdict.liveness is not Liveness.REVOKED:
            yield secret, request


def _parse_wait(text: str) -> float:
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _SECONDS_PER_UNIT:
        raise UsageError(f"--wait: expected a time such as 90s, 10m or 2h, got {text!r}")
    return float(int(number) * _SECONDS_PER_UNIT[unit])
