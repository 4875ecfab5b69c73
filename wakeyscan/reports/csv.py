"""CSV for spreadsheets (RFC 4180): findings, then skipped and opaque items.

The columns stay as they are; new ones come last.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.description import name_kind

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.core.finding import Finding
    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

COLUMNS = (
    *("type", "rule", "severity", "liveness", "standing", "secret", "fingerprint"),
    *("path", "within", "line", "column", "end_column", "encoding", "bounds", "exposure"),
    *("reason", "answer", "excerpt"),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets run a cell that begins with one of these (OWASP, CSV injection)."""


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write all findings, including suppressed ones, and the items that were not scanned."""
    writer = csv.writer(out, lineterminator="\n")  # a CI log must not contain a carriage return
    writer.writerow(COLUMNS)
    for finding in result.findings:
        writer.writerow(map(_escape, _list_cells(finding)))
    for item in result.skipped:
        cells = {"type": name_kind(item), "path": redact(item.origin.path)}
        cells |= {"within": item.origin.within, "reason": item.reason}
        writer.writerow(_escape(cells.get(column, "")) for column in COLUMNS)


def _list_cells(finding: Finding) -> Iterator[str]:
    yield from ("finding", finding.rule, str(finding.severity), finding.liveness.value)
    yield from (finding.standing.value, str(finding.secret), finding.secret.fingerprint)
    yield from (finding.origin.path, finding.origin.within, *map(str, finding.position))
    yield from (finding.encoding, finding.bounds.value, finding.exposure.value)
    yield from (finding.reason, dict(finding.details).get("answer", ""), finding.excerpt)


def _escape(text: str) -> str:
    """Return a cell that is one line and no formula."""
    text = escape_for_terminal(text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
