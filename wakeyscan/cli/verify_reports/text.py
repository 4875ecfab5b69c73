"""Text for people: a line per key, with the change since the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, redact
from wakeyscan.verification.verdict import format_verdict

if TYPE_CHECKING:
    from wakeyscan.cli.verify_reports.outcome import VerifiedKey, VerifyOutcome


def write(outcome: VerifyOutcome, out: TextIO) -> None:
    """Write the control keys, the keys, and what could not be verified."""
    for app_key, verdict in outcome.controls:
        answer = format_verdict(verdict, app_key)
        out.write(f"the control key  {verdict.liveness.value}  {answer}\n")
    out.writelines(map(_format_key, outcome.keys))
    for name in outcome.missing:
        name = escape_for_terminal(redact(name))
        out.write(f"{name}  no longer found, so not verified; pass it on standard input\n")
    if not (outcome.controls or outcome.keys or outcome.missing):
        out.write("No keys found, so there is nothing to verify.\n")
    for item in outcome.gaps:
        path, reason = escape_line_start(item.origin.path), escape_for_terminal(item.reason)
        out.write(f"Skipped: {path}: {reason}\n")


def _format_key(key: VerifiedKey) -> str:
    now = key.verdict.liveness.value
    change = f"{key.before} -> {now}" if key.has_changed else now
    return f"{key.secret}  {change}  {format_verdict(key.verdict, key.app_key)}\n"
