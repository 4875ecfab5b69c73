"""GitHub workflow commands: findings as annotations beside the lines they stand on.

GitHub shows ten errors, ten warnings and ten notices of a step, so the worst come first.
"""

from __future__ import annotations

from typing import TextIO

from wakeyscan.display import printable
from wakeyscan.finding import Finding, Severity
from wakeyscan.outcome import Outcome, Style

_SHOWN = 10


def write(outcome: Outcome, out: TextIO, style: Style) -> None:
    """Write one annotation for each reported finding, and one for the gaps."""
    worst_first = sorted(outcome.reported(), key=lambda finding: -finding.severity)
    for finding in worst_first:
        out.write(_annotation(outcome, finding))
    if outcome.skipped:
        first = outcome.skipped[0]
        about = f"{printable(first.origin.path)}: {printable(first.reason)}"
        more = len(outcome.skipped) - 1
        text = f"Not everything was looked at. {about}" + (f" (and {more} more)" if more else "")
        out.write(f"::warning title=wakeyscan%3A incomplete::{_data(text)}\n")
    if len(worst_first) > _SHOWN:
        text = f"{len(worst_first)} findings; GitHub shows {_SHOWN} of a kind. See the log."
        out.write(f"::notice title=wakeyscan::{_data(text)}\n")


def _annotation(outcome: Outcome, finding: Finding) -> str:
    title = next((rule.title for rule in outcome.rules if rule.id == finding.rule), finding.rule)
    properties = {
        "file": printable(finding.origin.path),
        "line": str(finding.position.line),
        "endLine": str(finding.position.line),
        "col": str(finding.position.column),
        "endColumn": str(finding.position.end_column),
        "title": f"{title} ({finding.severity})",
    }
    if finding.origin.within:
        del properties["file"]
    listed = ",".join(f"{name}={_property(text)}" for name, text in properties.items())
    within = f" in {printable(finding.origin.within)}" if finding.origin.within else ""
    text = f"{finding.secret} ({finding.rule}, {finding.exposure.value}){within}"
    return f"::{_level(finding.severity)} {listed}::{_data(text)}\n"


def _level(severity: Severity) -> str:
    if severity >= Severity.HIGH:
        return "error"
    return "warning" if severity is Severity.MEDIUM else "notice"


def _data(text: str) -> str:
    """Escape as actions/toolkit does for the text of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
