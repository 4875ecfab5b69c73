"""The process of a command: from its arguments to its immediate exit."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from wakeyscan.cli import main
from wakeyscan.core.lazy import lazy_import

if TYPE_CHECKING:
    import signal
    import threading
    from sys import UnraisableHookArgs
else:
    # Only an interrupt needs these.
    signal = lazy_import("signal")
    threading = lazy_import("threading")

_RESEND_SECONDS = 0.01
"""Time after which a finalizer has ended."""


def run() -> int:
    """Run the command line and return its exit code; raise `KeyboardInterrupt`."""
    sys.unraisablehook = _resend_interrupt
    return main.main()


def exit_immediately(code: int) -> NoReturn:
    """Exit without unloading all modules, which takes 4 of the 38 ms of a hook.

    So our code must not rely on `atexit`.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # a closed stream has lost nothing
            stream.flush()
    os._exit(code)


def _resend_interrupt(dropped: UnraisableHookArgs) -> None:
    """Send Ctrl-C again: Python drops it inside of a finalizer, such as those of `regex`."""
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        threading.Timer(_RESEND_SECONDS, _interrupt_main_thread).start()
    else:
        sys.__unraisablehook__(dropped)


def _interrupt_main_thread() -> None:
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
