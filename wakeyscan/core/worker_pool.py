"""Spreads work over processes, which answer in no order; only plain data passes between them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from wakeyscan.core.errors import WakeyscanError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_AHEAD = 2
"""Tasks that a worker has before it, so that it never waits for the next."""


class WorkerFault(Exception):
    """A bug that showed in another process; its text is the traceback there."""


def count_processors() -> int:
    """Count the processors that we may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_tasks(
    tasks: Iterator[Task], make_worker: Callable[[], Callable[[Task], Answer]], jobs: int
) -> Iterator[Answer]:
    """Yield what `jobs` processes answer to the tasks.

    `make_worker` is called once in each process; where processes are spawned it must be picklable.
    A process that dies raises `WakeyscanError`: what it had before it was not looked at.
    """
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    # Forking is safe here: we run no threads. macOS's own libraries do not bear it.
    context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
    workers: dict[Any, int] = {}
    processes = []
    try:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, make_worker), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            workers[ours] = sum(_hand(ours, tasks) for _ in range(_AHEAD))
        while busy := [worker for worker, pending in workers.items() if pending]:
            for worker in wait(busy):
                yield _answer(worker)
                workers[worker] += _hand(worker, tasks) - 1
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _hand(worker: Any, tasks: Iterator[Any]) -> int:
    for task in tasks:
        worker.send(task)
        return 1
    return 0


def _answer(worker: Any) -> Any:
    try:
        fault, answer = worker.recv()
    except EOFError:
        raise WakeyscanError(
            "a worker process died (out of memory?), so the look is not whole; try --jobs 1"
        ) from None
    if fault:
        raise WorkerFault(fault)
    return answer


def _serve(parent: Connection, make_worker: Callable[[], Callable[[Any], Any]]) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    try:
        work = make_worker()
        while True:
            parent.send(("", work(parent.recv())))
    except (EOFError, BrokenPipeError):
        return
    except Exception:
        import traceback

        parent.send((traceback.format_exc(), None))
