"""`wakeyscan fix`: replaces hardcoded keys by look-ups of environment variables."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from wakeyscan.cli import fix_plan, fix_targets, fix_writer, output
from wakeyscan.cli.commands import INCOMPLETE
from wakeyscan.cli.fix_text import format_file, format_summary
from wakeyscan.cli.masked_text import format_other_names
from wakeyscan.cli.pipeline import open_path, run_scan
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core import files
from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.cli import fix_runbook, own_audit
    from wakeyscan.cli.fix_plan import PlannedFile
    from wakeyscan.config.config import Config
    from wakeyscan.scanner.result import RunResult
else:
    # Only --plan audits the history.
    fix_runbook = lazy_import("wakeyscan.cli.fix_runbook")
    own_audit = lazy_import("wakeyscan.cli.own_audit")

HELP = """Replace hardcoded keys with environment variables.

Without --write, a diff shows what would change, with each key masked. A PATH is a file or folder
(default: current directory).

Keys that cannot be replaced safely are kept, with the reason. The exit code is 1 while keys
remain in the files."""

_OPTIONS = (
    *("rules", "config", "jobs", "max-file-size", "ignore-file", "honor-foreign-ignores"),
    *("quiet", "color"),
)

PARAMETERS = Parameters(
    (
        Option("write", "Write the changes."),
        Option("plan", "Print the steps for each key. They depend on whether it was staged, "
               "committed or pushed."),
        Option("force", "With --write: also change files with unstaged changes."),
        *(option for option in SCANNING if option.name in _OPTIONS),
        Option("no-gitignore", "Also fix files that git ignores."),
    ),
    "PATH",
)  # fmt: skip


def run(values: Values, paths: list[str]) -> int:
    """Show or write the changes, and return the exit code."""
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    paths = paths or ["."]
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"wakeyscan fix: {path}: no such file or folder")
    targets = [target for path in paths for target in open_path(path, settings)]
    result = run_scan("fix", tuple(paths), targets, settings)
    if result.interrupted:
        return result.exit_code(settings.fail_on)
    if given.get("plan"):
        return _show_plan(result, settings, bool(given.get("write")))
    access, context = fix_targets.build_access(), fix_targets.build_context(settings)
    units = fix_targets.list_units(paths, settings)
    is_written = bool(given.get("write"))
    checked = access.repository if is_written and not given.get("force") else None
    refuse = fix_targets.build_refusal(paths, settings, checked)
    planned, notes = fix_plan.plan_files(result, units, access, context, refuse)
    others = [*files.list_other_names(file.file for file in planned if file.repair.fixed)]
    if is_written:
        fix_writer.write_all(planned, access)
    color = output.wants_color(settings.color, os.environ)
    lines = [line for file in planned for line in format_file(file, context, color)]
    output.write_lines(lines)
    output.write_sentences(format_summary(planned, notes, result, is_written))
    output.write_sentences(format_other_names(others))
    return 1 if others else _find_exit_code(planned, result, is_written)


def _show_plan(result: RunResult, settings: Config, is_written: bool) -> int:
    """Print the steps for each key of the repository, and return the exit code."""
    if is_written:
        raise UsageError(
            "wakeyscan fix: --plan and --write cannot be combined; run them one by one"
        )
    in_history = own_audit.audit_current(settings)
    if in_history.interrupted:
        return in_history.exit_code(settings.fail_on)
    width = output.find_width(sys.stdout)
    lines = [*fix_runbook.format_runbook(in_history, result, width)]
    output.write_lines(lines or ["No keys, so there is nothing to do."])
    if in_history.reported() or result.reported():
        return 1
    return 0 if in_history.complete and result.complete else INCOMPLETE


def _find_exit_code(planned: Sequence[PlannedFile], result: RunResult, is_written: bool) -> int:
    """Return 1 if keys remain in the files, 3 if some files were not scanned, else 0."""
    if any(file.repair.left or (file.repair.fixed and not is_written) for file in planned):
        return 1
    return 0 if result.complete else INCOMPLETE
