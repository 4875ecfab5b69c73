"""Plain text for people: by file, worst news in colour, what to do next at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from wakeyscan.core.finding import (
    CUT_OR_TOO_LONG,
    PIECES,
    Bounds,
    Finding,
    Liveness,
    SecretHistory,
    Severity,
    Standing,
)
from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, format_details
from wakeyscan.core.secret import API_KEY
from wakeyscan.reports import timeline
from wakeyscan.scanner.result import ReportStyle, RunResult, count_skipped

_COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.NOTE: "2",
}
_BOLD, _DIM, _GREEN, _YELLOW = "1", "2", "32", "1;33"
_MOST_SKIPPED = 10
"""Gaps that are listed without --verbose; all are counted."""


def write(outcome: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write what was found, what was not looked at, and what to do."""
    open_ones = {finding.secret for finding in outcome.reported()}
    keys = tuple(k for k in outcome.keys if k.secret in open_ones or style.show_suppressed)
    out.writelines(_lives(outcome, keys, style) if keys else _by_file(outcome, style))
    out.write(_skipped(outcome, style))
    out.write(_summary(outcome, style))
    out.write(_next_steps(outcome))


def _by_file(outcome: RunResult, style: ReportStyle) -> Iterator[str]:
    listed = outcome.findings if style.show_suppressed else outcome.reported()
    for origin, findings in groupby(listed, key=lambda f: (f.origin.path, f.origin.within)):
        where = escape_line_start(origin[0]) + (
            f" ({escape_for_terminal(origin[1])})" if origin[1] else ""
        )
        yield _paint(where, _BOLD, style) + "\n"
        for finding in findings:
            yield _finding(finding, style)
        yield "\n"


def _lives(
    outcome: RunResult, told: tuple[SecretHistory, ...], style: ReportStyle
) -> Iterator[str]:
    """Tell the keys of a history, those that matter most first."""
    shown = {finding.secret: finding for finding in reversed(outcome.findings)}
    first, last = timeline.format_span(told)
    for heading, keys in timeline.group_histories(told):
        yield _paint(f"{heading} ({len(keys)})", _BOLD, style) + "\n\n"
        for key in keys:
            severity = _paint(f"{key.severity!s:8}", _COLORS[key.severity], style)
            yield f"  {severity}  {escape_for_terminal(key.rule)}  {key.secret}\n"
            yield from (
                f"            {line}\n" for line in timeline.format_history(key, first, last)
            )
            excerpt = f"{'':12}| {escape_for_terminal(shown[key.secret].excerpt)}"
            yield _paint(excerpt, _DIM, style) + "\n\n"


def _paint(text: str, color: str, style: ReportStyle) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if style.color else text


def _finding(finding: Finding, style: ReportStyle) -> str:
    place = f"{finding.position.line}:{finding.position.column}"
    severity = _paint(f"{finding.severity!s:8}", _COLORS[finding.severity], style)
    wrapped = "" if finding.encoding == "plain" else f", in {finding.encoding}"
    details = dict(finding.origin.details)
    pieces = details.pop(PIECES, "")
    seen = f"{finding.exposure.value}{wrapped}" + (f" ({pieces})" if pieces else "")
    named = finding.origin.part == "name"
    if named:
        place, seen = "name", f"{seen}, in the name itself"
    if finding.bounds is Bounds.OPEN:
        seen += f", {CUT_OR_TOO_LONG}"
    head = (
        f"  {place:>8}  {severity}  {escape_for_terminal(finding.rule)}  {finding.secret}  {seen}\n"
    )
    if details:
        head += f"{'':12}{format_details(details.items())}\n"
    mark = ""
    if finding.standing is not Standing.REPORTED or finding.reason:
        mark = f"{'':12}{_state(finding)}: {escape_for_terminal(finding.reason)}\n"
    if finding.standing is not Standing.REPORTED and finding.details:
        mark += f"{'':12}{finding.liveness.value}: {escape_for_terminal(dict(finding.details)['answer'])}\n"
    # The bar keeps an excerpt that begins with `::` from being an order to a CI runner.
    excerpt = "" if named else f"{'':12}| {escape_for_terminal(finding.excerpt)}\n"
    return head + _paint(excerpt.rstrip("\n"), _DIM, style) + ("\n" if excerpt else "") + mark


def _state(finding: Finding) -> str:
    """Say in a word what the reason of a finding is the reason for."""
    asked = finding.liveness is not Liveness.UNCHECKED
    if asked and finding.standing is Standing.REPORTED:
        return finding.liveness.value
    return finding.standing.value


def _skipped(outcome: RunResult, style: ReportStyle) -> str:
    if not outcome.skipped:
        return ""
    shown = outcome.skipped if style.verbose else outcome.skipped[:_MOST_SKIPPED]
    lines = [_paint(f"Not looked at ({count_skipped(outcome.skipped)}):", _YELLOW, style)]
    for item in shown:
        within = f" ({escape_for_terminal(item.origin.within)})" if item.origin.within else ""
        lines.append(
            f"  {escape_line_start(item.origin.path)}{within}: {escape_for_terminal(item.reason)}"
        )
    if more := count_skipped(outcome.skipped[len(shown) :]):
        lines.append(f"  and {more} more (--verbose lists them)")
    return "\n".join(lines) + "\n\n"


def _summary(outcome: RunResult, style: ReportStyle) -> str:
    reported = outcome.reported()
    verdict = _verdict(outcome, reported).removesuffix(".") + _limits(outcome) + "."
    parts = [_paint(verdict, *_verdict_color(outcome, reported), style)]
    suppressed = Counter(
        f.standing.value for f in outcome.findings if f.standing is not Standing.REPORTED
    )
    if suppressed:
        counted = ", ".join(_counted(n, name) for name, n in sorted(suppressed.items()))
        hint = "" if style.show_suppressed else " (--show-suppressed lists them)"
        parts.append(f"Not counted: {counted}{hint}.")
    if any(outcome.ignores):
        used, unused, expired = outcome.ignores
        hint = " (wakeyscan ignore list names them)" if unused or expired else ""
        parts.append(f"Ignore file: {used} used, {unused} unused, {expired} expired{hint}.")
    parts += map(escape_for_terminal, outcome.notes())
    excluded = f", {outcome.coverage.excluded} excluded" if outcome.coverage.excluded else ""
    what = "object" if outcome.command == "audit" else "file"
    files = f"{outcome.coverage.documents:,} {what}{'s' * (outcome.coverage.documents != 1)}"
    parts.append(f"Looked at {files}, {format_size(outcome.coverage.bytes)}{excluded}.")
    return "\n".join(parts) + "\n"


def _counted(count: int, standing: str) -> str:
    plural = "s" * (standing == Standing.PLACEHOLDER and count != 1)
    return f"{count} {standing}{plural}"


def _verdict(outcome: RunResult, reported: tuple[Finding, ...]) -> str:
    if reported:
        count = Counter(f.severity for f in reported)
        levels = ", ".join(f"{count[s]} {s}" for s in sorted(count, reverse=True))
        files = len({f.origin[:2] for f in reported})
        some = f"{len(reported)} finding{'s' * (len(reported) != 1)}"
        return f"{some} in {files} file{'s' * (files != 1)}: {levels}."
    if not outcome.complete:
        return "Nothing found, but not everything was looked at: this is no all-clear."
    return "Nothing found."


def _limits(outcome: RunResult) -> str:
    text = str(outcome.restriction)
    return f" ({escape_for_terminal(text)})" if text else ""


def _verdict_color(outcome: RunResult, reported: tuple[Finding, ...]) -> tuple[str]:
    if reported:
        return (_COLORS[max(f.severity for f in reported)],)
    return (_GREEN if outcome.complete else _YELLOW,)


def _next_steps(outcome: RunResult) -> str:
    found = {escape_for_terminal(finding.rule) for finding in outcome.reported()}
    if not found:
        return ""
    steps = []
    if any(f.rule == API_KEY and f.liveness is not Liveness.REVOKED for f in outcome.reported()):
        steps += [
            "Take every key above for leaked: make a new one in WAStack (Settings, API Keys),",
            "give it to the application through its environment, then revoke the old one.",
            "Both work until the old one is revoked: taking it out of the code closes nothing.",
        ]
    steps += [f"Why, and how to mend it:  wakeyscan rules show {name}" for name in sorted(found)]
    if outcome.command != "audit":  # a line of the past is not written any more
        steps.append("No credential at all?  Write on its line:  wakeyscan:ignore -- the reason")
    steps.append(
        "To accept one, by the digits in brackets:  wakeyscan ignore add DIGITS --reason TEXT"
    )
    return "\nWhat to do next\n" + "".join(f"  {step}\n" for step in steps)


def format_size(size: int) -> str:
    """Say a number of bytes as people do."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    if unit == "bytes":
        return f"{size} byte{'s' * (size != 1)}"
    return f"{amount:,.1f} {unit}"
