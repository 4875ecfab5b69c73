"""Brings reports to where they are wanted: whole, or not at all."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from wakeyscan.config import config
from wakeyscan.core import files
from wakeyscan.core.errors import ReportError
from wakeyscan.git import worktree
from wakeyscan.reports import REPORTS
from wakeyscan.scanner.result import ReportStyle, RunResult


def write_reports(outcome: RunResult, settings: config.Config) -> None:
    """Write the report to stdout, and those of `--report` to their files first.

    Raises `ReportError` where one can't be written.
    """
    for name, file in settings.reports:
        _write_file(file, render_report(name, outcome, settings), outcome.targets)
    color = wants_color(settings.color, os.environ)
    write_stdout(render_report(settings.format, outcome, settings, color))


def check_formats(settings: config.Config, targets: Iterable[str]) -> None:
    """Refuse unknown report formats, and files that must not be written, before any work is done.

    Raises `UsageError` or `ReportError`.
    """
    for name in (settings.format, *(name for name, _ in settings.reports)):
        REPORTS.check(name)
    for _, file in settings.reports:
        try:
            files.check(file, worktree.trees(targets))
        except OSError as error:
            raise _refused(file, error) from None


def render_report(
    name: str, outcome: RunResult, settings: config.Config, color: bool = False
) -> bytes:
    """Render a report of the format `name`, as UTF-8."""
    style = ReportStyle(
        color=color,
        show_suppressed=settings.show_suppressed,
        verbose=settings.verbose,
        sarif_profile=settings.sarif_profile,
    )
    out = io.StringIO()
    REPORTS[name].write(outcome, out, style)
    return out.getvalue().encode("utf-8", "backslashreplace")


def write_stdout(text: bytes) -> None:
    """Write what a command has to say; raises `ReportError` where it does not get there."""
    if sys.stdout is None:
        raise ReportError("stdout is closed, so nothing can be written there")
    try:
        sys.stdout.flush()
        _write_all(sys.stdout.buffer, text)
    except OSError as error:
        _give_up_stdout()
        raise ReportError(f"stdout can't be written: {error.strerror}") from None


def _give_up_stdout() -> None:
    """Keep Python from trying again at its end, which would print a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _write_all(stream: BinaryIO, text: bytes) -> None:
    stream.write(text)
    stream.flush()


def _write_file(file: str, text: bytes, targets: Iterable[str]) -> None:
    """Replace a file in one step: at any moment it holds the old report or the new one."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()  # the file may be /dev/stdout
        files.write(file, text, worktree.trees(targets))
    except OSError as error:
        raise _refused(file, error) from None


def _refused(file: str, error: OSError) -> ReportError:
    return ReportError(f"{file}: the report can't be written: {error.strerror}")


def wants_color(color: str, environment: Mapping[str, str]) -> bool:
    """Decide on colour: the flag, NO_COLOR, FORCE_COLOR, then whether stdout is a terminal."""
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"):
        return True
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return terminal and environment.get("TERM", "") != "dumb"
