"""The process of a command: from its arguments to its immediate exit."""

from __future__ import annotations

import os
import sys

from wakeyscan.cli import main
from wakeyscan.core.errors import Terminated
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    import threading
    from sys import UnraisableHookArgs
    from typing import NoReturn

    from wakeyscan.core import termination
else:
    # Only a signal needs these.
    signal = lazy_import("signal")
    termination = lazy_import("wakeyscan.core.termination")
    threading = lazy_import("threading")

_RESEND_SECONDS = 0.01
"""Time after which a finalizer has ended."""


def run() -> int:
    """Run the command line and return its exit code; raise `KeyboardInterrupt`."""
    sys.unraisablehook = _resend_signal
    return main.main()


def exit_immediately(code: int) -> NoReturn:
    """Exit without unloading all modules, which takes 4 of the 38 ms of a hook.

    So our code must not rely on `atexit`.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            continue  # a closed stream has lost nothing
    os._exit(code)


def _resend_signal(dropped: UnraisableHookArgs) -> None:
    """Send a signal again: Python drops its exception in a finalizer, such as those of `regex`."""
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        _send_soon(signal.SIGINT)
    elif isinstance(dropped.exc_value, Terminated):
        termination.raise_on_signal(dropped.exc_value.signal_number)
        _send_soon(dropped.exc_value.signal_number)
    else:
        sys.__unraisablehook__(dropped)


def _send_soon(number: int) -> None:
    threading.Timer(_RESEND_SECONDS, _signal_main_thread, [number]).start()


def _signal_main_thread(number: int) -> None:
    if sys.platform == "win32":
        signal.raise_signal(number)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, number)
