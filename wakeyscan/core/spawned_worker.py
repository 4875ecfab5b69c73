"""Worker processes of `multiprocessing`, for macOS and Windows: they share no memory with others.

Each imports what it needs, and builds its state from arguments that can be pickled.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.reduction import ForkingPickler
from queue import SimpleQueue
from threading import Thread
from typing import Any

from wakeyscan.core import termination


class Channel:
    """The end of a connection that posts tasks and reads answers."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._tasks: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._send, daemon=True).start()

    def post(self, task: object) -> None:
        """Send a task while this process does something else, such as to read an answer.

        Two processes that both waited to be read would wait for ever.
        """
        self._tasks.put(ForkingPickler.dumps(task))

    def recv(self) -> Any:
        """Wait for an answer; raise `EOFError` or `OSError` if the worker has ended."""
        return self.connection.recv()

    def close(self) -> None:
        """Send nothing more."""
        self._tasks.put(None)

    def _send(self) -> None:
        with suppress(OSError):  # the worker has ended: the next `recv` says so
            while (content := self._tasks.get()) is not None:
                self.connection.send_bytes(content)


class SpawnedWorker:
    """A worker process, seen from the process that started it."""

    def __init__(self, method: str, serve: Callable[[Any], None]) -> None:
        """Start a worker that calls `serve`, which can be pickled, with its end of the channel."""
        context: Any = multiprocessing.get_context(method)
        ours, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(serve, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self.channel = Channel(ours)

    def terminate(self) -> None:
        """Ask the worker to end."""
        self._process.terminate()

    def join(self) -> None:
        """Wait for the end of the worker."""
        self._process.join()
        self.channel.close()


def wait(channels: Iterable[Channel], timeout: float | None) -> list[Channel]:
    """Return the channels that have a message, or whose worker has ended, once there are any."""
    by_connection = {channel.connection: channel for channel in channels}
    return [by_connection[one] for one in connection.wait([*by_connection], timeout)]


def wait_for_parent() -> None:
    """Wait until the process that started this one has ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()


def _run(serve: Callable[[Any], None], channel: Any) -> None:
    termination.prepare_worker(wait_for_parent)
    serve(channel)
