"""`wakeyscan hook`: the entry for git's hooks, and what puts one in place."""

from __future__ import annotations

import os
import sys

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import (
    run_scan,
)
from wakeyscan.config import config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.integrations.hooks import STAGES
from wakeyscan.scanner.result import RunResult

HELP = """Look at what git is about to do: the entry for git hooks.

STAGE is pre-commit, commit-msg, pre-push or pre-receive, followed by what git (or a framework)
hands to such a hook. Says nothing where nothing is found.

'install STAGE' writes a native hook into this repository, and keeps the one that is there working.
"""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("whole-files", "Look at all of a changed file, not only at what is added."),
    ),
    "STAGE [ARG]",
)


def run(values: Values, operands: list[str]) -> int:
    """Run the stage, or install it, and give the exit code."""
    match operands:
        case ["install", stage]:
            from wakeyscan.integrations.hooks import install  # which no hook that is at work needs

            STAGES.check(stage)
            return install.install_hook(stage)
        case [stage, *arguments] if stage != "install":
            return _run_stage(stage, arguments, values)
    raise UsageError("wakeyscan hook takes a stage, as pre-commit, or: install STAGE")


def _run_stage(stage: str, arguments: list[str], values: Values) -> int:
    member = STAGES.load(stage)
    settings = config.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, ())
    opened = member.open_input(arguments, settings.source)
    settings = settings._replace(source=opened.options)
    outcome = run_scan("hook", (stage,), [(opened.source, opened.units)], settings)
    code = outcome.exit_code(settings.fail_on, settings.strict_ignores)
    if code or settings.verbose or settings.format != "text" or settings.reports:
        output.write_reports(outcome, settings)
    if code == 1:
        sys.stderr.write(f"\nwakeyscan: {member.ADVICE}\n")
    _tell_omissions(outcome, settings)
    return code


def _tell_omissions(outcome: RunResult, settings: config.Config) -> None:
    for item in outcome.skipped:
        if not item.gap and not settings.quiet:
            sys.stderr.write(
                f"wakeyscan: {escape_for_terminal(item.origin.path)}: {escape_for_terminal(item.reason)}\n"
            )
