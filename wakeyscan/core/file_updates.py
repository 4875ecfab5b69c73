"""Changes of files that other processes may change at the same time: none of them is lost.

A process holds the lock of a folder while it changes a file in it. The operating system keeps this
lock with the open folder and frees it when the process ends, so that nothing is left there. Windows
and some network file systems have no such locks. Nor do editors ask for one, so a file is also
compared with what was read before it is replaced.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from wakeyscan.core import files, small_files
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TypeVar

    _T = TypeVar("_T")

_MAX_WAIT, _PAUSE = 10.0, 0.01
"""Seconds to wait for another process, and between two attempts."""

_MAX_ATTEMPTS = 5
"""How often a file is read again that changes without the lock."""

_HELD = (errno.EAGAIN, errno.EACCES)
"""What the operating system says of a lock that another process has."""


@contextmanager
def lock_folder(folder: str, seconds: float = _MAX_WAIT) -> Iterator[None]:
    """Hold the lock of a folder, or of the nearest one around it that exists.

    Raise `OSError` if another process holds it all the time. The locks of one process exclude each
    other too.
    """
    descriptor = _open_nearest(folder)
    if descriptor is None:
        yield
        return
    try:
        _wait(descriptor, time.monotonic() + seconds)
        yield
    finally:
        os.close(descriptor)


def _open_nearest(folder: str) -> int | None:
    """Open a folder for its lock; return `None` if it has none."""
    while not os.path.isdir(folder or os.curdir):
        folder = os.path.dirname(folder)
    try:
        return os.open(folder or os.curdir, os.O_RDONLY) if find_spec("fcntl") else None
    except OSError:  # it cannot be listed, and so not be locked
        return None


def _wait(descriptor: int, deadline: float) -> None:
    fcntl: Any = import_module("fcntl")
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in _HELD:  # a file system without locks
                return
        if time.monotonic() >= deadline:
            why = "another process is changing a file in this folder; try again when it has ended"
            raise OSError(errno.EBUSY, why)
        time.sleep(_PAUSE)


def update_file(
    file: str, trees: Iterable[str], max_size: int, build: Callable[[bytes], tuple[bytes, _T]]
) -> _T:
    """Replace a file by what `build` makes of its content, and return its other result.

    The content of a missing file is empty; one that stays the same is not written. Raise `OSError`
    as `files.write` does, and if the file cannot be read. `build` may be called again.
    """
    folders = tuple(trees)
    target = files.check(file, folders)
    with lock_folder(os.path.dirname(target)):
        for _ in range(_MAX_ATTEMPTS):
            before = _read(target, max_size)
            after, result = build(before)
            if after == before:
                return result
            if _read(target, max_size) == before:
                files.write(file, after, folders)
                return result
    raise OSError(errno.EBUSY, "it changes again and again; try again when that has ended")


def _read(file: str, max_size: int) -> bytes:
    try:
        return small_files.read_small_file(file, max_size)
    except FileNotFoundError:
        return b""
