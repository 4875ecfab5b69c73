"""Plain text for people: findings by file, in color, with the next steps at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, TextIO

from wakeyscan.core.finding import CUT_OR_TOO_LONG, PIECES, Bounds, Finding, Liveness, Standing
from wakeyscan.core.redaction import escape_for_terminal, escape_line_start, format_details
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.severity import Severity
from wakeyscan.reports import timeline
from wakeyscan.scanner.repository_paths import format_relative_path
from wakeyscan.scanner.scan_result import count_skipped

if TYPE_CHECKING:
    from wakeyscan.core.document import Skipped
    from wakeyscan.core.secret_history import SecretHistory
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.NOTE: "2",
}
_BOLD, _DIM, _GREEN, _YELLOW = "1", "2", "32", "1;33"
_INDENT = " " * 12
_MAX_NAMED = 5
"""Maximum number of keys that a command names."""

_MAX_SKIPPED = 10
"""Maximum number of skipped items that are listed without --verbose."""

_ROTATE = (
    "Treat every key above as leaked: create a new key in WAStack",
    "(Settings, API Keys), pass it to the app as an environment variable, then",
    "revoke the old key. Both work until you revoke the old one: removing it from",
    "the code does not disable it.",
)


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the findings, the skipped items, a summary and the next steps."""
    reported = {finding.secret for finding in result.reported()}
    shown = tuple(k for k in result.keys if k.secret in reported or style.show_suppressed)
    out.writelines(
        _format_histories(result, shown, style) if shown else _format_files(result, style)
    )
    rest = tuple(item for item in result.skipped if not item.opaque)
    out.write(_format_skipped("Skipped", rest, style))
    out.write(_format_skipped("Opaque", result.opaque(), style))
    out.write(_format_summary(result, style))
    out.write(_format_next_steps(result, style))


def _format_files(result: RunResult, style: ReportStyle) -> Iterator[str]:
    listed = result.findings if style.show_suppressed else result.reported()
    for (path, within), findings in groupby(listed, key=lambda f: (f.origin.path, f.origin.within)):
        shown_path = format_relative_path(path, style.folder)
        where = escape_line_start(shown_path) + (
            f" ({escape_for_terminal(within)})" if within else ""
        )
        yield _paint(where, _BOLD, style) + "\n"
        for finding in findings:
            yield _format_finding(finding, style)
        yield "\n"


def _format_histories(
    result: RunResult, shown: tuple[SecretHistory, ...], style: ReportStyle
) -> Iterator[str]:
    first_findings = {finding.secret: finding for finding in reversed(result.findings)}
    first, last = timeline.format_span(shown)
    for heading, histories in timeline.group_histories(shown):
        yield _paint(f"{heading} ({len(histories)})", _BOLD, style) + "\n\n"
        for history in histories:
            severity = _format_severity(history.severity, style)
            yield f"  {severity}  {escape_for_terminal(history.rule)}  {history.secret}\n"
            for line in timeline.format_history(history, first, last):
                yield f"{_INDENT}{line}\n"
            excerpt = escape_for_terminal(first_findings[history.secret].excerpt)
            yield _paint(f"{_INDENT}| {excerpt}", _DIM, style) + "\n\n"


def _paint(text: str, color: str, style: ReportStyle) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if style.color else text


def _format_severity(severity: Severity, style: ReportStyle) -> str:
    return _paint(f"{severity!s:8}", _COLORS[severity], style)


def _format_finding(finding: Finding, style: ReportStyle) -> str:
    is_name = finding.origin.part == "name"
    place = "name" if is_name else f"{finding.position.line}:{finding.position.column}"
    severity = _format_severity(finding.severity, style)
    rule = escape_for_terminal(finding.rule)
    text = f"  {place:>8}  {severity}  {rule}  {finding.secret}  {_format_context(finding)}\n"
    details = [pair for pair in finding.origin.details if pair[0] != PIECES]
    if details:
        text += f"{_INDENT}{format_details(details)}\n"
    if not is_name:
        # The bar keeps a CI runner from executing an excerpt that begins with `::`.
        excerpt = f"{_INDENT}| {escape_for_terminal(finding.excerpt)}"
        text += _paint(excerpt, _DIM, style) + "\n"
    return text + _format_reason(finding)


def _format_context(finding: Finding) -> str:
    """Describe exposure, encoding, pieces and bounds of a finding."""
    text = finding.exposure.value
    if finding.encoding != "plain":
        text += f", in {finding.encoding}"
    if pieces := dict(finding.origin.details).get(PIECES):
        text += f" ({pieces})"
    if finding.origin.part == "name":
        text += ", in the name itself"
    if finding.bounds is Bounds.OPEN:
        text += f", {CUT_OR_TOO_LONG}"
    return text


def _format_reason(finding: Finding) -> str:
    is_reported = finding.standing is Standing.REPORTED
    text = ""
    if finding.reason or not is_reported:
        text += f"{_INDENT}{_choose_state(finding)}: {escape_for_terminal(finding.reason)}\n"
    if finding.details and not is_reported:
        answer = escape_for_terminal(dict(finding.details)["answer"])
        text += f"{_INDENT}{finding.liveness.value}: {answer}\n"
    return text


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
        lines.append(f"  {path}{within}: {reason}")
    if more := count_skipped(skipped[len(shown) :]):
        lines.append(f"  and {more} more (show with --verbose)")
    return "\n".join(lines) + "\n\n"


def _format_summary(result: RunResult, style: ReportStyle) -> str:
    limits = "; ".join(map(escape_for_terminal, result.list_limits()))
    limits = f" ({limits})" if limits else ""
    verdict = _format_verdict(result).removesuffix(".") + limits + "."
    lines = [_paint(verdict, _choose_color(result), style)]
    lines += _format_suppressed(result, style)
    if any(result.ignores):
        used, unused, expired = result.ignores
        hint = " (list with wakeyscan ignore list)" if unused or expired else ""
        lines.append(f"Ignore file: {used} used, {unused} unused, {expired} expired{hint}.")
    lines += map(escape_for_terminal, result.notes())
    lines += [line for line in (result.describe_ignored(),) if line]
    lines.append(_format_coverage(result))
    return "\n".join(lines) + "\n"


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
    what = "object" if result.command == "audit" else "file"
    suffix = f", {excluded} excluded" if excluded else ""
    if opaque := count_skipped(result.opaque()):
        suffix += f", {opaque} opaque"
    return f"Scanned {count:,} {what}{'s' * (count != 1)} ({format_size(size)}){suffix}."


def _format_verdict(result: RunResult) -> str:
    reported = result.reported()
    if reported:
        counts = Counter(f.severity for f in reported)
        levels = ", ".join(f"{counts[s]} {s}" for s in sorted(counts, reverse=True))
        files = len({f.origin[:2] for f in reported})
        findings = f"{len(reported)} finding{'s' * (len(reported) != 1)}"
        return f"{findings} in {files} file{'s' * (files != 1)}: {levels}."
    if not result.complete:
        return "No keys found, but the scan was incomplete."
    return "No keys found."


def _choose_color(result: RunResult) -> str:
    if reported := result.reported():
        return _COLORS[max(f.severity for f in reported)]
    return _GREEN if result.complete else _YELLOW


def _format_next_steps(result: RunResult, style: ReportStyle) -> str:
    reported = result.reported()
    if not reported:
        return ""
    is_leaked = any(f.rule == API_KEY and f.liveness is not Liveness.REVOKED for f in reported)
    # A hook says itself whether a new key is needed: what it found is not published yet.
    steps = [*_ROTATE] if is_leaked and result.command != "hook" else []
    rules = sorted({escape_for_terminal(finding.rule) for finding in reported})
    steps += [f"Details and how to fix:  {style.program} rules show {name}" for name in rules]
    if result.command != "audit":  # a line in an old commit cannot get a comment
        steps.append("False positive? Add a comment on that line:  # wakeyscan:ignore -- reason")
    steps.append(_format_ignore_step(reported, style.program))
    return "\nWhat to do next\n" + "".join(f"  {step}\n" for step in steps)


def _format_ignore_step(reported: tuple[Finding, ...], program: str) -> str:
    prefixes = list(dict.fromkeys(f.secret.fingerprint[:6] for f in reported))
    hint = "To ignore this key" if len(prefixes) == 1 else "To ignore these keys"
    if len(prefixes) > _MAX_NAMED:
        hint = f"To ignore keys, such as {_MAX_NAMED} of these {len(prefixes)}"
    return f'{hint}:  {program} ignore add {" ".join(prefixes[:_MAX_NAMED])} --reason "…"'


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
