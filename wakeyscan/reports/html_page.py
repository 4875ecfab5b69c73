"""The texts of the HTML report, also escaped for a terminal, where a page may be printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from wakeyscan.core.finding import Finding
from wakeyscan.core.redaction import escape_for_terminal, make_encodable, redact
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports.description import name_kind
from wakeyscan.reports.html_keys import KeyView, build_keys
from wakeyscan.reports.next_steps import Step, list_next_steps
from wakeyscan.reports.summary import LIVENESS_ORDER, build_summary, format_liveness, format_verdict
from wakeyscan.reports.timeline import TimeScale, build_time_scale

if TYPE_CHECKING:
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_WIDTH = 1000
"""Width of the timeline in units of its SVG."""


class Page(NamedTuple):
    """Everything that the template shows."""

    verdict: str
    state: str
    """`live`, `found`, `gap` or `clean`: decides the color of the verdict."""
    command: str
    targets: list[str]
    tally: list[tuple[str, str]]
    """Numbers, each with its noun."""
    steps: list[Step]
    dates: list[str]
    """First, middle and last day of the timeline; empty if there is none."""
    keys: list[KeyView]
    filters: list[tuple[str, list[str]]]
    """Fields of keys, each with the values that keys have."""
    scope: list[str]
    skipped: list[tuple[str, str, str]]
    """Kind, path and reason of each item that was not scanned."""


def build_page(result: RunResult, style: ReportStyle) -> Page:
    """Return the page of a result."""
    listed = result.findings if style.show_suppressed else result.reported()
    secrets = {finding.secret for finding in listed}
    histories = tuple(key for key in result.keys if key.secret in secrets)
    scale = build_time_scale(histories, _WIDTH) if histories else None
    keys = build_keys(result, listed, scale, style)
    return Page(
        verdict=escape_for_terminal(make_encodable(format_verdict(result))),
        state=_choose_state(result, listed),
        command=result.command,
        targets=[_escape(target) for target in sorted(set(result.targets))],
        tally=[*_list_counts(result)],
        steps=[*_list_steps(result, style)],
        dates=_list_dates(scale) if scale else [],
        keys=keys,
        filters=[*_list_filters(keys)],
        scope=[*map(_escape, _list_scope(result))],
        skipped=[
            (name_kind(item), _join(item.origin.path, item.origin.within), _escape(item.reason))
            for item in result.skipped
        ],
    )


def _escape(text: str) -> str:
    return escape_for_terminal(redact(make_encodable(text)))


def _join(path: str, within: str) -> str:
    return _escape(f"{path} ({within})" if within else path)


def _choose_state(result: RunResult, listed: tuple[Finding, ...]) -> str:
    if not result.reported():
        return "clean" if result.complete else "gap"
    return "live" if any(finding.liveness.value == "live" for finding in listed) else "found"


def _list_counts(result: RunResult) -> Iterator[tuple[str, str]]:
    summary = build_summary(result)
    for answer, count in summary.by_liveness.items():
        yield f"{count:,}", format_liveness(answer)
    for severity, count in summary.by_severity.items():
        yield f"{count:,}", str(severity)
    if summary.findings:
        yield f"{summary.findings:,}", f"place{'s' * (summary.findings != 1)}"


def _list_steps(result: RunResult, style: ReportStyle) -> Iterator[Step]:
    if result.reported():
        for step in list_next_steps(result, style):
            yield Step(_escape(step.text), tuple(map(_escape, step.commands)))


def _list_dates(scale: TimeScale) -> list[str]:
    middle = scale.first + (scale.last - scale.first) / 2
    return [*map(date.isoformat, (scale.first, middle, scale.last))]


def _list_filters(keys: list[KeyView]) -> Iterator[tuple[str, list[str]]]:
    """Yield the fields in which keys differ; the most urgent values come first."""
    answers = {key.liveness for key in keys}
    yield "liveness", [answer.value for answer in LIVENESS_ORDER if answer.value in answers]
    severities = {key.severity for key in keys}
    yield "severity", [str(level) for level in reversed(Severity) if str(level) in severities]
    yield "exposure", sorted({exposure for key in keys for exposure in key.exposures})
    yield "rule", sorted({key.rule for key in keys})


def _list_scope(result: RunResult) -> Iterator[str]:
    count, size, _ = result.coverage
    what = "object" if result.is_of_history else "file"
    yield f"Scanned {count:,} {what}{'s' * (count != 1)} ({size:,} bytes)."
    yield "Everything in this scope was scanned." if result.complete else "The scan is incomplete."
    for limit in result.list_limits():
        yield f"{limit[0].upper()}{limit[1:]}."
    yield from result.notes()
    yield from filter(None, [result.describe_ignored()])
    summary = build_summary(result)
    if summary.ignored or summary.placeholders:
        yield f"{summary.ignored:,} ignored and {summary.placeholders:,} placeholder findings."
    if any(result.ignores):
        used, unused, expired = result.ignores
        yield f"Ignore file: {used} used, {unused} unused, {expired} expired."
