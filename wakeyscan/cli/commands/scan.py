"""`wakeyscan scan`: look for keys in files and folders, in the index, in commits, or on stdin."""

from __future__ import annotations

import os

from wakeyscan.cli import output
from wakeyscan.cli.pipeline import (
    open_targets,
    run_scan,
)
from wakeyscan.config import config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values

HELP = """Look for keys.

A TARGET is a file or a folder (default: the present one), '-' for stdin, 'staged:' for what a
commit would add, 'git:A..B' for what a range of commits brings (name both ends).

Inside a git work tree, files that git ignores are left out."""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("no-gitignore", "Look at files that git ignores, too."),
        Option("whole-files", "Of staged: and git: look at all of a changed file, not only at "
               "what is added."),
    ),
    "TARGET",
)  # fmt: skip


def run(values: Values, targets: list[str]) -> int:
    """Scan, report, and give the exit code."""
    settings = config.build_config(values, PARAMETERS.options, os.environ)
    targets = targets or ["."]
    output.check_formats(settings, targets)
    outcome = run_scan("scan", tuple(targets), open_targets(targets, settings), settings)
    output.write_reports(outcome, settings)
    return outcome.exit_code(settings.fail_on, settings.strict_ignores)
