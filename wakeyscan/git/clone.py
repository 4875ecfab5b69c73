"""Runs `git clone` and `git fetch` through GitPython, which parses git's progress.

This uses `git.Git` instead of `Repo.clone_from`. The latter gives no handle to stop git when the
server falls silent, and it parses the user's configuration files once the clone is complete.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

import git
from git.cmd import handle_process_output

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import process

if TYPE_CHECKING:
    from wakeyscan.git.mirror import TransferLimits

_OPTIONS = ("--mirror", "--progress", "--no-local")
_FETCH_OPTIONS = (
    *("--progress", "--prune", "--force", "--no-tags", "--update-shallow", "--no-write-fetch-head"),
    "--no-recurse-submodules",
)
_ALL_REFS = "+refs/*:refs/*"
_CHECK_SECONDS = 1.0
"""Seconds between two checks of the limits."""

_PHASES = {
    git.RemoteProgress.COUNTING: "Counting objects",
    git.RemoteProgress.COMPRESSING: "Compressing objects",
    git.RemoteProgress.RECEIVING: "Receiving objects",
    git.RemoteProgress.RESOLVING: "Resolving deltas",
}
_THROUGHPUT = re.compile(r"([0-9.]+ \w+) \| ([0-9.]+ \w+/s)")
"""Bytes received and bytes per second. The server writes a part of the progress, so be strict."""

_REPORT_SECONDS = 0.1
"""Seconds between two reports of the progress."""

_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM kills

_STOP_SECONDS = 5.0
"""Seconds that git has to stop its own children before it is killed."""

_MAX_LINES, _MAX_LINE = 100, 1000
"""Lines of messages that are kept, and characters of one: the server may send any number."""


class _Progress(git.RemoteProgress):
    """The latest progress of a clone; it is updated in a thread that reads git's stderr."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}
        """The latest text of each phase since the last call of `take_texts`."""
        self.updated_at = time.monotonic()

    def new_message_handler(self) -> Callable[[str], None]:
        """Return a function that parses one line of git's stderr."""
        parse = super().new_message_handler()

        def handle_line(line: str) -> None:
            self.updated_at = time.monotonic()
            parse(line[:_MAX_LINE])
            del self.other_lines[_MAX_LINES:], self.error_lines[_MAX_LINES:]

        return handle_line

    def update(
        self,
        op_code: int,
        cur_count: str | float,
        max_count: str | float | None = None,
        message: str = "",
    ) -> None:
        """Store the progress as a text."""
        phase = _PHASES.get(op_code & self.OP_MASK)
        if not phase:
            return
        total = f" of {int(max_count):,}" if max_count else ""
        throughput = _THROUGHPUT.fullmatch(message)
        rate = f", {throughput[1]}, {throughput[2]}" if throughput else ""
        self._texts[phase] = f"{phase}: {int(cur_count):,}{total}{rate}"

    def take_texts(self) -> list[str]:
        """Return the texts that were not returned before, so that no short phase is missed."""
        texts, self._texts = self._texts, {}
        return list(texts.values())

    def find_cause(self) -> str:
        """Return the reason why git failed."""
        return process.find_cause([*self.error_lines, *self.other_lines]) or "git gave no reason"


def run_clone(
    url: str, path: str, *, git_command: list[str], report: Callable[[str], None]
) -> None:
    """Mirror the repository at a URL into a new folder; raise `GitError`.

    `git_command` is git with its global options. `report` is called with the progress. GitPython
    passes all of `os.environ` to git, so the caller must have replaced it.
    """
    git.Git.check_unsafe_protocols(url)
    git.Git.check_unsafe_options(list(_OPTIONS), git.Repo.unsafe_git_clone_options)
    command = [*git_command, "clone", *_OPTIONS, "--", url, path]
    _run(command, path, report, None)


def run_fetch(
    url: str,
    path: str,
    *,
    git_command: list[str],
    report: Callable[[str], None],
    limits: TransferLimits,
) -> None:
    """Fetch all refs of the repository at a URL into a bare repository; raise `GitError`.

    The repository does not store the URL, which may contain a password. See `run_clone`.
    """
    git.Git.check_unsafe_protocols(url)
    git.Git.check_unsafe_options(list(_FETCH_OPTIONS), git.Remote.unsafe_git_fetch_options)
    command = [*git_command, f"--git-dir={path}", "fetch", *_FETCH_OPTIONS, "--", url, _ALL_REFS]
    _run(command, path, report, limits)


def list_remote_refs(url: str, *, git_command: list[str]) -> str:
    """Return the refs of the repository at a URL, as git prints them; raise `GitError`."""
    git.Git.check_unsafe_protocols(url)
    code, output, errors = git.Git(os.getcwd()).execute(
        [*git_command, "ls-remote", "--symref", "--", url],
        with_extended_output=True,
        with_exceptions=False,
        stdout_as_string=True,
        kill_after_timeout=process.TIMEOUT_SECONDS if os.name == "posix" else None,
    )
    if code:
        raise GitError(process.find_cause(str(errors).splitlines()) or "git gave no reason")
    return str(output)


def _run(
    command: list[str], path: str, report: Callable[[str], None], limits: TransferLimits | None
) -> None:
    transfer = git.Git(os.path.dirname(path)).execute(
        command,
        as_process=True,
        with_stdout=False,
        universal_newlines=True,
        errors="replace",
        start_new_session=True,  # so that `_stop` reaches the children of git too
    )
    try:
        progress = _Progress()
        _follow(transfer, progress, report, _LimitCheck(path, limits) if limits else None)
        if transfer.proc and transfer.proc.wait():
            raise GitError(progress.find_cause())
    finally:
        _stop(transfer)


class _LimitCheck:
    """Checks the limits of a transfer about once a second."""

    def __init__(self, path: str, limits: TransferLimits) -> None:
        self._path, self._limits = path, limits
        self._start = self._checked = time.monotonic()

    def check(self) -> None:
        """Raise `GitError` if a limit is exceeded."""
        now = time.monotonic()
        if now - self._checked < _CHECK_SECONDS:
            return
        self._checked = now
        if 0 < self._limits.seconds < now - self._start:
            raise GitError(f"took over {self._limits.seconds} s and was stopped")
        if 0 < self._limits.bytes < measure_folder(self._path):
            raise GitError(f"is larger than {self._limits.bytes:,} bytes and was stopped")


def measure_folder(path: str) -> int:
    """Return the bytes of the files in a folder; files that vanish meanwhile count as nothing."""
    size = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_size
    return size


def _follow(
    clone: git.Git.AutoInterrupt,
    progress: _Progress,
    report: Callable[[str], None],
    limits: _LimitCheck | None,
) -> None:
    """Report the progress until git closes its stderr.

    Raise `GitError` if it falls silent, or exceeds a limit.
    """
    output = (clone, None, progress.new_message_handler(), None, False)
    reader = Thread(target=handle_process_output, args=output, daemon=True)
    reader.start()
    while reader.is_alive():
        reader.join(_REPORT_SECONDS)
        for text in progress.take_texts():
            report(text)
        if limits:
            limits.check()
        if time.monotonic() - progress.updated_at > process.TIMEOUT_SECONDS:
            raise GitError(f"git printed nothing for {process.TIMEOUT_SECONDS} s and was stopped")


def _stop(clone: git.Git.AutoInterrupt) -> None:
    """Stop git and its children if they still run, so that they write no further files."""
    if not clone.proc or clone.proc.poll() is not None:
        return
    try:
        _send(signal.SIGTERM, clone.proc)
        clone.proc.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        _send(_KILL, clone.proc)
        clone.proc.wait()


def _send(number: int, running: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(running.pid, number)
    else:
        running.send_signal(number)
