"""The memory limit of a process of a fleet: beyond it, its audit fails, and the others go on."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING

from wakeyscan.core import small_files
from wakeyscan.core.lazy import lazy_import

if TYPE_CHECKING:
    import resource
else:
    resource = lazy_import("resource")  # Windows has none

_LEAST = 1 << 30
"""A limit below this would fail ordinary audits."""

_GROUP_FILE = "/sys/fs/cgroup/memory.max"
"""The limit of a container, in Linux."""


def find_limit() -> int:
    """Return the limit of a process if the user gives none: half of the memory; 0: unknown.

    Not the share of a process: a clone of a large repository needs more, and passes.
    """
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0
    with suppress(OSError, ValueError):  # without a limit, the file says "max"
        total = min(total, int(small_files.read_small_file(_GROUP_FILE, 64)))
    return max(_LEAST, total // 2)


def limit_memory(size: int) -> None:
    """Limit what this process, and each that it starts, may allocate; files in memory do not count.

    Without effect on systems that cannot do it.
    """
    if not size or find_spec("resource") is None:
        return
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = size if most == resource.RLIM_INFINITY else min(size, most)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, most))


def is_half_used(size: int) -> bool:
    """Return whether this process has ever had half of its limit in memory."""
    if not size or find_spec("resource") is None:
        return False
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > size // 2
