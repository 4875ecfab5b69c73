"""Starts wakeyscan, as the console script or as `python -m wakeyscan`, and ends it."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

_SELDOM = 50_000
"""New objects after which Python looks for cycles: 700 is often, for what lives to the end."""


def start() -> NoReturn:
    """Run the command line and end with its exit code, at once.

    Taking all modules apart, as Python does at its end, takes 4 of a hook's 38 ms, and looking for
    cycles while it loads them another 1.5. So nothing of ours may be left to `atexit`.
    """
    gc.set_threshold(_SELDOM)
    from wakeyscan.cli import main

    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):  # closed: nothing of ours is in it
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    start()
