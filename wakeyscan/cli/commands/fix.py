"""`wakeyscan fix`: replaces hardcoded keys by look-ups of environment variables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wakeyscan.cli import fix_plan, fix_writer, output
from wakeyscan.cli.commands import INCOMPLETE
from wakeyscan.cli.fix_text import format_file, format_summary
from wakeyscan.cli.pipeline import open_path, run_scan
from wakeyscan.config import build
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import UsageError
from wakeyscan.fixers.repair import LeftAlone
from wakeyscan.git import worktree
from wakeyscan.git.own_repository import (
    has_unstaged_changes,
    list_tracked_files,
    open_own_repository,
)
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.context import build_scan_context

if TYPE_CHECKING:
    from wakeyscan.cli.fix_plan import FileAccess, PlannedFile
    from wakeyscan.config.config import Config
    from wakeyscan.scanner.result import RunResult

HELP = """Replace hardcoded keys by environment variables.

Without --write, a diff shows what would change, with each key masked. A PATH is a file or folder
(default: current directory).

What cannot be changed safely is left alone, with the reason. The exit code is 1 while keys remain
in the files."""

_OPTIONS = (
    *("rules", "config", "jobs", "max-file-size", "ignore-file", "honor-foreign-ignores"),
    *("quiet", "color"),
)

PARAMETERS = Parameters(
    (
        Option("write", "Write the changes."),
        Option("force", "With --write: also change files with unstaged changes."),
        *(option for option in SCANNING if option.name in _OPTIONS),
        Option("no-gitignore", "Also fix files that git ignores."),
    ),
    "PATH",
)

_DIRTY = "the file has unstaged changes; stage or stash them first, or use --force"


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
    planned = [*_plan(result, paths, settings)]
    is_written = bool(given.get("write"))
    if is_written and not given.get("force"):
        planned = [*_refuse_unstaged(planned)]
    _show(planned, result, settings, is_written)
    if is_written:
        access = _build_access()
        for file in planned:
            fix_writer.write_planned(file, access)
    return _find_exit_code(planned, result, is_written)


def _plan(result: RunResult, paths: list[str], settings: Config) -> Iterator[PlannedFile]:
    context = build_scan_context(load_rules(settings.rules), settings.source)
    context = context._replace(honor_foreign=settings.honor_foreign_ignores)
    units = (
        unit
        for path in paths
        for _, listed in open_path(path, settings)
        for unit in listed
        if isinstance(unit, str)
    )
    yield from fix_plan.plan_files(result, units, _build_access(), context)


def _build_access() -> FileAccess:
    top = worktree.find_work_tree(".")
    repository = open_own_repository(top) if top else None
    tracked = list_tracked_files(repository) if repository else frozenset()
    return fix_plan.FileAccess(top or "", tracked)


def _refuse_unstaged(planned: list[PlannedFile]) -> Iterator[PlannedFile]:
    """Yield the files; those with unstaged changes stay as they are."""
    top = worktree.find_work_tree(".")
    repository = open_own_repository(top) if top else None
    for file in planned:
        if (
            repository is not None
            and file.repair.fixed
            and has_unstaged_changes(repository, file.path, file.before)
        ):
            refused = tuple(LeftAlone(finding, _DIRTY) for finding in file.repair.fixed)
            left = (*refused, *file.repair.left)
            repair = file.repair._replace(content=file.before, fixed=(), left=left, fixes=())
            file = file._replace(repair=repair)
        yield file


def _show(
    planned: list[PlannedFile], result: RunResult, settings: Config, is_written: bool
) -> None:
    context = build_scan_context(load_rules(settings.rules), settings.source)
    color = output.wants_color(settings.color, os.environ)
    lines = [line for file in planned for line in format_file(file, context, color)]
    lines += format_summary(planned, result, is_written)
    output.write_lines(lines)


def _find_exit_code(planned: list[PlannedFile], result: RunResult, is_written: bool) -> int:
    """Return 1 if keys remain in the files, 3 if some files were not scanned, else 0."""
    if any(file.repair.left or (file.repair.fixed and not is_written) for file in planned):
        return 1
    return 0 if result.complete else INCOMPLETE
