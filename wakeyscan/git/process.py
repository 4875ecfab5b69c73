"""Child processes without `subprocess`, which takes a third of a hook's start-up time."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import subprocess
    import tempfile
    from typing import Any
else:
    # Only Windows, which lacks `posix_spawn`, needs them.
    subprocess = lazy_import("subprocess")
    tempfile = lazy_import("tempfile")

TIMEOUT_SECONDS = 300
"""Seconds without output after which a process is killed."""

_CHECK_SECONDS = 2
"""Seconds without output after which we look for a file that blocks the process."""

PIPE = -1
"""Value in place of a descriptor for stdin: create a pipe that we write to."""

_VARIABLES = ("HOME", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TZ")
"""Environment variables that a module of ours gets; others may hold a credential."""

_CHUNK_SIZE = 1 << 16
"""Bytes that are read at once, and bytes of stderr that are kept."""


class ProcessError(Exception):
    """A process that could not be started, or that stopped printing."""


class Process(Protocol):
    """A process with its three streams."""

    def write(self, data: bytes) -> None:
        """Write to stdin; blocks if the data does not fit into the pipe."""

    def exchange(self, data: bytes) -> Iterator[bytes]:
        """Write `data` to stdin and close it; yield all of stdout in pieces.

        Both happen at once, since a process stops reading while its output is not read.
        """

    def close_stdin(self) -> None:
        """Close stdin."""

    def read(self) -> bytes:
        """Read some bytes of stdout; empty at its end."""

    def wait(self) -> tuple[int, list[str]]:
        """Wait for the exit; return the exit code and the lines of stderr."""

    def kill(self) -> None:
        """Kill the process, unless it has exited."""


def find_program(program: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of a program, or "" if there is none.

    Relative folders of PATH are skipped: a program in a scanned folder must not run.
    """
    name = f"{program}.exe" if os.name == "nt" else program
    for folder in environment.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isabs(folder) and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return ""


def find_no_blocker() -> str:
    """Return no reason: nothing is known to block the process."""
    return ""


def start_process(
    command: list[str],
    environment: Mapping[str, str],
    stdin: int = PIPE,
    find_blocker: Callable[[], str] = find_no_blocker,
) -> Process:
    """Start a process whose stdin is a descriptor or a pipe; raise `ProcessError`.

    `find_blocker` is called if the process stays silent. A reason that it returns ends the process.
    """
    try:
        if hasattr(os, "posix_spawn"):
            return _PosixProcess(command, environment, stdin, find_blocker)
        return _PopenProcess(command, environment, stdin)
    except OSError as error:
        raise ProcessError(f"could not be started: {error.strerror}") from None


def start_module(
    module: str,
    *arguments: str,
    stdin: int = PIPE,
    find_blocker: Callable[[], str] = find_no_blocker,
) -> Process:
    """Run a module of ours in another Python without credentials; raise `ProcessError`."""
    command = [sys.executable, "-P", "-m", module, *arguments]
    environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    return start_process(command, environment, stdin, find_blocker)


class _PosixProcess:
    """A process that `posix_spawn` started."""

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        stdin: int,
        find_blocker: Callable[[], str],
    ) -> None:
        self._find_blocker = find_blocker
        child_stdin, self._stdin = os.pipe() if stdin == PIPE else (os.dup(stdin), -1)
        self._stdout, child_stdout = os.pipe()
        self._stderr, child_stderr = os.pipe()
        self._stderr_content = b""
        streams = ((child_stdin, 0), (child_stdout, 1), (child_stderr, 2))
        try:
            actions = [(os.POSIX_SPAWN_DUP2, source, target) for source, target in streams]
            self._pid = os.posix_spawn(command[0], command, environment, file_actions=actions)
        finally:
            for source, _ in streams:
                os.close(source)

    def write(self, data: bytes) -> None:
        try:
            os.write(self._stdin, data)
        except BrokenPipeError:  # the process has exited; `wait` returns the reason
            return

    def exchange(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), select.PIPE_BUF):
            while not self._wait_until_ready(self._stdin):
                yield os.read(self._stdout, _CHUNK_SIZE)
            self.write(data[start : start + select.PIPE_BUF])
        self.close_stdin()
        yield from iter(self.read, b"")

    def close_stdin(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    def read(self) -> bytes:
        self._wait_until_ready()
        return os.read(self._stdout, _CHUNK_SIZE)

    def _wait_until_ready(self, *writable: int) -> bool:
        """Return true if a `writable` stream is ready, false if stdout can be read."""
        seconds, end = min(_CHECK_SECONDS, TIMEOUT_SECONDS), time.monotonic() + TIMEOUT_SECONDS
        while True:
            readable = [stream for stream in (self._stdout, self._stderr) if stream >= 0]
            ready, ready_to_write, _ = select.select(readable, writable, [], seconds)
            if not ready and not ready_to_write:
                self._check_silence(is_over=time.monotonic() >= end)
            if self._stderr in ready:
                self._read_stderr()
            if ready_to_write or self._stdout in ready:
                return bool(ready_to_write)

    def _check_silence(self, is_over: bool) -> None:
        """Kill the process and raise `ProcessError` if it is blocked or out of time."""
        reason = self._find_blocker()
        if is_over and not reason:
            reason = f"printed nothing for {TIMEOUT_SECONDS} s and was stopped"
        if reason:
            self.kill()
            raise ProcessError(reason)

    def _read_stderr(self) -> None:
        chunk = os.read(self._stderr, _CHUNK_SIZE)
        self._stderr_content += chunk[: max(0, _CHUNK_SIZE - len(self._stderr_content))]
        if not chunk:
            os.close(self._stderr)
            self._stderr = -1

    def wait(self) -> tuple[int, list[str]]:
        for stream in (self._stdin, self._stdout):
            if stream >= 0:
                os.close(stream)
        self._stdin = self._stdout = -1
        while self._stderr >= 0:
            self._read_stderr()
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status), _split_lines(self._stderr_content)

    def kill(self) -> None:
        if not self._pid:
            return
        os.kill(self._pid, 9)
        if self._stderr >= 0:  # a program that it started may hold the other end
            os.close(self._stderr)
            self._stderr = -1
        self.wait()


class _PopenProcess:
    """A process that `subprocess` started."""

    def __init__(self, command: list[str], environment: Mapping[str, str], stdin: int) -> None:
        self._stderr = tempfile.TemporaryFile()  # open as long as the process runs
        pipe = subprocess.PIPE
        self._process: Any = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=pipe if stdin == PIPE else stdin,
            stdout=pipe,
            stderr=self._stderr,
        )

    def write(self, data: bytes) -> None:
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def exchange(self, data: bytes) -> Iterator[bytes]:
        yield bytes(self._process.communicate(data or None)[0])

    def close_stdin(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()

    def read(self) -> bytes:
        return bytes(self._process.stdout.read1(_CHUNK_SIZE))

    def wait(self) -> tuple[int, list[str]]:
        self.close_stdin()
        self._process.stdout.close()
        code = int(self._process.wait())
        self._stderr.seek(0)
        return code, _split_lines(self._stderr.read(_CHUNK_SIZE))

    def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self.wait()


class BackgroundRun(NamedTuple):
    """A command that runs concurrently and is killed at the end of the context."""

    running: Process
    finish: Callable[[], bytes]

    def __enter__(self) -> Callable[[], bytes]:
        return self.finish

    def __exit__(self, *_: object) -> None:
        self.running.kill()


def _split_lines(stderr: bytes) -> list[str]:
    return stderr.decode("utf-8", "surrogateescape").splitlines()


def find_cause(stderr_lines: Sequence[str]) -> str:
    """Return the line with git's error, not a warning or hint before it; empty without lines."""
    errors = (line for line in stderr_lines if line.startswith(("fatal:", "error:")))
    return next(errors, stderr_lines[0] if stderr_lines else "")


def explain_failure(command: str, folder: str, stderr_lines: Sequence[str]) -> str:
    """Return the error message for a git command that failed in a folder."""
    cause = find_cause(stderr_lines) or "git gave no reason"
    path = os.path.realpath(folder)
    if "dubious ownership" in cause:
        return (
            f"git refuses {folder}, which belongs to another user; if you trust it: "
            f"git config --global --add safe.directory {path}"
        )
    if "safe.bareRepository" in cause:  # a clone may contain a bare repository as plain files
        return f"{path} is a bare repository; if it is yours, set GIT_DIR={path}"
    if "not a git repository" in cause:
        return f"{path} is not in a git repository"
    return f"git {command} in {folder} failed: {cause}"
