"""GitHub workflow commands: one annotation per finding, at its line.

GitHub shows ten errors, ten warnings and ten notices of a step, so the worst come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding, Liveness, Severity
from wakeyscan.core.redaction import escape_for_terminal, format_details, redact
from wakeyscan.scanner.scan_result import count_skipped

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.scanner.result import ReportStyle, RunResult

_MAX_SHOWN = 10
"""Maximum number of annotations of one kind that GitHub shows."""


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one annotation per reported finding, and one for all incomplete items."""
    titles = {rule.id: rule.title for rule in result.rules}
    worst_first = sorted(result.reported(), key=lambda finding: -finding.severity)
    for finding in worst_first:
        out.write(_format_annotation(finding, titles[finding.rule]))
    gaps = [item for item in result.skipped if item.gap]
    opaque = [item for item in result.opaque() if not item.gap]
    out.write(_format_skipped(gaps, "warning", "Incomplete scan. Skipped", "incomplete"))
    out.write(_format_skipped(opaque, "notice", "Not opened", "opaque"))
    for line in result.limits():
        out.write(format_command("notice", line, title="wakeyscan"))
    if len(worst_first) > _MAX_SHOWN:
        text = f"{len(worst_first)} findings; GitHub shows {_MAX_SHOWN} of each kind. See the log."
        out.write(format_command("notice", text, title="wakeyscan"))


def format_command(kind: str, text: str, **properties: str) -> str:
    """Return a workflow command. No part of it can start another one.

    It uses the escapes of actions/toolkit.
    """
    listed = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{kind}{' ' if listed else ''}{listed}::{_escape_data(text)}\n"


def _escape_data(text: str) -> str:
    text = escape_for_terminal(redact(text))
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _format_skipped(items: list[Skipped], kind: str, heading: str, state: str) -> str:
    if not items:
        return ""
    text = f"{heading}: {items[0].origin.path}: {items[0].reason}"
    if more := count_skipped(items[1:]):
        text += f" (and {more} more)"
    return format_command(kind, text, title=f"wakeyscan: {state}")


def _format_annotation(finding: Finding, title: str) -> str:
    title = f"{title} ({finding.severity})"
    level, text = _choose_level(finding.severity), _describe_finding(finding)
    if finding.origin.part == "message":  # a commit message is in no file
        return format_command(level, text, title=title)
    location = {
        "file": finding.origin.path,
        "line": str(finding.position.line),
        "endLine": str(finding.position.line),
        "col": str(finding.position.column),
        "endColumn": str(finding.position.end_column),
    }
    return format_command(level, text, **location, title=title)


def _describe_finding(finding: Finding) -> str:
    text = f"{finding.secret} ({finding.rule}, {finding.exposure.value})"
    if finding.origin.within:
        text += f" in {finding.origin.within}"
    if finding.origin.details:
        text += f": {format_details(finding.origin.details)}"
    if finding.bounds is Bounds.OPEN:
        text += f"; {CUT_OR_TOO_LONG}"
    if finding.liveness is not Liveness.UNCHECKED:
        text += f"; {finding.liveness.value}: {finding.reason}"
    return text


def _choose_level(severity: Severity) -> str:
    if severity >= Severity.HIGH:
        return "error"
    return "warning" if severity is Severity.MEDIUM else "notice"
