"""Markdown for job summaries and incident tickets: a table of the answers."""

from __future__ import annotations

from wakeyscan.cli.verify_reports.outcome import format_count, format_findings
from wakeyscan.cli.verify_reports.text import ADVICE
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports._markdown_text import format_code, join_rows
from wakeyscan.reports.summary import format_liveness
from wakeyscan.verification.verdict import format_verdict

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.cli.unverifiable import Unverifiable
    from wakeyscan.cli.verify_reports.outcome import VerifiedKey, VerifyOutcome


def write(outcome: VerifyOutcome, out: TextIO, width: int) -> None:
    """Write a verdict, a table of the keys, and what could not be verified."""
    incomplete = "" if outcome.complete else "; **incomplete**"
    out.write(f"### wakeyscan verify: {format_count(outcome)}{incomplete}\n")
    if outcome.keys:
        out.write("\n| key | before | now | answer |\n|---|---|---|---|\n")
        out.write(join_rows((_format_row(key), 1) for key in outcome.keys))
    for app_key, verdict in outcome.controls:
        answer = format_code(format_verdict(verdict, app_key))
        out.write(f"\nThe control key is {format_liveness(verdict.liveness)}: {answer}\n")
    if outcome.missing:
        out.write("\n| no longer found, so not verified |\n|---|\n")
        out.write(join_rows((f"| {format_code(redact(name))} |\n", 1) for name in outcome.missing))
    if outcome.unverifiable:
        out.write("\n| not verified | reason |\n|---|---|\n")
        out.write(join_rows((_format_group(group), 1) for group in outcome.unverifiable))
    if outcome.rescanned:
        out.write(f"\nScanned again: {format_code(outcome.rescanned)}. {ADVICE}\n")
    if outcome.gaps:
        out.write("\n| skipped | reason |\n|---|---|\n")
        rows = (
            f"| {format_code(i.origin.path)} | {format_code(i.reason)} |\n" for i in outcome.gaps
        )
        out.write(join_rows((row, 1) for row in rows))


def _format_group(group: Unverifiable) -> str:
    return f"| {format_code(format_findings(group))} | {format_code(group.reason)} |\n"


def _format_row(key: VerifiedKey) -> str:
    now = format_liveness(key.verdict.liveness)
    now = f"**{now}**" if key.verdict.liveness is Liveness.LIVE or key.has_changed else now
    answer = format_code(format_verdict(key.verdict, key.app_key))
    before = format_code(key.before) if key.before else ""
    return f"| {format_code(str(key.secret))} | {before} | {now} | {answer} |\n"
