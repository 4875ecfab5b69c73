"""Markdown, for the summary of a GitHub job: a table that no file name can break out of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from wakeyscan.core.document import Skipped
from wakeyscan.core.finding import Finding, Liveness
from wakeyscan.core.redaction import escape_for_terminal, format_details
from wakeyscan.scanner.result import ReportStyle, RunResult

_MOST_ROWS, _MOST_BYTES = 500, 400_000
"""Of each table: GitHub drops a summary of over 1 MiB whole, and names may be long."""


def write(outcome: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write a verdict, a table of the reported findings, and one of the gaps."""
    reported = sorted(outcome.reported(), key=lambda finding: -finding.severity)
    limits = f" ({format_code(str(outcome.restriction))})" if str(outcome.restriction) else ""
    out.write(f"### wakeyscan: {_verdict(outcome, len(reported))}{limits}\n\n")
    if reported:
        asked = any(finding.liveness is not Liveness.UNCHECKED for finding in reported)
        names = ("severity", "where", "rule", "secret", "exposure", *(("answer",) * asked))
        out.write(f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n")
        out.write(_rows((_row(finding, asked), 1) for finding in reported))
        out.write("\nTake every key for leaked: make a new one, then **revoke** the old one. Both ")
        out.write("work until then; taking it out of the code closes nothing.\n")
    out.writelines(f"\n{format_code(note)}\n" for note in (*outcome.notes(), *outcome.left_out()))
    if outcome.skipped:
        out.write("\n| not looked at | why |\n|---|---|\n")
        out.write(_rows((_gap(item), item.times) for item in outcome.skipped))


def _verdict(outcome: RunResult, count: int) -> str:
    if count:
        return f"{count} finding{'s' * (count != 1)}"
    return "nothing found" if outcome.complete else "incomplete, so no all-clear"


def _row(finding: Finding, asked: bool) -> str:
    where = f"{finding.origin.path}:{finding.position.line}"
    within = f" in {format_code(finding.origin.within)}" if finding.origin.within else ""
    within += (
        f" ({format_code(format_details(finding.origin.details))})"
        if finding.origin.details
        else ""
    )
    mine = finding.liveness is not Liveness.UNCHECKED
    cells = (
        f"{finding.severity} ({finding.liveness.value})" if mine else str(finding.severity),
        format_code(where) + within,
        format_code(finding.rule),
        format_code(str(finding.secret)),
        finding.exposure.value,
        *((format_code(finding.reason) if mine else "",) * asked),
    )
    return f"| {' | '.join(cells)} |\n"


def _gap(item: Skipped) -> str:
    return f"| {format_code(item.origin.path)} | {format_code(item.reason)} |\n"


def _rows(rows: Iterable[tuple[str, int]]) -> str:
    """Join the rows that there is room for, and say how many things are left out.

    With each row comes how many things it stands for.
    """
    rest = iter(rows)
    shown: list[str] = []
    size = 0
    for row, times in rest:
        size += len(row.encode("utf-8", "backslashreplace"))
        if len(shown) == _MOST_ROWS or size > _MOST_BYTES:
            return f"{''.join(shown)}\n…and {times + sum(more for _, more in rest)} more.\n"
        shown.append(row)
    return "".join(shown)


def format_code(text: str) -> str:
    """Put a text into a code span that it can't end, and a cell that it can't leave."""
    text = escape_for_terminal(text).replace("|", "\\|")
    ticks = "`"
    while ticks in text:
        ticks += "`"
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"
