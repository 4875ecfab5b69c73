"""Entry point of the console script and of `python -m wakeyscan`.

Until Ctrl-C has a handler, Python answers it with a traceback. So this module imports only what
Python loads at its start anyway, or loads at no cost.
"""

from __future__ import annotations

import _signal  # `signal` takes 2 ms: it defines enums
import errno
import gc
import os

_GC_THRESHOLD = 1_000_000
"""New objects between garbage collections. Most of our objects live to the end; Python uses 700."""

_NO_RESOURCES = 2
"""Exit code if our modules cannot be loaded; Python's own 1 would say that a key was found."""

_INTERRUPTED = 130
"""Exit code after Ctrl-C: that of a program killed by the signal."""


def start() -> None:
    """Run the command line and exit immediately with its exit code.

    Ctrl-C ends the process immediately while modules are loaded, and after the last report. In
    between it is an exception, so that a scan can report what it has found.
    """
    # Searching for cycles during the imports takes 1.5 of the 38 ms of a hook.
    gc.set_threshold(_GC_THRESHOLD)
    try:
        _exchange_handler(_signal.default_int_handler, _exit_interrupted)
        process = __import__("wakeyscan.cli.process", fromlist=["run"])
        _exchange_handler(_exit_interrupted, _signal.default_int_handler)
        code = process.run()
        _exchange_handler(_signal.default_int_handler, _exit_interrupted)
    except KeyboardInterrupt:
        _exit_interrupted()
    except MemoryError:
        _exit(_NO_RESOURCES, b"wakeyscan: out of memory\n")
    except OSError as error:
        if error.errno not in (errno.ENFILE, errno.EMFILE):
            raise
        _exit(_NO_RESOURCES, b"wakeyscan: too many open files; raise their limit (ulimit -n)\n")
    process.exit_immediately(code)


def _exchange_handler(old: object, new: object) -> None:
    """Replace the handler of Ctrl-C, which a background job of a shell ignores."""
    if _signal.getsignal(_signal.SIGINT) is old:
        _signal.signal(_signal.SIGINT, new)


def _exit_interrupted(*_: object) -> None:
    _exit(_INTERRUPTED, b"wakeyscan: interrupted\n")


def _exit(code: int, message: bytes) -> None:
    try:
        os.write(2, message)
    finally:  # stderr may be closed
        os._exit(code)


if __name__ == "__main__":
    start()
