"""Tasks in processes of this machine, without Dask: one process per repository.

A hostile repository ends its own process only.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, NamedTuple

from wakeyscan.core import termination, worker_pool
from wakeyscan.core.errors import ReportError
from wakeyscan.fleet import memory_limit
from wakeyscan.fleet.run import RETRIES
from wakeyscan.fleet.task import Outcome, fail_task, prepare, run_task

if TYPE_CHECKING:
    from wakeyscan.fleet.options import FleetTask


class _Running(NamedTuple):
    """A process and its task."""

    task: FleetTask
    process: Any
    attempt: int


class _Limits(NamedTuple):
    """What a process may use."""

    scratch: str
    """Folder for temporary files."""
    memory: int
    """Bytes; 0: no limit."""


class ProcessExecutor:
    """Runs up to `jobs` tasks at once."""

    def __init__(self, jobs: int, memory: int = 0) -> None:
        self._jobs = max(1, jobs)
        self._memory = memory or memory_limit.find_share(self._jobs)
        self._context: Any = multiprocessing.get_context(worker_pool.find_start_method())
        self._running: dict[Any, _Running] = {}
        self._scratch = ""
        """Folder for the temporary files of tasks, which a killed process cannot remove."""

    def run(self, tasks: Sequence[FleetTask]) -> Iterator[Outcome]:
        """Yield the outcome of each task."""
        waiting = list(reversed(tasks))
        for task in tasks[:1]:
            prepare(task.options.audit)  # a process that is forked inherits it
        with termination.make_temporary_folder() as self._scratch:
            try:
                while waiting or self._running:
                    while waiting and len(self._running) < self._jobs:
                        self._start(waiting.pop(), attempt=0)
                    for pipe in connection.wait(list(self._running)):
                        yield from self._finish(pipe)
            finally:
                self._stop()

    def _start(self, task: FleetTask, attempt: int) -> None:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=_serve,
            args=(theirs, task, _Limits(self._scratch, self._memory)),
            daemon=False,
        )
        with termination.hold_signals():  # until the process has its own handlers
            process.start()
            self._running[ours] = _Running(task, process, attempt)
        theirs.close()

    def _finish(self, pipe: Any) -> Iterator[Outcome]:
        """Yield the outcome of an ended process, or start its task again."""
        running = self._running.pop(pipe)
        answer: Outcome | str | None = None
        with suppress(EOFError, OSError):
            answer = pipe.recv()
        pipe.close()
        running.process.join()
        if isinstance(answer, str):
            raise ReportError(answer)
        if answer is not None:
            yield answer
        elif running.attempt < RETRIES:
            self._start(running.task, running.attempt + 1)
        else:
            yield fail_task(running.task, _describe_death(running.process.exitcode))

    def _stop(self) -> None:
        for running in self._running.values():
            running.process.terminate()
        for running in self._running.values():
            running.process.join()


def _describe_death(exit_code: int) -> str:
    how = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
    return f"its process died {RETRIES + 1} times, last with {how} (out of memory?)"


def _serve(pipe: Any, task: FleetTask, limits: _Limits) -> None:
    worker_pool.prepare_process()
    tempfile.tempdir = limits.scratch
    memory_limit.limit_memory(limits.memory)
    try:
        pipe.send(run_task(task))
    except ReportError as error:  # the next repositories would fail, too
        pipe.send(str(error))
