"""Output of a run: reports to stdout and files, messages to stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping

from wakeyscan.core.errors import ReportError, UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.reports import REPORTS, TEMPLATE

if TYPE_CHECKING:
    from typing import Any, BinaryIO, TextIO

    from wakeyscan.cli import run_details
    from wakeyscan.config import config
    from wakeyscan.core import files
    from wakeyscan.core.registry import Registry
    from wakeyscan.git import process
    from wakeyscan.reports import report, template, terminal_text
    from wakeyscan.scanner.result import RunResult
else:
    # A clean hook writes no report, and few runs write one to a file.
    files = lazy_import("wakeyscan.core.files")
    process = lazy_import("wakeyscan.git.process")
    report = lazy_import("wakeyscan.reports.report")
    template = lazy_import("wakeyscan.reports.template")
    terminal_text = lazy_import("wakeyscan.reports.terminal_text")
    run_details = lazy_import("wakeyscan.cli.run_details")  # only for --verbose

_MIN_WIDTH = 60
"""Columns for which text is written at least."""


def write_reports(
    result: RunResult, settings: config.Config, repeat_on_stderr: bool = False
) -> None:
    """Write the `--report` files, then the report on stdout or to the `--output` file.

    Graphical git clients show only stderr: `repeat_on_stderr` writes the text there too, unless it
    is the same file or terminal. Raise `ReportError` if one cannot be written.
    """
    for name, file in settings.reports:
        _write_file(file, render_report(name, result, settings), result.targets)
    if settings.output:
        text = render_report(settings.format, result, settings)
        _write_file(settings.output, text, result.targets)
    else:
        write_stdout(render_report(settings.format, result, settings, for_stdout=True))
    if repeat_on_stderr and not _is_stderr_stdout():
        write_stderr(render_report("text", result, settings).decode())
    if settings.verbose:
        run_details.print_skipped(result, settings)


def _is_stderr_stdout() -> bool:
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def write_rendered(
    render: Callable[[str, int], bytes], settings: config.Config, targets: Iterable[str]
) -> None:
    """Write reports as `render` returns them, by format and `find_terminal_width`.

    Raise `ReportError` if one cannot be written.
    """
    for name, file in settings.reports:
        _write_file(file, render(name, 0), targets)
    if settings.output:
        _write_file(settings.output, render(settings.format, 0), targets)
    else:
        write_stdout(render(settings.format, find_terminal_width()))


def check_formats(
    settings: config.Config, targets: Iterable[str], formats: Registry[Any] = REPORTS
) -> None:
    """Check all report formats and files before the scan starts.

    Raise `UsageError` for an unknown format, `ReportError` for a file that must not be written.
    """
    names = (settings.format, *(name for name, _ in settings.reports))
    for name in names:
        formats.check(name)
    if TEMPLATE in names:
        _check_template(settings.template)
    for file in (*(file for _, file in settings.reports), *filter(None, [settings.output])):
        try:
            files.check(file, worktree.find_untrusted_folders(targets))
        except OSError as error:
            raise _build_file_error(file, error) from None


def _check_template(file: str) -> None:
    if not file:
        raise UsageError("the format template needs a template; name it with --template FILE")
    template.check_template(file)


def render_report(
    name: str, result: RunResult, settings: config.Config, for_stdout: bool = False
) -> bytes:
    """Return a report in the format `name`, as UTF-8; for a terminal, if stdout is one."""
    color = for_stdout and wants_color(settings.color, os.environ)
    style = report.ReportStyle(
        color=color,
        width=find_width(sys.stdout if for_stdout else None),
        file_links=_find_file_links(result, os.environ) if color else None,
        saved=_find_saved_report(settings),
        show_suppressed=settings.show_suppressed,
        verbose=settings.verbose,
        program=_find_program(os.environ) if result.command == "hook" else "wakeyscan",
        folder="" if result.is_of_history else worktree.find_current_folder(),
        current_folder=worktree.find_current_folder()
        if result.command == "audit" and result.keys
        else "",
        template=settings.template,
        sarif_profile=settings.sarif_profile,
        sarif_category=settings.sarif_category,
        links=settings.links,
    )
    # `StringIO` would hold four bytes per character, and its text, and the bytes.
    content = io.BytesIO()
    out = io.TextIOWrapper(content, "utf-8", "backslashreplace", newline="\n")
    REPORTS[name].write(result, out, style)
    out.flush()
    return content.getvalue()


def _find_saved_report(settings: config.Config) -> str:
    """Return the JSON report that a run reads or writes; empty if there is none."""
    written = (*settings.reports, (settings.format, settings.output))
    files = (file for name, file in written if name == "json" and os.path.basename(file))
    return settings.saved_report or next(files, "")


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _find_file_links(
    result: RunResult, environment: Mapping[str, str]
) -> terminal_text.FileLinks | None:
    """Return links to the scanned files, if the terminal shows links."""
    is_forced = "FORCE_HYPERLINK" in environment
    if not ((_is_terminal() or is_forced) and terminal_text.shows_links(environment)):
        return None
    if result.command == "fleet":
        return None  # its files may be on other machines
    folder = result.targets[0] if result.command == "audit" else "."
    top = worktree.find_work_tree(folder) if os.path.isdir(folder) else None
    root = top or (None if result.command == "audit" else os.path.realpath("."))
    return terminal_text.FileLinks(root, terminal_text.find_host()) if root else None


def find_width(stream: TextIO | None) -> int:
    """Return the columns of a terminal; without one those in COLUMNS, or 80. At least 60."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream else 0
    except (AttributeError, OSError, ValueError):
        columns = 0
    return max(_MIN_WIDTH, columns or _parse_columns(os.environ.get("COLUMNS", "")))


def find_terminal_width() -> int:
    """Return the columns of the terminal that shows stdout; 0 if a file or a program reads it."""
    return find_width(sys.stdout) if _is_terminal() else 0


def _parse_columns(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 and int(text) else report.DEFAULT_WIDTH


def _find_program(environment: Mapping[str, str]) -> str:
    """Return the command that runs wakeyscan in the user's own shell, for the report of a hook.

    pre-commit installs it into a hidden environment, which is on PATH only for hooks.
    """
    if environment.get("PRE_COMMIT"):
        return "uvx wakeyscan"
    is_on_path = process.find_program("wakeyscan", environment)
    return "wakeyscan" if is_on_path or not os.path.isabs(sys.argv[0]) else sys.argv[0]


def write_stdout(text: bytes) -> None:
    """Write the output of a command; raise `ReportError` if stdout cannot be written."""
    if sys.stdout is None:
        raise ReportError("stdout is closed, so nothing can be written there")
    try:
        sys.stdout.flush()
        _write_all(sys.stdout.buffer, text)
    except OSError as error:
        _discard_stdout()
        raise ReportError(f"stdout cannot be written: {error.strerror}") from None


def write_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout; raise `ReportError` if stdout cannot be written."""
    write_stdout("".join(f"{line}\n" for line in lines).encode())


def write_sentences(lines: Iterable[str]) -> None:
    """Write lines to stdout; a terminal shows a long one as several, broken at blanks."""
    width = find_terminal_width()
    write_lines(part for line in lines for part in terminal_text.fold(line, width))


def write_stderr(text: str) -> None:
    """Write to stderr. If it is closed, only the exit code reports the outcome."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (AttributeError, OSError):
        return


def print_error(message: str) -> None:
    """Print a message to stderr, without keys and terminal escapes."""
    program = "" if message.startswith("wakeyscan ") else "wakeyscan: "  # as "wakeyscan verify: …"
    write_stderr(f"{program}{escape_for_terminal(redact(message))}\n")


def wants_color(color: str, environment: Mapping[str, str]) -> bool:
    """Return whether to use color: by the flag, NO_COLOR, FORCE_COLOR, then the terminal."""
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"):
        return True
    return _is_terminal() and environment.get("TERM", "") != "dumb"


def _discard_stdout() -> None:
    """Discard further output: otherwise Python retries at exit and prints a traceback."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _write_all(stream: BinaryIO, text: bytes) -> None:
    stream.write(text)
    stream.flush()


def _write_file(file: str, text: bytes, targets: Iterable[str]) -> None:
    """Replace a file atomically: it always holds the old report or the new one."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()  # the file may be /dev/stdout
        files.write(file, text, worktree.find_untrusted_folders(targets))
    except OSError as error:
        raise _build_file_error(file, error) from None


def _build_file_error(file: str, error: OSError) -> ReportError:
    return ReportError(f"{file}: the report cannot be written: {error.strerror}")
