"""Plain text for people: findings by file, in color, with the next steps at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain, count, groupby

from wakeyscan.core.finding import CUT_OR_TOO_LONG, PIECES, Bounds, Finding, Liveness, Standing
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, format_details, redact
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.summary import format_verdict
from wakeyscan.scanner.repository_paths import format_relative_path
from wakeyscan.scanner.scan_result import count_skipped

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports import (
        history_text,
        next_steps,
        step_text,
        terminal_text,
        timeline,
    )
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult
else:
    # Only an audit has histories, only findings have next steps, and few lines are long.
    history_text = lazy_import("wakeyscan.reports.history_text")
    next_steps = lazy_import("wakeyscan.reports.next_steps")
    step_text = lazy_import("wakeyscan.reports.step_text")
    terminal_text = lazy_import("wakeyscan.reports.terminal_text")
    timeline = lazy_import("wakeyscan.reports.timeline")

_COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.NOTE: "2",
}
_BOLD, _DIM, _GREEN, _YELLOW = "1", "2", "32", "1;33"
_MAX_BAR = 40
"""Characters of a timeline."""
_INDENT = " " * 12
_MAX_SKIPPED = 10
"""Maximum number of skipped items that are listed without --verbose."""


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the verdict, the findings, the skipped items, a summary and the next steps."""
    shown = result.keys if style.show_suppressed else result.reported_keys()
    verdict = escape_for_terminal(format_verdict(result))
    lines = _wrap(verdict, "", style, "  ").rstrip("\n")
    out.write(_paint(lines, _choose_color(result), style) + "\n")
    listed = _format_histories(result, shown, style) if shown else _format_files(result, style)
    rest = tuple(item for item in result.skipped if not item.opaque)
    groups = {"Skipped": rest, "Opaque": result.opaque()}
    skipped = (_format_skipped(name, items, style) for name, items in groups.items())
    parts = chain(listed, filter(None, skipped))
    if first := next(parts, ""):
        out.write(f"\n{first}")
    out.writelines(parts)
    out.write(_format_summary(result, style))
    out.write(_format_next_steps(result, style))


def _format_files(result: RunResult, style: ReportStyle) -> Iterator[str]:
    listed = result.findings if style.show_suppressed else result.reported()
    for (path, within), findings in groupby(listed, key=lambda f: (f.origin.path, f.origin.within)):
        shown_path = format_relative_path(path, style.folder)
        where = escape_line_start(shown_path) + (
            f" ({escape_for_terminal(within)})" if within else ""
        )
        yield _link(path, _paint(where, _BOLD, style), style if not within else None) + "\n"
        for finding in findings:
            yield _format_finding(finding, style)
        yield "\n"


def _format_histories(
    result: RunResult, shown: tuple[SecretHistory, ...], style: ReportStyle
) -> Iterator[str]:
    first_findings = {finding.secret: finding for finding in reversed(result.findings)}
    longest = max(len(timeline.format_period(history)) for history in shown)
    # Both brackets and the blanks before the period stand beside the bar too.
    room = style.width - len(history_text.INDENT) - longest - 4
    scale = timeline.build_time_scale(shown, min(_MAX_BAR, room))
    if scale:
        legend = _paint("= in the code, - removed, but still leaked", _DIM, style)
        parts = [scale.format_dates(), legend]
        lines = terminal_text.wrap(parts, style.width, history_text.INDENT, "  ")
        yield "\n".join(lines) + "\n\n"
    number = count(1)
    for heading, histories in history_text.group_histories(shown):
        color = terminal_text.LIVENESS_COLORS.get(histories[0].liveness, _BOLD)
        yield _paint(f"{heading} ({len(histories)})", color, style) + "\n\n"
        for history in histories:
            severity = _format_severity(history.severity, style)
            rule = escape_for_terminal(history.rule)
            yield f"{next(number):3}  {severity}  {rule}  {history.secret}\n"
            for line in history_text.format_history(history, scale, style):
                yield f"{line}\n"
            excerpt = first_findings[history.secret].excerpt
            yield _format_excerpt(history_text.INDENT, excerpt, style) + "\n"


def _format_excerpt(indent: str, excerpt: str, style: ReportStyle) -> str:
    """Return an excerpt; the bar keeps a CI runner from executing one that begins with `::`."""
    text = escape_for_terminal(excerpt)
    if len(text) > style.width - len(indent) - 2:
        text = terminal_text.crop(text, style.width - len(indent) - 2)
    return _paint(f"{indent}| {text}", _DIM, style) + "\n"


def _wrap(text: str, indent: str, style: ReportStyle, hanging: str = "") -> str:
    """Return a sentence in lines that fit the width; further lines are indented more."""
    if len(indent) + len(text) <= style.width:  # few lines are long
        return f"{indent}{text}\n"
    lines = terminal_text.wrap_words(text, style.width, indent, hanging=hanging)
    return "".join(f"{line}\n" for line in lines)


def _link(path: str, text: str, style: ReportStyle | None) -> str:
    return style.file_links.link(path, text) if style and style.file_links else text


def _paint(text: str, color: str, style: ReportStyle) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if style.color else text


def _format_severity(severity: Severity, style: ReportStyle) -> str:
    return _paint(f"{severity!s:8}", _COLORS[severity], style)


def _format_finding(finding: Finding, style: ReportStyle) -> str:
    is_name = finding.origin.part == "name"
    place = "name" if is_name else f"{finding.position.line}:{finding.position.column}"
    severity = _format_severity(finding.severity, style)
    rule = escape_for_terminal(finding.rule)
    text = f"  {place:>8}  {severity}  {rule}  {finding.secret}"
    context = _format_context(finding)
    if terminal_text.measure(text) + len(context) + 2 > style.width:
        text += "\n" + _wrap(context, _INDENT, style)
    else:
        text += f"  {context}\n"
    details = [pair for pair in finding.origin.details if pair[0] != PIECES]
    if details:
        text += _wrap(format_details(details), _INDENT, style)
    if not is_name:
        text += _format_excerpt(_INDENT, finding.excerpt, style)
    return text + _format_reason(finding, style)


def _format_context(finding: Finding) -> str:
    """Describe exposure, encoding, pieces and bounds of a finding."""
    text = str(finding.exposure)
    if finding.encoding != "plain":
        text += f", in {finding.encoding}"
    details = finding.origin.details
    if details and (pieces := dict(details).get(PIECES)):
        text += f" ({pieces})"
    if finding.origin.part == "name":
        text += ", in the name itself"
    if finding.bounds is Bounds.OPEN:
        text += f", {CUT_OR_TOO_LONG}"
    return text


def _format_reason(finding: Finding, style: ReportStyle) -> str:
    is_reported = finding.standing is Standing.REPORTED
    text = ""
    if finding.reason or not is_reported:
        text += _format_state(_choose_state(finding), finding.reason, finding, style)
    if finding.details and not is_reported:
        answer = dict(finding.details)["answer"]
        text += _format_state(finding.liveness.value, answer, finding, style)
    return text


def _format_state(state: str, reason: str, finding: Finding, style: ReportStyle) -> str:
    color = ""
    if style.color and state == finding.liveness.value:
        color = terminal_text.LIVENESS_COLORS.get(finding.liveness, "")
    heading = _paint(f"{state}:", color, style) if color else f"{state}:"
    return _wrap(f"{heading} {escape_for_terminal(reason)}", _INDENT, style)


def _choose_state(finding: Finding) -> str:
    """Return the state that the reason of a finding explains."""
    is_verified = finding.liveness is not Liveness.UNCHECKED
    if is_verified and finding.standing is Standing.REPORTED:
        return finding.liveness.value
    return finding.standing.value


def _format_skipped(heading: str, skipped: tuple[Skipped, ...], style: ReportStyle) -> str:
    if not skipped:
        return ""
    shown = skipped if style.verbose else skipped[:_MAX_SKIPPED]
    lines = [_paint(f"{heading} ({count_skipped(skipped)}):", _YELLOW, style)]
    for item in shown:
        within = f" ({escape_for_terminal(item.origin.within)})" if item.origin.within else ""
        shown_path = format_relative_path(item.origin.path, style.folder)
        path, reason = escape_line_start(shown_path), escape_for_terminal(item.reason)
        lines.append(_format_item(f"{path}{within}:", reason, style))
    if more := count_skipped(skipped[len(shown) :]):
        lines.append(f"  and {more} more (show with --verbose)")
    return "\n".join(lines) + "\n\n"


def _format_item(name: str, reason: str, style: ReportStyle) -> str:
    """Return a line on an item; if it is too long, the reason continues below."""
    if len(name) + len(reason) < style.width - 2:
        return f"  {name} {reason}"
    words = (name, *terminal_text.split_words(reason))
    return "\n".join(terminal_text.wrap(words, style.width, "  ", " ", "    "))


def _format_summary(result: RunResult, style: ReportStyle) -> str:
    lines = _format_suppressed(result, style)
    if any(result.ignores):
        used, unused, expired = result.ignores
        hint = " (list with wakeyscan ignore list)" if unused or expired else ""
        lines.append(f"Ignore file: {used} used, {unused} unused, {expired} expired{hint}.")
    lines += map(escape_for_terminal, result.notes())
    lines += [line for line in (result.describe_ignored(),) if line]
    lines.append(_format_coverage(result))
    return "".join(_wrap(line, "", style, "  ") for line in lines)


def _format_suppressed(result: RunResult, style: ReportStyle) -> list[str]:
    counts = Counter(
        f.standing.value for f in result.findings if f.standing is not Standing.REPORTED
    )
    if not counts:
        return []
    listed = ", ".join(_format_count(n, name) for name, n in sorted(counts.items()))
    hint = "" if style.show_suppressed else " (show with --show-suppressed)"
    return [f"{listed}{hint}."]


def _format_count(count: int, standing: str) -> str:
    plural = "s" * (standing == Standing.PLACEHOLDER and count != 1)
    return f"{count} {standing}{plural}"


def _format_coverage(result: RunResult) -> str:
    count, size, excluded = result.coverage
    what = "object" if result.is_of_history else "file"
    suffix = f", {excluded} excluded" if excluded else ""
    if opaque := count_skipped(result.opaque()):
        suffix += f", {opaque} opaque"
    return f"Scanned {count:,} {what}{'s' * (count != 1)} ({format_size(size)}){suffix}."


def _choose_color(result: RunResult) -> str:
    if reported := result.reported():
        return _COLORS[max(f.severity for f in reported)]
    return _GREEN if result.complete else _YELLOW


def _format_next_steps(result: RunResult, style: ReportStyle) -> str:
    if not result.reported():
        return ""
    steps = next_steps.list_next_steps(result, style)
    names = (place.path for key in result.keys for place in key.places_at_head)
    lines = ["", "What to do next", *step_text.format_steps(steps, style.width, map(redact, names))]
    if result.keys:
        lines = ["", *step_text.format_runbooks(result.reported_keys(), style), *lines]
    return "".join(f"{line}\n" for line in lines)


def format_size(size: int) -> str:
    """Return a number of bytes with a decimal unit, such as `356 kB`."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    if unit == "bytes":
        return f"{size} byte{'s' * (size != 1)}"
    return f"{amount:,.1f}".removesuffix(".0") + f" {unit}"
