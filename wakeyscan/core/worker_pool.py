"""Worker processes that answer tasks in any order; only plain data passes between them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from wakeyscan.core.errors import WakeyscanError, is_lack_of_memory
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core import forked_worker, spawned_worker, termination, traceback_text
else:
    # A scan in one process, such as a hook's, needs none of these.
    forked_worker = lazy_import("wakeyscan.core.forked_worker")
    spawned_worker = lazy_import("wakeyscan.core.spawned_worker")
    termination = lazy_import("wakeyscan.core.termination")
    traceback_text = lazy_import("wakeyscan.core.traceback_text")

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_LOST = "a worker process died (out of memory?), so the scan is incomplete; try --jobs 1"

_TASKS_AHEAD = 2
"""Tasks that each worker has queued, so that it never waits for the next one."""


def count_processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def find_start_method() -> str:
    """Return how worker processes start: `fork` on Linux, unless multiprocessing was set up.

    Forking is safe without threads, and we start none. The libraries of macOS forbid it.
    """
    default = "fork" if sys.platform == "linux" else "spawn"
    module = sys.modules.get("multiprocessing")  # a module that is not loaded was not set up
    return (module and module.get_start_method(allow_none=True)) or default


def shares_memory() -> bool:
    """Return whether a worker starts with the memory of this process, so that it builds nothing."""
    return find_start_method() == "fork"


def run_tasks(
    tasks: Iterator[Task],
    make_worker: Callable[[], Callable[[Task], Answer]],
    jobs: int,
    *,
    works_too: bool = False,
) -> Iterator[Answer]:
    """Yield the answers of `jobs` processes to the tasks, in no particular order.

    `make_worker` is called once in each process; it must be picklable where processes are spawned.
    With `works_too`, this process is one of them: that saves 10 ms, but no task may take long,
    since the others wait for it. Raise `WakeyscanError` if a process dies, since its tasks are
    lost.
    """
    pool = _Pool(jobs - works_too, make_worker)
    with termination.clean_up_on_termination():
        try:
            yield from pool.run(tasks, make_worker() if works_too else None)
        finally:
            pool.stop()


class _Pool:
    def __init__(self, jobs: int, make_worker: Callable[[], Callable[[Any], Any]]) -> None:
        self._jobs, self._serve = jobs, partial(_serve, make_worker)
        self._workers: list[forked_worker.ForkedWorker | spawned_worker.SpawnedWorker] = []

    def run(self, tasks: Iterator[Any], work: Callable[[Any], Any] | None) -> Iterator[Any]:
        """Yield the answers of the processes, and between them those of `work` in this one."""
        pending: dict[Any, int] = {}
        for _ in range(self._jobs):
            channel = self._start()
            pending[channel] = sum(_send_next(channel, tasks) for _ in range(_TASKS_AHEAD))
        own = map(work, tasks) if work else None
        while busy := [channel for channel, count in pending.items() if count]:
            ready = _wait(busy, timeout=0 if own else None)
            for channel in ready:
                yield _receive(channel)
                pending[channel] += _send_next(channel, tasks) - 1
            if own and not ready:
                yield from (answers := [*islice(own, 1)])
                own = own if answers else None

    def stop(self) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join()

    def _start(self) -> Any:
        method = find_start_method()
        with termination.hold_signals():  # until the worker has its own handlers
            worker = (
                forked_worker.ForkedWorker(self._serve)
                if method == "fork"
                else spawned_worker.SpawnedWorker(method, self._serve)
            )
            self._workers.append(worker)
        return worker.channel


def _wait(channels: Iterable[Any], timeout: float | None) -> list[Any]:
    if shares_memory():
        return forked_worker.wait(channels, timeout)
    return spawned_worker.wait(channels, timeout)


def _send_next(channel: Any, tasks: Iterator[Any]) -> int:
    """Send a task, if any is left; return the number of tasks sent."""
    for task in tasks:
        try:
            channel.post(task)
        except (BrokenPipeError, ConnectionResetError):
            raise WakeyscanError(_LOST) from None
        return 1
    return 0


def _receive(channel: Any) -> Any:
    try:
        trace, answer = channel.recv()
    except (EOFError, ConnectionResetError):
        raise WakeyscanError(_LOST) from None
    if trace:
        raise traceback_text.TracedError(trace)
    return answer


def _serve(make_worker: Callable[[], Callable[[Any], Any]], parent: Any) -> None:
    try:
        work = make_worker()
        while True:
            parent.send(("", work(parent.recv())))
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:
        if is_lack_of_memory(error):
            return  # the parent says so of a worker that ended
        parent.send((traceback_text.format_traceback(error), None))
