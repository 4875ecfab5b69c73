"""GitHub workflow commands: findings as annotations beside the lines they stand on.

GitHub shows ten errors, ten warnings and ten notices of a step, so the worst come first.
"""

from __future__ import annotations

from typing import TextIO

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding, Liveness, Severity
from wakeyscan.core.redaction import format_details
from wakeyscan.reports._workflow_commands import format_command
from wakeyscan.scanner.result import ReportStyle, RunResult, count_skipped

_SHOWN = 10


def write(outcome: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one annotation for each reported finding, and one for the gaps."""
    titles = {rule.id: rule.title for rule in outcome.rules}
    worst_first = sorted(outcome.reported(), key=lambda finding: -finding.severity)
    for finding in worst_first:
        out.write(_annotation(finding, titles[finding.rule]))
    gaps = [item for item in outcome.skipped if item.gap]
    if gaps:
        about, more = f"{gaps[0].origin.path}: {gaps[0].reason}", count_skipped(gaps[1:])
        text = f"Not everything was looked at. {about}" + (f" (and {more} more)" if more else "")
        out.write(format_command("warning", text, title="wakeyscan: incomplete"))
    for line in outcome.limits():
        out.write(format_command("notice", line, title="wakeyscan"))
    if len(worst_first) > _SHOWN:
        text = f"{len(worst_first)} findings; GitHub shows {_SHOWN} of a kind. See the log."
        out.write(format_command("notice", text, title="wakeyscan"))


def _annotation(finding: Finding, title: str) -> str:
    place = {
        "file": finding.origin.path,
        "line": str(finding.position.line),
        "endLine": str(finding.position.line),
        "col": str(finding.position.column),
        "endColumn": str(finding.position.end_column),
    }
    where = {} if finding.origin.part == "message" else place  # a message is in no file
    within = f" in {finding.origin.within}" if finding.origin.within else ""
    there = f": {format_details(finding.origin.details)}" if finding.origin.details else ""
    text = f"{finding.secret} ({finding.rule}, {finding.exposure.value}){within}{there}"
    if finding.bounds is Bounds.OPEN:
        text += f"; {CUT_OR_TOO_LONG}"
    if finding.liveness is not Liveness.UNCHECKED:
        text += f"; {finding.liveness.value}: {finding.reason}"
    return format_command(
        _level(finding.severity), text, **where, title=f"{title} ({finding.severity})"
    )


def _level(severity: Severity) -> str:
    if severity >= Severity.HIGH:
        return "error"
    return "warning" if severity is Severity.MEDIUM else "notice"
