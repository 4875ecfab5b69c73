"""Limits of this process: its memory and its time, since it reads untrusted input."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from threading import Timer
from typing import Any

_EXIT_CODE = 1


def limit_process(seconds: int, memory: int, address_space: int) -> None:
    """Limit this process, and forbid it to write files; Windows has no such limits.

    `memory` and `address_space` are bytes. The code of libraries counts only as address space.
    """
    if not find_spec("resource"):
        return
    resource: Any = import_module("resource")
    limits = {
        "RLIMIT_AS": address_space,
        "RLIMIT_DATA": memory,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
    for name, limit in limits.items():
        number = getattr(resource, name)
        _, most = resource.getrlimit(number)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(number, (limit, limit))


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
