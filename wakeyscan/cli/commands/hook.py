"""`wakeyscan hook`: runs as a git hook, and installs it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import run_scan
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.integrations.hooks import STAGES

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks import install
    from wakeyscan.scanner.result import RunResult
else:
    # A hook that runs never installs anything.
    install = lazy_import("wakeyscan.integrations.hooks.install")

HELP = """Entry point for git hooks: scans what is about to be committed or pushed.

STAGE is pre-commit, commit-msg, pre-push or pre-receive, followed by the arguments that git (or a
framework) passes to such a hook. Prints nothing if there are no findings.

'install STAGE' writes a native hook into this repository; an existing hook keeps running.
"""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("whole-files", "Scan all of each changed file, not only the added lines."),
    ),
    "STAGE [ARG]",
)


def run(values: Values, operands: list[str]) -> int:
    """Run the hook of a stage, or install it, and return the exit code."""
    match operands:
        case ["install", stage]:
            STAGES.check(stage)
            output.write_lines([f"{install.install_hook(stage)} now runs wakeyscan"])
            return 0
        case [stage, *arguments] if stage != "install":
            return _run_stage(stage, arguments, values)
    raise UsageError("wakeyscan hook: expected a stage such as pre-commit, or install STAGE")


def _run_stage(stage: str, arguments: list[str], values: Values) -> int:
    member = STAGES.load(stage)
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, ())
    source, units, options = member.open_input(arguments, settings.source)
    settings = settings._replace(source=options)
    result = run_scan("hook", (stage,), [(source, units)], settings)
    code = result.exit_code(settings.fail_on, settings.strict_ignores)
    if code or settings.verbose or settings.format != "text" or settings.reports:
        output.write_reports(result, settings, repeat_on_stderr=code == 1)
    if code == 1:
        output.write_stderr(f"\nwakeyscan: {member.ADVICE}\n")
    if not settings.quiet:
        _print_omissions(result)
    return code


def _print_omissions(result: RunResult) -> None:
    """Print the skipped items that leave the scan complete: a hook may write no report."""
    for item in result.skipped:
        if not item.gap:
            output.print_error(f"{item.origin.path}: {item.reason}")
