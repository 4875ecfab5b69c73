"""Limits of memory and processor time for a process that reads untrusted input."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any


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
