"""The time limit of a repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

_EXIT_CODE = 1


@contextmanager
def limit_time(seconds: int, give_up: Callable[[], object]) -> Iterator[None]:
    """End this process if the block takes longer; 0 is no limit.

    Nothing else stops a library that is written in C. `give_up` is called first: it writes the
    record of the failure, so that the next worker to get the task gives the repository up.
    """
    if not seconds:
        yield
        return
    timer = Timer(seconds, _end_process, (give_up,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end_process(give_up: Callable[[], object]) -> None:
    try:
        give_up()
    finally:
        os._exit(_EXIT_CODE)
