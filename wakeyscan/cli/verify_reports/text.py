"""Text for people: a line per key, with the change since the report.

A terminal gets the verdict first, and lines that fit it. Programs read a whole line for each key.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.cli.verify_reports.outcome import format_count, format_findings
from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.terminal_text import wrap_words
from wakeyscan.verification.verdict import format_verdict

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.cli.verify_reports.outcome import VerifiedKey, VerifyOutcome

_HANGING = "    "
ADVICE = "If the report is about another folder, verify it there."


def write(outcome: VerifyOutcome, out: TextIO, width: int) -> None:
    """Write the control keys, the keys, and what could not be verified."""
    if width and outcome.keys:
        incomplete = "" if outcome.complete else "; incomplete"
        out.write(f"{format_count(outcome)}{incomplete}.\n\n")
    for heading, text in _list_rows(outcome):
        lines = wrap_words(text, width, heading, hanging=_HANGING) if width else [heading + text]
        out.writelines(f"{line}\n" for line in lines)


def _list_rows(outcome: VerifyOutcome) -> Iterator[tuple[str, str]]:
    """Yield the beginning of each line, and the sentence that follows it."""
    for app_key, verdict in outcome.controls:
        answer = format_verdict(verdict, app_key)
        yield f"the control key  {verdict.liveness.value}  ", answer
    for key in outcome.keys:
        yield f"{key.secret}  {_format_change(key)}  ", format_verdict(key.verdict, key.app_key)
    for name in outcome.missing:
        name = escape_for_terminal(redact(name))
        yield f"{name}  ", "no longer found, so not verified; pass it on standard input"
    if not (outcome.controls or outcome.keys or outcome.missing or outcome.unverifiable):
        yield "", "No keys found, so there is nothing to verify."
    for group in outcome.unverifiable:
        yield "Not verified: ", escape_for_terminal(f"{format_findings(group)}: {group.reason}")
    if outcome.rescanned:
        scanned = escape_for_terminal(outcome.rescanned)
        yield "Scanned again: ", f"{scanned}. {ADVICE}"
    for item in outcome.gaps:
        path, reason = escape_line_start(item.origin.path), escape_for_terminal(item.reason)
        yield f"Skipped: {path}: ", reason


def _format_change(key: VerifiedKey) -> str:
    now = key.verdict.liveness.value
    return f"{key.before} -> {now}" if key.has_changed else now
