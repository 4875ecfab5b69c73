"""`wakeyscan report`: writes a saved JSON report in other formats."""

from __future__ import annotations

import os

from wakeyscan.cli import output
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.reports.saved_report import FLEET_REPORT
from wakeyscan.reports.saved_result import load_result
from wakeyscan.rules.loader import load_rules

HELP = """Write a JSON report in other formats.

Nothing is scanned again. REPORT is a file that --report json=FILE wrote, or a folder that
`wakeyscan fleet` wrote. The findings, the
histories of keys, the scope and the skipped items are those of the report. No key is
verified again: `wakeyscan verify REPORT` does that. The exit code is 0, whatever
the report lists."""

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
    output.write_reports(result, settings._replace(saved_report=file))
    return 0
