"""Markdown for the summary of a GitHub job. No file name can break out of its table."""

from __future__ import annotations

from contextlib import nullcontext

from wakeyscan.core.finding import CUT_OR_TOO_LONG, Bounds, Finding, Liveness
from wakeyscan.core.redaction import format_details
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.reports._markdown_text import fold, format_code, join_rows
from wakeyscan.reports.key_table import write_key_steps, write_keys
from wakeyscan.reports.summary import format_count
from wakeyscan.scanner.scan_result import count_skipped

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.core.document import Skipped
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.reports.web_links import WebLinks
    from wakeyscan.scanner.result import RunResult

_REMOVED_ADVICE = (
    "\n**Removed later** is not gone: the key is still in this branch's history. Revoke it, then "
    "squash.\n"
)
_ADVICE = (
    "\nTreat every key as leaked: create a new key, then **revoke** the old one. "
    "Both work until then: removing the old key from the code does not disable it.\n"
)


class _Row(NamedTuple):
    """A finding in the table."""

    finding: Finding
    is_removed: bool
    """Whether only earlier commits have its secret."""
    links: WebLinks | None


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write a verdict, a table of the reported findings and a table of the skipped items."""
    reported = _sort_by_secret(result)
    limits = "; ".join(result.list_limits())
    limits = f" ({format_code(limits)})" if limits else ""
    verdict = format_count(result)
    out.write(f"### wakeyscan: {verdict[0].lower()}{verdict[1:]}{limits}\n\n")
    if keys := result.reported_keys():
        write_keys(keys, out)
        with fold("What to do, key by key", out):
            write_key_steps(keys, out)
    if reported:
        removed = result.list_removed()
        rows = [_Row(f, f.secret.fingerprint in removed, style.links) for f in reported]
        with fold(f"All places: {len(rows):,}", out) if keys else nullcontext():
            _write_findings(rows, out)
        out.write(_ADVICE + (_REMOVED_ADVICE if any(row.is_removed for row in rows) else ""))
    out.writelines(f"\n{format_code(note)}\n" for note in (*result.notes(), *result.left_out()))
    if opaque := count_skipped(result.opaque()):
        out.write(f"\n{opaque} opaque: intact, but not opened.\n")
    if result.skipped:
        out.write("\n| skipped | reason |\n|---|---|\n")
        out.write(join_rows((_format_skipped(item), item.times) for item in result.skipped))


def _sort_by_secret(result: RunResult) -> list[Finding]:
    """Return the reported findings, the worst first, those of one secret next to each other."""
    worst_first = sorted(result.reported(), key=lambda finding: -finding.severity)
    order = {f.secret: number for number, f in reversed([*enumerate(worst_first)])}
    return sorted(worst_first, key=lambda finding: order[finding.secret])


def _write_findings(rows: list[_Row], out: TextIO) -> None:
    is_verified = any(row.finding.liveness is not Liveness.UNCHECKED for row in rows)
    names = ("severity", "where", "rule", "secret", "exposure", *(("answer",) * is_verified))
    out.write(f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n")
    out.write(join_rows((_format_row(row, is_verified), 1) for row in rows))


def _format_row(row: _Row, has_answers: bool) -> str:
    finding = row.finding
    is_verified = finding.liveness is not Liveness.UNCHECKED
    cells = (
        f"{finding.severity} ({finding.liveness.value})" if is_verified else str(finding.severity),
        _format_place(row),
        format_code(finding.rule),
        format_code(str(finding.secret)),
        _format_exposure(finding),
        *((format_code(finding.reason) if is_verified else "",) * has_answers),
    )
    return f"| {' | '.join(cells)} |\n"


def _format_place(row: _Row) -> str:
    """Return the place of a finding, with links, and whether a later commit removed it."""
    origin, links = row.finding.origin, row.links
    line = links.find_line(row.finding) if links else ""
    text = _link(f"{origin.path}:{row.finding.position.line}", line)
    if origin.within:
        text += f" in {_link(origin.within, links.find_commit(origin) if links else '')}"
        text += ", removed later" if row.is_removed and not origin.part else ""
    return f"{text} ({format_code(format_details(origin.details))})" if origin.details else text


def _link(text: str, address: str) -> str:
    """Return a text as code, which is a link if there is an address."""
    return f"[{format_code(text)}]({address})" if address else format_code(text)


def _format_exposure(finding: Finding) -> str:
    is_open = finding.bounds is Bounds.OPEN
    return f"{finding.exposure.value}, {CUT_OR_TOO_LONG}" if is_open else finding.exposure.value


def _format_skipped(item: Skipped) -> str:
    kind = "opaque: " if item.opaque else ""
    return f"| {format_code(item.origin.path)} | {kind}{format_code(item.reason)} |\n"
