"""Any text, from the user's own Jinja2 template and the fields of the JSON report.

`template_process` renders it; the template may come from the scanned repository.
"""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterator

from wakeyscan.core.errors import ReportError
from wakeyscan.core.redaction import escape_for_terminal, make_encodable, redact
from wakeyscan.core.small_files import MAX_CONFIG_SIZE, decode_text, read_small_file
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.git.process import Process, ProcessError, start_module
from wakeyscan.reports import json as json_report
from wakeyscan.reports.summary import format_verdict
from wakeyscan.reports.template_process import MAX_MEMORY

if TYPE_CHECKING:
    from typing import TextIO

    from wakeyscan.reports.report import ReportStyle
    from wakeyscan.scanner.result import RunResult

_SECONDS = 60
"""Processor time."""
_MAX_WAIT = 300
"""Seconds after which a process is killed that gets little processor time."""
_MAX_SIZE = 256 << 20
"""Maximum bytes of a report."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def write(result: RunResult, out: TextIO, style: ReportStyle) -> None:
    """Write the text of the template; raise `ReportError` for an error in it."""
    report = io.StringIO()
    json_report.write(result, report, style)
    verdict = make_encodable(format_verdict(result))
    request = _build_request(style.template, verdict) + report.getvalue().encode()
    text = b"".join(_exchange(request, style.template)).decode("utf-8", "replace")
    out.write(_CONTROL.sub(lambda found: escape_for_terminal(found[0]), redact(text)))


def check_template(file: str) -> None:
    """Check the syntax of a template before the scan starts; raise `ReportError`."""
    for _ in _exchange(_build_request(file, ""), file):
        pass


def _build_request(file: str, verdict: str) -> bytes:
    heading = {"file": make_encodable(file), "text": _read(file), "verdict": verdict}
    return json.dumps(heading).encode() + b"\n"


def _read(file: str) -> str:
    _check_link(file)
    try:
        return decode_text(read_small_file(file, MAX_CONFIG_SIZE))
    except OSError as error:
        raise ReportError(f"{file}: the template cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ReportError(
            f"{file}: byte {error.start + 1} is not UTF-8; save the template as UTF-8"
        ) from None


def _check_link(file: str) -> None:
    """Refuse a link that leads out of the work tree: the report would quote a private file."""
    path = os.path.normpath(os.path.join(os.path.realpath("."), file))
    for top in worktree.find_untrusted_folders([os.path.dirname(path)]):
        folder = os.path.join(top, "")
        if path.startswith(folder) and not os.path.realpath(path).startswith(folder):
            raise ReportError(
                f"{file}: is a link to a file outside of the repository; name that file itself"
            )


def _exchange(request: bytes, file: str) -> Iterator[bytes]:
    """Yield the pieces of the text that a process renders."""
    try:
        late = _Deadline(_MAX_WAIT)
        module = "wakeyscan.reports.template_process"
        process = start_module(module, str(_SECONDS), find_blocker=late)
        try:
            yield from _limit(process.exchange(request), file, late)
            _check_exit(process, file)
        finally:
            process.kill()
    except ProcessError as error:
        raise ReportError(f"{file}: the process that renders the template {error}") from None


class _Deadline:
    """Returns the reason to end a process, if it is late."""

    def __init__(self, seconds: int) -> None:
        self._seconds, self._end = seconds, time.monotonic() + seconds

    def __call__(self) -> str:
        is_late = time.monotonic() > self._end
        return f"takes over {self._seconds} s; make the template simpler" if is_late else ""


def _limit(pieces: Iterator[bytes], file: str, late: _Deadline) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        if reason := late():
            raise ProcessError(reason)
        size += len(piece)
        if size > _MAX_SIZE:
            raise ReportError(f"{file}: writes over {_MAX_SIZE >> 20} MiB; write less")
        yield piece


def _check_exit(process: Process, file: str) -> None:
    """Raise `ReportError` with the last line of the process, which names the error."""
    code, lines = process.wait()
    if code == 1 and lines:
        raise ReportError(lines[-1])
    if code:
        limits = f"{_SECONDS} s of processor time or {MAX_MEMORY >> 20} MiB of memory"
        raise ReportError(f"{file}: needs more than {limits}; make the template simpler")
