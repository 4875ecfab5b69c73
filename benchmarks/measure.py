"""Runs of commands, and what they cost."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    """Cost of one run."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of the command, and of all processes that it waited for."""
    peak: float
    """MiB of its largest process."""


class Lane(NamedTuple):
    """A command of a job, which runs in turns with the others."""

    name: str
    command: list[str]
    folder: Path
    finds: tuple[str, ...] = ()
    """Texts that its output must hold: the names of the files with planted keys."""
    is_limit: bool = False
    """Whether it does only a part of the job: it need not find keys."""
    repeats: int = 1
    """Runs in each round; a short command needs more."""
    prepare: Callable[[], object] = lambda: None
    """Changes the input before each run."""


def find_missing(lane: Lane, environment: Mapping[str, str]) -> list[str]:
    """Run a command untimed; return the planted files that its output does not name."""
    if lane.is_limit:  # git prints gigabytes
        run(lane, environment)
        return []
    lane.prepare()
    ran = subprocess.run(
        lane.command, cwd=lane.folder, env=environment, capture_output=True, check=False
    )
    output = (ran.stdout + ran.stderr).decode("utf-8", "replace")
    return [name for name in lane.finds if name not in output]


def run(lane: Lane, environment: Mapping[str, str]) -> Sample:
    """Run a command with its output discarded."""
    lane.prepare()
    os.chdir(lane.folder)  # where git would run a hook
    silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
    begun = time.perf_counter()
    started = os.posix_spawn(lane.command[0], lane.command, environment, file_actions=silent)
    _, _, usage = os.wait4(started, 0)
    wall = time.perf_counter() - begun
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure_own_peak() -> float:
    """Return MiB of this process, below which `Sample.peak` cannot read."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
