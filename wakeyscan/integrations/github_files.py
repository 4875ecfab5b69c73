"""Files of the GitHub runner: the outputs and the summary of a step."""

from __future__ import annotations

import os
from contextlib import suppress

from wakeyscan.core import file_updates, files
from wakeyscan.core.errors import GitError, ReportError
from wakeyscan.core.finding import Liveness
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.reports._markdown_text import format_code

if TYPE_CHECKING:
    from wakeyscan.scanner.result import RunResult

_FAILED = {"findings": "0", "live": "0", "incomplete": "true", "upload": "false"}
"""Outputs of a step that scanned nothing."""


def build_outputs(result: RunResult, code: int) -> dict[str, str]:
    """Return the outputs that describe a result."""
    live = {f.secret.fingerprint for f in result.findings if f.liveness is Liveness.LIVE}
    return {
        "findings": str(len(result.reported())),
        "live": str(len(live)),
        "incomplete": "false" if result.complete else "true",
        "exit-code": str(code),
    }


def write_outputs(outputs: dict[str, str]) -> None:
    """Write the outputs; drop one with a newline, because it could set another output.

    Raise `ReportError`.
    """
    lines = [f"{name}={text}\n" for name, text in outputs.items() if "\n" not in text]
    _append_to_file("GITHUB_OUTPUT", "".join(lines))


def write_summary(text: str) -> None:
    """Add Markdown to the summary of the job; raise `ReportError`."""
    _append_to_file("GITHUB_STEP_SUMMARY", text)


def report_failure(reason: str, code: int) -> None:
    """Write the outputs and the summary of a step that scanned nothing; raise `ReportError`."""
    write_outputs({**_FAILED, "exit-code": str(code)})
    with suppress(ReportError):  # the failure may be that the summary cannot be written
        write_summary(f"### wakeyscan: nothing was scanned\n\n{format_code(redact(reason))}\n")


def hide_from_git(name: str) -> None:
    """Make git ignore a file in the current directory, in this clone only; raise `ReportError`."""
    try:
        exclude = os.path.join(worktree.find_git_folder("."), "info", "exclude")
        os.makedirs(os.path.dirname(exclude), exist_ok=True)
        with file_updates.lock_folder(os.path.dirname(exclude)):
            _add_line(exclude, name)
    except GitError:
        return  # no repository, or none that git would add the file to
    except OSError as error:
        raise ReportError(f"{exclude}: cannot be written: {error.strerror}") from None


def _add_line(file: str, line: str) -> None:
    text = worktree.read_small_file(file) if os.path.lexists(file) else ""
    if f"{line}\n" not in text:
        separator = "" if text.endswith("\n") or not text else "\n"
        added = f"{text}{separator}{line}\n".encode("utf-8", "surrogateescape")
        files.write_atomically(file, added, 0o644)


def _append_to_file(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        try:
            with open(path, "a", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
        except OSError as error:
            raise ReportError(f"{variable} ({path}): cannot be written: {error.strerror}") from None
