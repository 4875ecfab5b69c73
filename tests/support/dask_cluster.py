"""A scheduler and workers of Dask in processes of their own, which tests kill and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.support.command import TIMEOUT, environment


class Tls(NamedTuple):
    """Certificates of a member of a cluster."""

    authority: Path
    certificate: Path
    key: Path

    def list_options(self) -> list[str]:
        """Return the options of Dask."""
        names = ("tls-ca-file", "tls-cert", "tls-key")
        return [f"--{name}={path}" for name, path in zip(names, self, strict=True)]

    def list_fleet_options(self) -> list[str]:
        """Return the options of wakeyscan."""
        return [one.replace("--tls-ca-file", "--tls-ca") for one in self.list_options()]


class Cluster:
    """The processes of a cluster; the first one is the scheduler."""

    def __init__(
        self,
        folder: Path,
        tls: Tls | None = None,
        host: str = "127.0.0.1",
        prefix: tuple[str, ...] = (),
    ) -> None:
        self._folder, self._host, self._prefix = folder, host, prefix
        self._options = tls.list_options() if tls else []
        self._processes: list[subprocess.Popen[bytes]] = []
        self.address = ""

    def start(self, workers: int = 2) -> None:
        file = self._folder / f"scheduler-{time.monotonic_ns()}.json"
        scheme = "tls" if self._options else "tcp"
        where = (f"--host={scheme}://{self._host}", "--port=0", f"--scheduler-file={file}")
        self._start("scheduler", *where, "--no-dashboard")
        wait_until(lambda: file.exists() and b"address" in file.read_bytes())
        self.address = file.read_text().partition('"address": "')[2].partition('"')[0]
        for _ in range(workers):
            self.start_worker()

    def start_worker(self) -> None:
        folder = f"--local-directory={self._folder / 'dask'}"
        options = ("--nthreads=1", "--no-dashboard", "--death-timeout=60", folder)
        self._start("worker", self.address, f"--host={self._host}", *options)

    def _start(self, role: str, *options: str) -> None:
        command = [*self._prefix, sys.executable, "-m", "dask", role, *self._options, *options]
        self._processes.append(
            subprocess.Popen(
                command,
                cwd=self._folder,
                env=environment(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )

    def kill(self, number: int) -> None:
        """Kill a process with its children: 0 is the scheduler."""
        with suppress(ProcessLookupError):
            os.killpg(self._processes[number].pid, signal.SIGKILL)

    def stop(self) -> None:
        for number, process in enumerate(self._processes):
            self.kill(number)
            process.wait(TIMEOUT)
        self._processes = []


def wait_until(is_done: Callable[[], bool]) -> None:
    until = time.monotonic() + TIMEOUT
    while not is_done():
        assert time.monotonic() < until
        time.sleep(0.02)
