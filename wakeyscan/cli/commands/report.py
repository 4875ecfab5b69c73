"""`wakeyscan report`: writes a saved JSON report in other formats."""

from __future__ import annotations

import os

from wakeyscan.cli import output
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.reports.saved_report import FLEET_REPORT
from wakeyscan.reports.saved_result import load_result
from wakeyscan.rules.loader import load_rules

if TYPE_CHECKING:
    from wakeyscan.cli import fix_targets
    from wakeyscan.config.config import Config
    from wakeyscan.scanner.result import RunResult
else:
    fix_targets = lazy_import("wakeyscan.cli.fix_targets")  # only for SARIF

HELP = """Write a JSON report in other formats.

REPORT is a file that --report json=FILE wrote, or a folder that `wakeyscan fleet` wrote. The
findings, the histories of keys, the scope and the skipped items are those of the report. No key is
verified again: `wakeyscan verify REPORT` does that. Nothing is scanned again; for the edits in
SARIF, the files that still hold the keys are read. The exit code is 0, whatever the report
lists."""

_OPTIONS = (
    *("format", "output", "report", "template", "rules", "config", "show-suppressed"),
    *("sarif-profile", "quiet", "verbose", "color"),
)

PARAMETERS = Parameters(
    tuple(one for one in SCANNING if one.name in _OPTIONS), "REPORT", takes_many=False
)


def run(values: Values, operands: list[str]) -> int:
    """Write the reports and return the exit code."""
    if len(operands) != 1:
        raise UsageError(
            f"wakeyscan report: expected one JSON report, got {len(operands) or 'none'}; "
            "write one with --report json=FILE"
        )
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, [])
    file = os.path.join(operands[0], FLEET_REPORT) if os.path.isdir(operands[0]) else operands[0]
    result = load_result(file, load_rules(settings.rules))
    result = _add_replacements(result, settings)
    output.write_reports(result, settings._replace(saved_report=file))
    return 0


def _add_replacements(result: RunResult, settings: Config) -> RunResult:
    """Return a result with the edits that SARIF carries, of keys that are still at their place."""
    formats = (settings.format, *(name for name, _ in settings.reports))
    if "sarif" not in formats or not result.reported():
        return result
    if result.command == "audit" and result.targets == (os.curdir,):
        return fix_targets.add_replacements_at_head(result, settings)
    has_files = result.command == "scan" and all(map(os.path.lexists, result.targets))
    return fix_targets.add_replacements(result, settings) if has_files else result
