"""The command in a fork of a process that has loaded its modules (`fork_server`)."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

_PIECE = 1 << 16
_SERVER = Path(__file__).with_name("fork_server.py")

_READ_AT_START = ("PYTHON", "LC_", "LANG", "LD_", "TZ", "MALLOC_", "GLIBC_", "OPENSSL_")
"""Beginnings of the variables that Python and its libraries read when they start."""


class Done(NamedTuple):
    """What a run has left."""

    code: int
    out: bytes
    err: bytes


class ForkedCommand:
    """A console script whose modules are loaded once, with the first run."""

    def __init__(self, script: str, environment: Mapping[str, str]) -> None:
        self._script, self._environment = script, environment
        self._one_at_a_time = threading.Lock()
        self._stack = ExitStack()
        self._channel: socket.socket | None = None

    def run(
        self,
        arguments: Sequence[str],
        cwd: Path | None,
        stdin: bytes,
        environment: Mapping[str, str],
        timeout: float,
    ) -> Done | None:
        """Run the script; `None` if it needs a new interpreter, or if another run is going on."""
        at_start = _keep_read_at_start(environment) == _keep_read_at_start(self._environment)
        if sys.platform != "linux" or not at_start:
            return None
        if not self._one_at_a_time.acquire(blocking=False):
            return None
        try:
            self._channel = self._channel or self._start()
            request = [str(cwd or Path.cwd()), dict(environment), list(arguments)]
            return _request(self._channel, json.dumps(request).encode(), stdin, timeout)
        finally:
            self._one_at_a_time.release()

    def close(self) -> None:
        """End the process that has loaded the modules."""
        self._stack.close()

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", str(_SERVER), str(theirs.fileno()), self._script],
                cwd="/",
                env=self._environment,
                stdin=subprocess.PIPE,  # as the streams of a run, whose kind Python reads now
                stdout=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
            )
        self._stack.enter_context(process)
        return self._stack.enter_context(ours)


def _keep_read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text
        for name, text in environment.items()
        if name.startswith(_READ_AT_START) and text  # an empty one is the same as none
    }


def _request(channel: socket.socket, request: bytes, stdin: bytes, timeout: float) -> Done:
    (its_in, to_write), (out, its_out), (err, its_err) = (os.pipe() for _ in range(3))
    theirs = its_in, its_out, its_err
    socket.send_fds(channel, [len(request).to_bytes(4, "big")], theirs)
    channel.sendall(request)
    for end in theirs:
        os.close(end)
    child = _receive_number(channel)
    writer = threading.Thread(target=_write, args=(to_write, stdin))
    writer.start()
    try:
        with open(out, "rb") as out_file, open(err, "rb") as err_file:
            texts = _read_all([out_file, err_file], timeout)
    except subprocess.TimeoutExpired:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        code = _receive_number(channel)
        writer.join()
    return Done(code, *texts)


def _receive_number(channel: socket.socket) -> int:
    number = channel.recv(4, socket.MSG_WAITALL)
    if len(number) < 4:
        raise RuntimeError(f"{_SERVER.name} has ended; its standard error says why")
    return int.from_bytes(number, "big", signed=True)


def _write(pipe: int, content: bytes) -> None:
    with suppress(BrokenPipeError), open(pipe, "wb", buffering=0) as file:
        file.write(content)


def _read_all(pipes: Sequence[BinaryIO], timeout: float) -> list[bytes]:
    """Read pipes to their ends."""
    texts = {pipe.fileno(): b"" for pipe in pipes}
    end = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0, end - time.monotonic()))
            if not ready:
                raise subprocess.TimeoutExpired(_SERVER.name, timeout)
            for key, _ in ready:
                piece = os.read(key.fd, _PIECE)
                texts[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
    return list(texts.values())
