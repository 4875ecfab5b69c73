"""Spreads units over processes, which say what they saw and name the units that have findings.

Only names and numbers pass between processes: no document, and no secret.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from wakeyscan.errors import WakeyscanError
from wakeyscan.finding import Skipped
from wakeyscan.outcome import Coverage
from wakeyscan.scan import Looked

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

_BATCH = 200
_AHEAD = 2
"""Batches that a worker has before it, so that it never waits for the next."""

Answer = tuple[Looked, list[str]]
Look = Callable[[list[str]], Answer]


def available() -> int:
    """Count the processors that we may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def survey(units: Iterator[str], make_look: Callable[[], Look], jobs: int) -> Iterator[Answer]:
    """Yield what `jobs` processes say of the units, in batches, in no order.

    `make_look` is called once in each process; where processes are spawned it must be picklable.
    A process that dies raises `WakeyscanError`: what it had before it was not looked at.
    """
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    # Forking is safe here: we run no threads. macOS's own libraries do not bear it.
    context: Any = get_context("fork" if sys.platform == "linux" else "spawn")
    batches = iter(lambda: list(islice(units, _BATCH)), [])
    workers: dict[Connection, int] = {}
    processes = []
    try:
        for _ in range(jobs):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, make_look), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            workers[ours] = sum(_hand(ours, batches) for _ in range(_AHEAD))
        while busy := [worker for worker, pending in workers.items() if pending]:
            for worker in wait(busy):
                yield _answer(worker)  # type: ignore[arg-type]
                workers[worker] += _hand(worker, batches) - 1  # type: ignore[index,arg-type]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


def _hand(worker: Connection, batches: Iterator[list[str]]) -> int:
    batch = next(batches, None)
    if batch:
        worker.send(batch)
    return 1 if batch else 0


def _answer(worker: Connection) -> Answer:
    try:
        looked, worthy = worker.recv()
    except EOFError:
        raise WakeyscanError(
            "a worker process died (out of memory?), so the look is not whole; try --jobs 1"
        ) from None
    if isinstance(looked, str):
        raise WorkerFault(looked)
    return looked, worthy


class WorkerFault(Exception):
    """A bug that showed in another process; its text is the traceback there."""


def _serve(parent: Connection, make_look: Callable[[], Look]) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    try:
        look = make_look()
        while True:
            parent.send(look(parent.recv()))
    except (EOFError, BrokenPipeError):
        return
    except Exception:
        import traceback

        parent.send((traceback.format_exc(), []))


def batch_look(
    sift: Callable[[list[str]], tuple[int, int, list[str]]], look_at_unit: Callable[[str], Looked]
) -> Look:
    """Make what a worker does with a batch of units: sift them, then look at what is left."""

    def look(units: list[str]) -> Answer:
        worthy = []
        skipped: list[Skipped] = []
        documents, size, left = sift(units)
        for unit in left:
            looked = look_at_unit(unit)
            if looked.findings:
                worthy.append(unit)
                continue
            documents += looked.coverage.documents
            size += looked.coverage.bytes
            skipped += looked.skipped
        coverage = Coverage(documents, size)
        return Looked((), tuple(skipped), coverage), worthy

    return look
