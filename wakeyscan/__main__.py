"""Starts wakeyscan, as the console script or as `python -m wakeyscan`, and ends it."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_SELDOM = 50_000
"""New objects after which Python looks for cycles: 700 is often, for what lives to the end."""

_SOON = 0.01
"""Seconds in which a finalizer is over."""


def start() -> NoReturn:
    """Run the command line and end with its exit code, at once.

    Taking all modules apart, as Python does at its end, takes 4 of a hook's 38 ms, and looking for
    cycles while it loads them another 1.5. So nothing of ours may be left to `atexit`.
    """
    gc.set_threshold(_SELDOM)
    sys.unraisablehook = _interrupt_again
    from wakeyscan.cli.main import main

    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed: nothing of ours is in it
            stream.flush()
    os._exit(code)


def _interrupt_again(dropped: UnraisableHookArgs) -> None:
    """Send Ctrl-C once more that came within a finalizer, as `regex` has: Python drops it there."""
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
        return
    import signal
    from threading import Timer, main_thread

    def interrupt() -> None:
        if sys.platform == "win32":
            signal.raise_signal(signal.SIGINT)
        else:
            signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    Timer(_SOON, interrupt).start()


if __name__ == "__main__":
    start()
