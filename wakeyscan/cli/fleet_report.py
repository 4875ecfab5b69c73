"""The result of a fleet: accepted findings are marked, and files are written."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import apply_ignore_file
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fleet.merged_result import FleetResult, merge_records
from wakeyscan.fleet.result_files import write_result_files
from wakeyscan.reports.saved_report import FLEET_REPORT
from wakeyscan.rules.loader import load_rules
from wakeyscan.suppression import IgnoreStats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wakeyscan.config.config import Config
    from wakeyscan.core.document import Skipped
    from wakeyscan.fleet.ledger import Record


def build_result(
    records: Sequence[Record], ignores: IgnoreStats, sources: tuple[str, ...], settings: Config
) -> FleetResult:
    """Merge the records; `ignores` are the numbers of entries in the ignore file."""
    judged = [one._replace(result=one.result.judge_opaque(settings.strict)) for one in records]
    rules = load_rules(settings.rules)
    fleet = merge_records(judged, sources, rules, datetime.now(UTC))
    return fleet._replace(result=fleet.result._replace(ignores=ignores))


def add_skipped(fleet: FleetResult, skipped: tuple[Skipped, ...]) -> FleetResult:
    """Return a fleet with the repositories that its sources excluded."""
    result = fleet.result
    return fleet._replace(result=result._replace(skipped=(*skipped, *result.skipped)))


def apply_ignores(records: Sequence[Record], settings: Config) -> tuple[list[Record], IgnoreStats]:
    """Apply the ignore file that the user named to the findings of all repositories at once."""
    if not records or not settings.ignore_file:
        return list(records), IgnoreStats()
    together = records[0].result._replace(
        findings=tuple(finding for record in records for finding in record.result.findings)
    )
    applied = apply_ignore_file(together, settings)
    rest = iter(applied.findings)
    marked = [
        record._replace(
            result=record.result._replace(
                findings=tuple(next(rest) for _ in record.result.findings)
            )
        )
        for record in records
    ]
    return marked, applied.ignores


def write_results(folder: str, fleet: FleetResult, settings: Config) -> Config:
    """Write the files of the results; return settings that name the report. Raise `ReportError`."""
    write_result_files(folder, fleet, output.render_report("json", fleet.result, settings))
    return settings._replace(saved_report=os.path.join(os.path.relpath(folder), FLEET_REPORT))
