"""Worker processes that are forked, and so start with the memory of this process.

They do what those of `multiprocessing` do, whose modules take 11 ms to load: more than all of a
small scan.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from wakeyscan.core import termination
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import _socket
    import pickle
    from typing import Any
else:
    # The modules around them take 3 ms; neither exists where processes cannot be forked.
    _socket = lazy_import("_socket")
    pickle = lazy_import("_pickle")

_HEADER = 8
"""Bytes of the size of a message, which precedes it."""


class Channel:
    """One end of a socket between a process and its worker."""

    def __init__(self, end: _socket.socket) -> None:
        self._end, self._unsent = end, bytearray()

    @property
    def descriptor(self) -> int:
        """The descriptor of the socket."""
        return self._end.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether a part of a message is not sent yet."""
        return bool(self._unsent)

    def post(self, message: object) -> None:
        """Send a message as far as the other process has read what precedes it.

        `wait` sends the rest. So a process that posts its tasks always gets to read the answers:
        two processes that both waited to be read would wait for ever.
        """
        self._unsent += _frame(message)
        self.flush()

    def flush(self) -> None:
        """Send what can be sent at once; raise `OSError` if the other process has ended."""
        with suppress(BlockingIOError):
            while self._unsent:
                del self._unsent[: self._end.send(self._unsent, _socket.MSG_DONTWAIT)]

    def send(self, message: object) -> None:
        """Send a message; raise `OSError` if the other process has ended."""
        self._end.sendall(_frame(message))

    def recv(self) -> Any:
        """Wait for a message; raise `EOFError` or `OSError` if the other process has ended."""
        size = int.from_bytes(self._read(_HEADER))
        return pickle.loads(self._read(size))

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def _read(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            part = os.read(self.descriptor, size)
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def _frame(message: object) -> bytes:
    content = pickle.dumps(message)
    return len(content).to_bytes(_HEADER) + content


class ForkedWorker:
    """A worker process, seen from the process that started it."""

    def __init__(self, serve: Callable[[Channel], None]) -> None:
        """Start a worker that calls `serve` with its end of the channel."""
        ours, theirs = map(Channel, _socket.socketpair())
        self.channel = ours
        self._pid = os.fork()
        if not self._pid:
            _run(serve, theirs, ours)
        theirs.close()

    def terminate(self) -> None:
        """Ask the worker to end."""
        os.kill(self._pid, termination.SIGTERM)  # it is not joined, so its id is not another's

    def join(self) -> None:
        """Wait for the end of the worker."""
        os.waitpid(self._pid, 0)
        self.channel.close()


def wait(channels: Iterable[Channel], timeout: float | None) -> list[Channel]:
    """Return the channels that have a message, or whose worker has ended, once there are any.

    Meanwhile, what was posted is sent.
    """
    by_descriptor = {channel.descriptor: channel for channel in channels}
    poll = select.poll()
    for descriptor, channel in by_descriptor.items():
        poll.register(descriptor, select.POLLIN | select.POLLOUT * channel.has_unsent)
    milliseconds = None if timeout is None else 1000 * timeout
    while True:
        events = poll.poll(milliseconds)
        for descriptor, event in events:
            if event & select.POLLOUT:
                _flush(by_descriptor[descriptor], poll)
        ready = [by_descriptor[one] for one, event in events if event & ~select.POLLOUT]
        if ready or timeout is not None:
            return ready


def _flush(channel: Channel, poll: select.poll) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # the next `recv` says so
        channel.flush()
    if not channel.has_unsent:
        poll.modify(channel.descriptor, select.POLLIN)


def _run(serve: Callable[[Channel], None], channel: Channel, parents: Channel) -> None:
    """Serve the parent, and end this process, which was just forked."""
    try:
        parents.close()
        _close_stdin()
        termination.prepare_worker(partial(_wait_for_end, channel.descriptor))
        serve(channel)
    finally:
        os._exit(0)


def _close_stdin() -> None:
    """Leave standard input to the parent."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    if null:
        os.close(null)


def _wait_for_end(descriptor: int) -> None:
    """Wait until the process at the other end has ended: poll always reports that."""
    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
