"""Worker processes of `multiprocessing`, for macOS and Windows: they share no memory with others.

Each imports what it needs, and builds its state from arguments that can be pickled.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from multiprocessing import connection
from typing import Any

from wakeyscan.core import termination


class SpawnedWorker:
    """A worker process, seen from the process that started it."""

    def __init__(self, method: str, serve: Callable[[Any], None]) -> None:
        """Start a worker that calls `serve`, which can be pickled, with its end of the channel."""
        context: Any = multiprocessing.get_context(method)
        self.channel, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(serve, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def terminate(self) -> None:
        """Ask the worker to end."""
        self._process.terminate()

    def join(self) -> None:
        """Wait for the end of the worker."""
        self._process.join()


def wait(channels: Iterable[Any], timeout: float | None) -> list[Any]:
    """Return the channels that have a message, or whose worker has ended, once there are any."""
    return connection.wait(list(channels), timeout)


def wait_for_parent() -> None:
    """Wait until the process that started this one has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()


def _run(serve: Callable[[Any], None], channel: Any) -> None:
    termination.prepare_worker(wait_for_parent)
    serve(channel)
