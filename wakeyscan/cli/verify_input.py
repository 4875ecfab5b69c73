"""Keys for `wakeyscan verify`: of a report, or on standard input, as a person copied them."""

from __future__ import annotations

import re
import sys

from wakeyscan.cli.output import write_stderr
from wakeyscan.cli.verify_plan import VerifyPlan, plan_report
from wakeyscan.core.errors import UsageError
from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.placeholders import find_example_reason, is_documented
from wakeyscan.scanner.whole_keys import MAX_CANDIDATES, MAX_ENDS, list_shorter
from wakeyscan.verification.verdict import VerificationRequest

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.verification import VerifyOptions

_KEY = re.compile(rb"wa_live_[A-Za-z0-9_-]{16,128}")


def plan_keys(reports: list[str], settings: Config, options: VerifyOptions) -> VerifyPlan:
    """Return the keys of the report, if there is one, else those on standard input."""
    return plan_report(reports[0], settings, options) if reports else _plan_stdin(options)


def _plan_stdin(options: VerifyOptions) -> VerifyPlan:
    """Read keys from standard input, one per line; raise `UsageError`."""
    keys = {key: Secret(key, API_KEY) for key in _read_keys()}
    return VerifyPlan(
        [_build_request(key, options.app_key) for key in keys if not is_documented(key)],
        liveness_before={},
        examples={keys[key]: why for key in keys if (why := find_example_reason(key))},
        unsent=tuple(keys[key] for key in keys if is_documented(key)),
    )


def _read_keys() -> list[bytes]:
    if sys.stdin and sys.stdin.isatty():
        write_stderr(
            "wakeyscan: keys are read from standard input, one per line; end with Ctrl-D\n"
        )
    lines = sys.stdin.buffer.read().split(b"\n") if sys.stdin else []
    keys = [line.strip() for line in lines if line.strip()]
    if not keys:
        raise UsageError(
            "standard input: no keys found; pass them one per line, or name a JSON report"
        )
    for number, key in enumerate(keys, 1):
        if not _KEY.fullmatch(key):
            raise UsageError(f"standard input: key {number} is not a complete wa_live_ key")
    return keys


def _build_request(key: bytes, app_key: Secret | None) -> VerificationRequest:
    """Return the request for a text that may have more than the key, behind a hyphen."""
    shorter = tuple(Secret(text, API_KEY) for text in list_shorter(key))
    if len(shorter) > MAX_ENDS:
        return VerificationRequest(
            Secret(key, API_KEY), app_key, Bounds.OPEN, shorter[:MAX_CANDIDATES]
        )
    return VerificationRequest(Secret(key, API_KEY), app_key, candidates=shorter)
