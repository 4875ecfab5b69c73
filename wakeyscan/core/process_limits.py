"""Limits of this process: its memory and its time, since it reads untrusted input.

Windows has no limits of memory: there they have no effect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from threading import Timer

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import resource

    from wakeyscan.core import small_files
else:
    resource = lazy_import("resource")  # Windows has none
    small_files = lazy_import("wakeyscan.core.small_files")  # only a fleet needs it

_EXIT_CODE = 1

_LEAST_MEMORY = 1 << 30
"""A limit below this would fail ordinary audits."""

_GROUP_FILE = "/sys/fs/cgroup/memory.max"
"""The limit of a container, in Linux."""


def limit_process(seconds: int, memory: int, address_space: int) -> None:
    """Limit this process, and forbid it to write files.

    `memory` and `address_space` are bytes. The code of libraries counts only as address space.
    """
    if not find_spec("resource"):
        return
    limits = {
        resource.RLIMIT_AS: address_space,
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for number, limit in limits.items():
        lowered = _lower(number, limit)
        resource.setrlimit(number, (lowered, lowered))


def find_memory_limit() -> int:
    """Return the memory of one of several processes, if the user gives none; 0: unknown.

    It is half of all memory, not a share of it: a clone of a large repository needs more, and
    passes.
    """
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0
    with suppress(OSError, ValueError):  # without a limit, the file says "max"
        total = min(total, int(small_files.read_small_file(_GROUP_FILE, 64)))
    return max(_LEAST_MEMORY, total // 2)


def limit_memory(size: int) -> None:
    """Limit what this process, and each that it starts, may allocate; files in memory do not count.

    0 means no limit. Some systems refuse this one, and go on without.
    """
    if not size or not find_spec("resource"):
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (_lower(resource.RLIMIT_DATA, size), most))


def _lower(number: int, limit: int) -> int:
    """Return a limit that the system allows: it may only be lowered."""
    _, most = resource.getrlimit(number)
    return limit if most == resource.RLIM_INFINITY else min(limit, most)


def is_half_used(memory: int) -> bool:
    """Return whether this process has ever had half of a limit in memory."""
    if not memory or not find_spec("resource"):
        return False
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > memory // 2


@contextmanager
def limit_time(seconds: int, give_up: Callable[[], object]) -> Iterator[None]:
    """End this process if the block takes longer; 0 means no limit.

    Nothing else stops a library that is written in C. `give_up` is called first: it writes the
    record of the failure, so that the next worker to get the task skips the repository.
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
