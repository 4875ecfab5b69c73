"""Entry point of the command line: runs one command and maps errors to exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from wakeyscan import __version__
from wakeyscan.cli.arguments import parse_arguments
from wakeyscan.cli.commands import COMMANDS, INTERNAL_ERROR, INTERRUPTED
from wakeyscan.cli.output import print_error, write_stderr, write_stdout
from wakeyscan.core.errors import (
    RuleError,
    Terminated,
    UsageError,
    WakeyscanError,
    is_lack_of_memory,
)
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.cli import click_parser
    from wakeyscan.core import traceback_text
else:
    # Only help and errors need these; click takes 25 ms to import.
    click_parser = lazy_import("wakeyscan.cli.click_parser")
    traceback_text = lazy_import("wakeyscan.core.traceback_text")

_TOO_MANY_FILES = "too many open files; raise their limit (ulimit -n), or add --jobs 1"
_TOO_MANY_PROCESSES = (
    "no further process or thread can be started; raise their limit (ulimit -u, or that of the "
    "container), or add --jobs 1"
)
_NO_STDIN = "standard input cannot be read; open it for reading, or redirect it from a file"
_NO_FOLDER = "the current folder no longer exists; change to another one"
_NO_SPACE = "no space is left on the device; free some, or set TMPDIR to another folder"
_OUT_OF_MEMORY = (
    "out of memory; raise the limit of this process (ulimit -v) or container, or add --jobs 1"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run wakeyscan and return its exit code."""
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(argv)
        if code == INTERRUPTED:
            print_error("interrupted")
        return code
    except (Exception, KeyboardInterrupt, Terminated) as error:
        return _report(error)


def _report(error: BaseException) -> int:
    """Print an error and return the exit code, even if the printing fails."""
    try:
        code = _print_expected(error)
        if code is not None:
            return code
    except Exception as another:
        error = another
    text = traceback_text.format_printable(error)
    write_stderr(f"wakeyscan: internal error; please report this traceback\n{text}")
    return INTERNAL_ERROR


def _print_expected(error: BaseException) -> int | None:
    """Print an error that has a cause outside of wakeyscan; return `None` for any other."""
    match error:
        case KeyboardInterrupt():
            print_error("interrupted")
            return INTERRUPTED
        case RuleError():
            for fault in error.faults:
                print_error(fault)
        case WakeyscanError():
            print_error(str(error))
        case Terminated():
            print_error("terminated")
            return error.exit_code
        case _ if is_lack_of_memory(error):
            print_error(_OUT_OF_MEMORY)
        case OSError() if error.errno in (errno.ENFILE, errno.EMFILE):
            print_error(_TOO_MANY_FILES)
        case OSError() if error.errno == errno.EBADF and not error.filename:
            print_error(_NO_STDIN)
        case FileNotFoundError() if not _has_current_folder():
            print_error(_NO_FOLDER)
        case BlockingIOError():
            print_error(_TOO_MANY_PROCESSES)
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT):
            print_error(f"{redact(str(error.filename or 'temporary files'))}: {_NO_SPACE}")
        case _:
            return None
    return 2


def _has_current_folder() -> bool:
    try:
        return bool(os.getcwd())
    except FileNotFoundError:
        return False


def _run(argv: list[str]) -> int:
    _refuse_keys(argv)
    _refuse_files_as_options(argv)
    if argv == ["--version"]:
        write_stdout(f"wakeyscan {__version__}\n".encode())
        return 0
    if argv and argv[0] in COMMANDS:
        command = COMMANDS[argv[0]]
        parsed = parse_arguments(argv[1:], command.PARAMETERS)
        if parsed is not None:
            return int(command.run(*parsed))
    return click_parser.run_with_click(argv)


def _refuse_files_as_options(argv: list[str]) -> None:
    """Refuse an option that is also the name of a file.

    Frameworks pass files without `--`, and a committed file named `--fail-on=never` must not
    switch a hook off.
    """
    for argument in argv:
        if argument == "--":
            return
        if argument.startswith("-") and argument != "-" and os.path.lexists(argument):
            raise UsageError(
                f"{argument}: looks like an option, but is a file in the current directory; "
                f"for the file write ./{argument}, or put -- before all files"
            )


def _refuse_keys(argv: list[str]) -> None:
    """Refuse a key as an argument: the shell history and `ps` would show it."""
    for argument in argv:
        if KEY_PREFIX in argument and redact(argument) != argument:
            if os.path.lexists(argument):
                continue  # a file with such a name is a target like any other
            raise UsageError(
                "an argument contains a key, which other users can see in the process list; "
                "pass keys on standard input, or name a file that contains them"
            )
