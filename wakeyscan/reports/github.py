"""GitHub workflow commands: one annotation per secret, at its worst place.

GitHub shows ten errors, ten warnings and ten notices of a step, so the worst come first.
"""

from __future__ import annotations

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding, Liveness
from wakeyscan.core.redaction import escape_for_terminal, format_details, redact
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.web_links import SHORT_ID, parse_commit
from wakeyscan.scanner.scan_result import count_skipped

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.reports.web_links import WebLinks
    from wakeyscan.scanner.result import RunResult

_STILL_THERE = "still in this branch's history"
_KEPT = "the history of this branch keeps it"
_METADATA = {
    "": "",
    "message": " in a message, which a later commit cannot change",
    "name": " in a name",
    "note": " in a git note",
}
_CHANGES = {
    "message": "reword the message",
    "name": "rename it",
    "note": "remove the note (git notes remove)",
}

_MAX_SHOWN = 10
"""Maximum number of annotations of one kind that GitHub shows."""

_MAX_PLACES = 5
"""Maximum number of other places that an annotation names."""


class _Group(NamedTuple):
    """The findings of one secret, the worst first."""

    findings: tuple[Finding, ...]
    title: str
    """The title of the rule."""
    is_removed: bool
    """Whether only earlier commits have the secret."""
    links: WebLinks | None


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write one annotation per reported secret, and one for all incomplete items."""
    titles = {rule.id: rule.title for rule in result.rules}
    groups, removed = _group_by_secret(result), result.list_removed()
    for findings in groups:
        is_removed = findings[0].secret.fingerprint in removed
        group = _Group(tuple(findings), titles[findings[0].rule], is_removed, style.links)
        out.write(_format_annotation(group))
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
    """Return the findings of each secret; the worst secret and its worst place come first.

    Of equal places, a file comes before a message, which has no place in the diff, and the commit
    that added the secret before later ones.
    """
    order = {commit[:SHORT_ID]: number for number, commit in enumerate(result.commits)}

    def rank(finding: Finding) -> tuple[int, bool, int]:
        origin = finding.origin
        return -finding.severity, bool(origin.part), order.get(parse_commit(origin), 0)

    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in sorted(result.reported(), key=rank):
        groups.setdefault((finding.rule, finding.secret.fingerprint), []).append(finding)
    return [*groups.values()]


def _format_annotation(group: _Group) -> str:
    finding = group.findings[0]
    text = f"{_describe_problem(group)}. {_choose_remedy(group)} {_describe_finding(group)}"
    if others := group.findings[1:]:
        places = [_format_place(other, group.links) for other in others[:_MAX_PLACES]]
        more = len(others) - len(places)
        text += f" Also at {', '.join(places)}{f' and {more} more' if more else ''}."
    level, title = _choose_level(finding.severity), f"{group.title} ({finding.severity})"
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


def _format_place(finding: Finding, links: WebLinks | None) -> str:
    within = f" in {finding.origin.within}" if finding.origin.within else ""
    address = (links.find_line(finding) or links.find_commit(finding.origin)) if links else ""
    link = f" ({address})" if address else ""
    return f"{finding.origin.path}:{finding.position.line}{within}{link}"


def _describe_finding(group: _Group) -> str:
    """Return a sentence on the secret and its worst place, and the addresses of that place."""
    finding, links = group.findings[0], group.links
    text = f"{finding.secret} ({finding.rule}, {finding.exposure.value})"
    if finding.origin.within:
        text += f" in {finding.origin.within}"
    if finding.origin.details:
        text += f": {format_details(finding.origin.details)}"
    if finding.bounds is Bounds.OPEN:
        text += f"; {CUT_OR_TOO_LONG}"
    if finding.liveness is not Liveness.UNCHECKED:
        text += f"; {finding.liveness.value}: {finding.reason}"
    addresses = (links.find_line(finding), links.find_commit(finding.origin)) if links else ()
    return ". ".join((text, *filter(None, addresses))) + ("" if any(addresses) else ".")


def _describe_problem(group: _Group) -> str:
    """Return what was found, and whether a later commit removed it from the files."""
    finding = group.findings[0]
    commit, is_revoked = parse_commit(finding.origin), finding.liveness is Liveness.REVOKED
    name = group.title if finding.rule != API_KEY else "Leaked WAStack key"
    name = f"Revoked {group.title}" if is_revoked else name
    if finding.origin.part or not commit:
        return name + _METADATA[finding.origin.part]
    later = f" and removed later: {_STILL_THERE}" if group.is_removed else ""
    return f"{name}, added in {commit}{later}"


def _choose_remedy(group: _Group) -> str:
    """Return what to do: a later commit that removes a secret leaves it in the history."""
    finding = group.findings[0]
    if finding.liveness is Liveness.REVOKED:
        return "It no longer works; remove it."
    first = "Revoke it" if finding.rule == API_KEY else "Replace the credential"
    if group.is_removed:
        return f"{first}, then squash."
    if finding.origin.part:
        return f"{first}, then {_CHANGES[finding.origin.part]}."
    if parse_commit(finding.origin):
        return f"{first}, remove it from the file, then squash: {_KEPT}."
    return f"{first}, and read the new one from an environment variable."


def _choose_level(severity: Severity) -> str:
    if severity >= Severity.HIGH:
        return "error"
    return "warning" if severity is Severity.MEDIUM else "notice"
