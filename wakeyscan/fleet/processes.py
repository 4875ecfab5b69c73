"""Tasks in processes of this machine, without Dask.

A process serves one repository after another. A hostile one ends its own process only; its task,
and those after it, get a new one.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection

from wakeyscan.core import process_limits, spawned_worker, termination, worker_pool
from wakeyscan.core.errors import ReportError, Terminated
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fleet.ledger import State
from wakeyscan.fleet.run import RETRIES
from wakeyscan.fleet.task import Outcome, fail_task, prepare, run_task

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.fleet.options import FleetTask


class _Limits(NamedTuple):
    """Limits of a process."""

    scratch: str
    """Folder for temporary files."""
    memory: int
    """Bytes; 0: no limit."""


class _Answer(NamedTuple):
    """Message of a process after a task."""

    outcome: Outcome | str
    """The outcome, or why no result can be written."""
    is_last: bool
    """Whether the process ends: what a repository has left in its memory could fail the next."""


class _Worker(NamedTuple):
    """A process."""

    pipe: Any
    process: Any

    def close(self) -> None:
        """Wait for the end of the process."""
        self.pipe.close()
        self.process.join()


class _Running(NamedTuple):
    """A task in a process."""

    task: FleetTask
    worker: _Worker
    attempt: int


class ProcessExecutor:
    """Runs up to `jobs` tasks at once."""

    def __init__(self, jobs: int, memory: int = 0) -> None:
        self._jobs = max(1, jobs)
        self._memory = memory or process_limits.find_memory_limit()
        self._context: Any = multiprocessing.get_context(worker_pool.find_start_method())
        self._running: dict[Any, _Running] = {}
        self._idle: list[_Worker] = []
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
        with termination.hold_signals():  # until the process has its own handlers, and is listed
            worker = self._idle.pop() if self._idle else self._open()
            self._running[worker.pipe] = _Running(task, worker, attempt)
        with suppress(OSError):  # it has died: its pipe has ended, and the task starts again
            worker.pipe.send(task)

    def _open(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, _Limits(self._scratch, self._memory)), daemon=False
        )
        process.start()
        theirs.close()
        return _Worker(ours, process)

    def _finish(self, pipe: Any) -> Iterator[Outcome]:
        """Yield the outcome of a task, or start it again if its process has died."""
        task, worker, attempt = self._running.pop(pipe)
        answer: _Answer | None = None
        with suppress(EOFError, OSError):
            answer = pipe.recv()
        if answer is None or answer.is_last:
            worker.close()
        else:
            self._idle.append(worker)
        if answer is not None:
            if isinstance(answer.outcome, str):
                raise ReportError(answer.outcome)
            yield answer.outcome
        elif attempt < RETRIES:
            self._start(task, attempt + 1)
        else:
            yield fail_task(task, _describe_death(worker.process.exitcode))

    def _stop(self) -> None:
        workers = [*self._idle, *(running.worker for running in self._running.values())]
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.close()


def _describe_death(exit_code: int) -> str:
    how = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
    return f"its process died {RETRIES + 1} times, last with {how} (out of memory?)"


def _serve(pipe: Any, limits: _Limits) -> None:
    """Run the tasks that arrive, until one needs much memory."""
    termination.prepare_worker(spawned_worker.wait_for_parent)
    tempfile.tempdir = limits.scratch
    process_limits.limit_memory(limits.memory)
    try:
        _answer_all(pipe, limits)
    except Terminated as error:
        sys.exit(error.exit_code)  # multiprocessing would print a traceback


def _answer_all(pipe: Any, limits: _Limits) -> None:
    with suppress(EOFError, ConnectionError):  # the parent has ended
        is_last = False
        while not is_last:
            answer = _answer(pipe.recv(), limits)
            is_last = answer.is_last
            pipe.send(answer)


def _answer(task: FleetTask, limits: _Limits) -> _Answer:
    try:
        outcome = run_task(task)
    except ReportError as error:  # the next repositories would fail, too
        return _Answer(str(error), is_last=True)
    is_failed = outcome.state is not State.AUDITED
    return _Answer(outcome, is_failed or process_limits.is_half_used(limits.memory))
