"""Entry point of the console script and of `python -m wakeyscan`."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from wakeyscan.core.lazy import lazy_import

if TYPE_CHECKING:
    import signal
    import threading
    from sys import UnraisableHookArgs

    from wakeyscan.cli import main
else:
    # `start` sets up the garbage collector before it loads the command line. Only an interrupt
    # needs the other two.
    main = lazy_import("wakeyscan.cli.main")
    signal = lazy_import("signal")
    threading = lazy_import("threading")

_GC_THRESHOLD = 50_000
"""New objects between two garbage collections. Most of ours live to the end; Python uses 700."""

_INTERRUPTED = 130
"""Exit code after Ctrl-C, as of a program that the signal ends."""

_RESEND_SECONDS = 0.01
"""Time after which a finalizer has ended."""


def start() -> NoReturn:
    """Run the command line and exit immediately with its exit code.

    A normal exit unloads all modules, which takes 4 of the 38 ms of a hook. Searching for cycles
    during the imports takes another 1.5 ms. So our code must not rely on `atexit`.
    """
    gc.set_threshold(_GC_THRESHOLD)
    sys.unraisablehook = _resend_interrupt
    try:
        code = main.main()
    except KeyboardInterrupt:  # while the command line was loaded
        os.write(2, b"wakeyscan: interrupted\n")
        code = _INTERRUPTED
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


if __name__ == "__main__":
    start()
