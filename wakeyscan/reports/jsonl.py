"""JSON lines: one finding, key or skipped item per line, and a summary on the last one.

A report without a summary was cut off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from wakeyscan.core.redaction import escape_for_json
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.json import (
    encode_coverage,
    encode_finding,
    encode_heading,
    encode_key,
    encode_scope,
    encode_skipped,
    encode_summary,
)

if TYPE_CHECKING:
    from typing import Any, TextIO

    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the whole result, including suppressed findings; `type` distinguishes the lines."""
    for value in _list_items(result):
        _write_line(value, out)
    _write_line(_build_last_line(result), out)


def _write_line(value: dict[str, Any], out: TextIO) -> None:
    out.write(escape_for_json(json.dumps(value, ensure_ascii=False)) + "\n")


def _list_items(result: RunResult) -> Iterator[dict[str, Any]]:
    for finding in result.findings:
        yield {"type": "finding", **encode_finding(finding)}
    for key in result.keys:
        yield {"type": "key", **encode_key(key)}
    for item in result.skipped:
        yield {"type": "skipped", **encode_skipped(item)}


def _build_last_line(result: RunResult) -> dict[str, Any]:
    return {
        "type": "summary",
        **encode_heading(result),
        "scope": encode_scope(result),
        "summary": encode_summary(result),
        "coverage": encode_coverage(result),
    }
