"""SIGTERM, SIGHUP and SIGQUIT as exceptions: by default they end Python without any cleanup.

Worker processes would live on, and the temporary mirror of a repository would stay.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from wakeyscan.core.errors import SourceError, Terminated
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import shutil
    import tempfile
    import threading
else:
    # Worker processes need none of these, which take 4 ms to load.
    shutil = lazy_import("shutil")
    tempfile = lazy_import("tempfile")
    threading = lazy_import("threading")

SIGTERM = signal.SIGTERM

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
)

_NO_TEMPORARY_FOLDER = "no folder for temporary files is writable: set TMPDIR to one"


@contextmanager
def clean_up_on_termination() -> Iterator[None]:
    """Raise `Terminated` on a signal during the block, so that its `finally` clauses run.

    A signal that is ignored, as under `nohup`, or handled already, keeps its handler.
    """
    ours = [n for n in _SIGNALS if _is_main_thread() and signal.getsignal(n) is signal.SIG_DFL]
    for number in ours:
        raise_on_signal(number)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _is_main_thread() -> bool:
    """Return whether this is the main thread, as it is before `threading` has started another."""
    return "threading" not in sys.modules or (threading.current_thread() is threading.main_thread())


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


def prepare_worker(wait_for_parent: Callable[[], object]) -> None:
    """Let the parent end this process, which it started while signals were held.

    `wait_for_parent` returns when the parent has ended, even if that was killed. A worker that
    lives on keeps standard output open, and so the rest of a pipeline waiting.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent terminates its workers
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *_SIGNALS})
    try:
        _thread.start_new_thread(_exit_after, (wait_for_parent,))
    except RuntimeError:  # no thread can be started: the parent says that this process ended
        os._exit(1)


def _exit_after(wait_for_parent: Callable[[], object]) -> None:
    wait_for_parent()
    os._exit(1)
