"""The interface of a report format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.scanner.result import ReportStyle, RunResult


class Report(Protocol):
    """A module that writes one format."""

    def write(self, result: RunResult, out: TextIO, style: ReportStyle) -> None:
        """Write the report, with every secret redacted."""
