"""A child process to talk with; started without `subprocess`, a third of a hook's time to load."""

from __future__ import annotations

import os
import select
from collections.abc import Mapping
from typing import Any, Protocol

TIMEOUT_SECONDS = 300
"""Seconds of silence after which a child is given up: a FIFO in `.git` hangs git for ever."""

PIPE = -1
"""No file for a stdin: we write to it."""

_SOME = 1 << 16


class ProcessError(Exception):
    """A child could not be started, or said nothing any more; the text says which."""


class Process(Protocol):
    """A process with its three streams."""

    def write(self, data: bytes) -> None:
        """Write to its stdin; no more than fits into a pipe, or it may not return."""

    def answer(self, data: bytes) -> bytes:
        """Write all of `data`, close its stdin, and give all that it says, both at a time.

        A child that nobody reads from stops to read, too.
        """

    def close(self) -> None:
        """Close its stdin."""

    def read(self) -> bytes:
        """Read what there is on stdout; empty at its end."""

    def end(self) -> tuple[int, list[str]]:
        """Wait for its end; give its exit code and the lines of its stderr."""

    def stop(self) -> None:
        """End it, whatever it is doing; nothing where it has ended."""


def find_program(program: str, environment: Mapping[str, str] = os.environ) -> str:
    """Find a program on absolute folders of PATH only: one in a scanned tree must not be run.

    Empty where there is none.
    """
    name = f"{program}.exe" if os.name == "nt" else program
    for folder in environment.get("PATH", "").split(os.pathsep):
        file = os.path.join(folder, name)
        if os.path.isabs(folder) and os.access(file, os.X_OK) and os.path.isfile(file):
            return file
    return ""


def start_process(command: list[str], environment: Mapping[str, str], stdin: int = PIPE) -> Process:
    """Start a process that reads from `stdin`, a descriptor, or from us; raises `ProcessError`."""
    try:
        return (_Spawned if hasattr(os, "posix_spawn") else _Opened)(command, environment, stdin)
    except OSError as error:
        raise ProcessError(f"could not be started: {error.strerror}") from None


class _Spawned:
    def __init__(self, command: list[str], environment: Mapping[str, str], stdin: int) -> None:
        asked, self._stdin = os.pipe() if stdin == PIPE else (os.dup(stdin), -1)
        self._stdout, answers = os.pipe()
        self._stderr, complaints = os.pipe()
        self._said = b""
        ends = ((asked, 0), (answers, 1), (complaints, 2))
        try:
            actions = [(os.POSIX_SPAWN_DUP2, ours, theirs) for ours, theirs in ends]
            self._pid = os.posix_spawn(command[0], command, environment, file_actions=actions)
        finally:
            for ours, _ in ends:
                os.close(ours)

    def write(self, data: bytes) -> None:
        try:
            os.write(self._stdin, data)
        except BrokenPipeError:  # it has ended; reading tells why
            return

    def answer(self, data: bytes) -> bytes:
        said: list[bytes] = []
        for start in range(0, len(data), select.PIPE_BUF):
            while not self._wait(self._stdin):
                said.append(os.read(self._stdout, _SOME))
            self.write(data[start : start + select.PIPE_BUF])
        self.close()
        return b"".join((*said, *iter(self.read, b"")))

    def close(self) -> None:
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    def read(self) -> bytes:
        self._wait()
        return os.read(self._stdout, _SOME)

    def _wait(self, *writing: int) -> bool:
        """Wait until it may be written to (then say true), or has something on its stdout."""
        while True:
            reading = [stream for stream in (self._stdout, self._stderr) if stream >= 0]
            heard, taken, _ = select.select(reading, writing, [], TIMEOUT_SECONDS)
            if not heard and not taken:
                self._give_up()
            if self._stderr in heard:
                self._hear()
            if taken or self._stdout in heard:
                return bool(taken)

    def _hear(self) -> None:
        piece = os.read(self._stderr, _SOME)
        self._said += piece[: max(0, _SOME - len(self._said))]
        if not piece:
            os.close(self._stderr)
            self._stderr = -1

    def end(self) -> tuple[int, list[str]]:
        for stream in (self._stdin, self._stdout):
            if stream >= 0:
                os.close(stream)
        self._stdin = self._stdout = -1
        while self._stderr >= 0:
            self._hear()
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        return os.waitstatus_to_exitcode(status), _lines(self._said)

    def stop(self) -> None:
        if self._pid:
            os.kill(self._pid, 9)
            self.end()

    def _give_up(self) -> None:
        self.stop()
        raise ProcessError(f"said nothing for {TIMEOUT_SECONDS} s, so it was ended")


class _Opened:
    """The same where there is no `posix_spawn`: Windows."""

    def __init__(self, command: list[str], environment: Mapping[str, str], stdin: int) -> None:
        import subprocess
        import tempfile

        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the child
        pipe = subprocess.PIPE
        asked = pipe if stdin == PIPE else stdin
        self._process: Any = subprocess.Popen(
            command, env=dict(environment), stdin=asked, stdout=pipe, stderr=self._complaints
        )

    def write(self, data: bytes) -> None:
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def answer(self, data: bytes) -> bytes:
        return bytes(self._process.communicate(data or None)[0])

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()

    def read(self) -> bytes:
        return bytes(self._process.stdout.read1(_SOME))

    def end(self) -> tuple[int, list[str]]:
        self.close()
        self._process.stdout.close()
        code = int(self._process.wait())
        self._complaints.seek(0)
        return code, _lines(self._complaints.read(_SOME))

    def stop(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            self.end()


def _lines(said: bytes) -> list[str]:
    return said.decode("utf-8", "surrogateescape").splitlines()
