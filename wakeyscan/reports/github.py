"""GitHub workflow commands: one annotation per secret, at its worst place.

GitHub shows ten errors, ten warnings and ten notices of a step, so the worst come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding, Liveness
from wakeyscan.core.redaction import escape_for_terminal, format_details, redact
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.severity import Severity
from wakeyscan.scanner.scan_result import count_skipped

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_MAX_SHOWN = 10
"""Maximum number of annotations of one kind that GitHub shows."""

_MAX_PLACES = 5
"""Maximum number of further places that an annotation names."""


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one annotation per reported secret, and one for all incomplete items."""
    titles = {rule.id: rule.title for rule in result.rules}
    groups = _group_by_secret(result)
    for findings in groups:
        out.write(_format_annotation(findings, titles[findings[0].rule]))
    gaps = [item for item in result.skipped if item.gap]
    opaque = [item for item in result.opaque() if not item.gap]
    out.write(_format_skipped(gaps, "warning", "Incomplete scan. Skipped", "incomplete"))
    out.write(_format_skipped(opaque, "notice", "Not opened", "opaque"))
    for line in result.limits():
        out.write(format_command("notice", line, title="wakeyscan"))
    if len(groups) > _MAX_SHOWN:
        text = f"{len(groups)} secrets; GitHub shows {_MAX_SHOWN} of each kind. See the log."
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


def _group_by_secret(result: RunResult) -> list[list[Finding]]:
    """Return the findings of each secret; the worst secret and its worst place come first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(result.reported(), key=lambda finding: -finding.severity):
        groups.setdefault((finding.rule, finding.secret.fingerprint), []).append(finding)
    return [*groups.values()]


def _format_annotation(findings: list[Finding], title: str) -> str:
    finding = findings[0]
    text = f"{_describe_finding(finding)}. {_choose_remedy(finding)}"
    if others := findings[1:]:
        places = [f"{_format_place(other)}" for other in others[:_MAX_PLACES]]
        more = len(others) - len(places)
        text += f" Also at {', '.join(places)}{f' and {more} more' if more else ''}."
    level, title = _choose_level(finding.severity), f"{title} ({finding.severity})"
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


def _format_place(finding: Finding) -> str:
    within = f" in {finding.origin.within}" if finding.origin.within else ""
    return f"{finding.origin.path}:{finding.position.line}{within}"


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


def _choose_remedy(finding: Finding) -> str:
    """Return what to do: a later commit that removes a secret leaves it in the history."""
    if finding.liveness is Liveness.REVOKED:
        return "It no longer works; remove it."
    first = "Revoke the key" if finding.rule == API_KEY else "Replace the credential"
    if finding.origin.within.startswith("commit "):
        return f"{first}, then squash or rebase: the history of this branch keeps it."
    return f"{first}, and read the new one from an environment variable."


def _choose_level(severity: Severity) -> str:
    if severity >= Severity.HIGH:
        return "error"
    return "warning" if severity is Severity.MEDIUM else "notice"
