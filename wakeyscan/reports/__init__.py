"""Reports: formats in which the result of a run is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.scanner.result import ReportStyle, RunResult


class Report(Protocol):
    """A module that writes one format."""

    def write(self, result: RunResult, out: TextIO, style: ReportStyle) -> None:
        """Write the report, with every secret redacted."""


REPORTS: Registry[Report] = Registry(
    "report format",
    {
        "github": "wakeyscan.reports.github",
        "json": "wakeyscan.reports.json",
        "markdown": "wakeyscan.reports.markdown",
        "sarif": "wakeyscan.reports.sarif",
        "text": "wakeyscan.reports.text",
    },
)
