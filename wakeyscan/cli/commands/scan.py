"""`wakeyscan scan`: scans files, folders, standard input, the index or commits."""

from __future__ import annotations

import os

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import count_ignored_files, open_targets, run_scan
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.cli import fix_targets, run_details
    from wakeyscan.config.config import Config
    from wakeyscan.scanner.result import RunResult
else:
    fix_targets = lazy_import("wakeyscan.cli.fix_targets")  # only for findings in SARIF
    run_details = lazy_import("wakeyscan.cli.run_details")  # only for --verbose

HELP = """Scan files, standard input, staged changes or commits.

A TARGET is a file or folder (default: current directory), '-' for stdin, 'staged:' for the staged
changes, 'git:A..B' for the changes in a range of commits (name both ends), or 'agents:' for what
coding assistants keep on this machine ('agents:claude,codex' for some of them).

In a git work tree, files that git ignores are skipped."""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("no-gitignore", "Also scan files that git ignores."),
        Option("whole-files", "With staged: or git:, scan all of each changed file, not only the "
               "added lines."),
    ),
    "TARGET",
)  # fmt: skip


def run(values: Values, targets: list[str]) -> int:
    """Scan the targets, write the reports and return the exit code."""
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    targets = targets or ["."]
    output.check_formats(settings, targets)
    if settings.verbose:
        ignore_file = settings.find_ignore_file()
        run_details.print_settings(values, PARAMETERS.options, os.environ, ignore_file)
    result = run_scan("scan", tuple(targets), open_targets(targets, settings), settings)
    result = count_ignored_files(result, targets, settings)
    if _needs_replacements(result, targets, settings):
        result = fix_targets.add_replacements(result, settings)
    output.write_reports(result, settings)
    return result.exit_code(settings.fail_on, settings.strict_ignores)


def _needs_replacements(result: RunResult, targets: list[str], settings: Config) -> bool:
    """Return whether a report has edits: only SARIF, and only for files as they are on disk."""
    formats = (settings.format, *(name for name, _ in settings.reports))
    has_findings = bool(result.reported()) and not result.interrupted
    return "sarif" in formats and has_findings and all(map(os.path.lexists, targets))
