"""SIGTERM, SIGHUP and SIGQUIT as exceptions: by default they end Python without any cleanup.

Worker processes would live on, and the temporary mirror of a repository would stay.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from wakeyscan.core.errors import SourceError, Terminated

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
)

_NO_TEMPORARY_FOLDER = "no folder for temporary files is writable: set TMPDIR to one"


@contextmanager
def clean_up_on_termination() -> Iterator[None]:
    """Raise `Terminated` on a signal during the block, so that its `finally` clauses run.

    A signal that is ignored, as under `nohup`, or handled already, keeps its handler.
    """
    is_main = threading.current_thread() is threading.main_thread()
    ours = [n for n in _SIGNALS if is_main and signal.getsignal(n) is signal.SIG_DFL]
    for number in ours:
        raise_on_signal(number)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def make_temporary_folder() -> Iterator[str]:
    """Yield a new folder, and remove it at the end, also after a signal.

    Raise `SourceError` if it cannot be created, for example in a read-only container.
    """
    with clean_up_on_termination():
        try:
            folder = tempfile.mkdtemp(prefix="wakeyscan-")
        except OSError:
            raise SourceError(_NO_TEMPORARY_FOLDER) from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def raise_on_signal(number: int) -> None:
    """Raise `Terminated` at the next signal of a number, and ignore those after it.

    A second one must not cut the cleanup short.
    """
    signal.signal(number, _terminate)


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise Terminated(number)


@contextmanager
def hold_signals() -> Iterator[None]:
    """Delay the signals that end a run; a process that starts in the block inherits the delay."""
    held = _hold_all()
    try:
        yield
    finally:
        if held is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _hold_all() -> set[int | signal.Signals] | None:
    """Block the signals and return those blocked before; `None` on Windows, which cannot."""
    if not hasattr(signal, "pthread_sigmask"):
        return None
    return signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_SIGNALS})


def release_signals() -> None:
    """End the delay in a process that was started in the block."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *_SIGNALS})


def restore_defaults() -> None:
    """Restore the default actions, in a worker process that was forked during the block."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
