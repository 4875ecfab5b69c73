"""Bounded reads of the small files that configure a run or describe a repository.

The author of a repository decides what such a name stands for: a link to `/dev/zero` never ends, a
FIFO blocks whoever opens it, a sparse file takes no room on disk and all of the memory.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from typing import Any

SETTINGS = 1 << 20
"""Bytes of a configuration file, a rule file, or one of git's own small files."""

LIST = 16 << 20
"""Bytes of an ignore file: some 150,000 entries."""

DATA = 256 << 20
"""Bytes of a file that a program writes: a report, a baseline, an event, packed refs."""

_DEEPEST = 100
"""Levels of tables and lists in TOML, and parts of one dotted key."""

_BITS = 64
"""Bits of a number in TOML; its specification demands no more."""


_STREAMS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Names of this process's own streams; a link in a repository has another name."""


class FileRefused(OSError):
    """The file is not a regular file, or is too large; `strerror` says what to do."""


def read_small_file(path: str, most: int) -> bytes:
    """Read a regular file of at most `most` bytes, following links; raises `OSError`.

    A stream of this process that the user names, as `<(command)` does, is read to its end.
    """
    if path.startswith(_STREAMS):
        with open(path, "rb") as stream:
            return _bounded(stream.read(most + 1), path, most)
    _refuse_special(path, os.stat(path).st_mode)  # before opening: that alone can start a device
    with open(path, "rb", opener=_opened) as file:
        _refuse_special(path, os.fstat(file.fileno()).st_mode)
        return _bounded(file.read(most + 1), path, most)


def _bounded(content: bytes, path: str, most: int) -> bytes:
    if len(content) > most:
        why = f"it is larger than {most >> 20} MiB, the maximum for such a file; make it smaller"
        raise FileRefused(errno.EFBIG, why, path)
    return content


def _opened(path: str, flags: int) -> int:
    """Open without waiting for the other end, should a FIFO have taken the file's place."""
    extra = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    return os.open(path, flags | extra)


def _refuse_special(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # the system itself refuses a folder
        why = "it is a device, FIFO or socket, or a link to one; put a regular file there"
        raise FileRefused(errno.EINVAL, why, path)


def parse_toml(content: bytes) -> dict[str, Any]:
    """Parse TOML; raises `ValueError` for invalid text and for extremes that no one writes."""
    import re
    import tomllib

    # tomllib takes quadratic time for a key of many parts: 32 KiB of one takes half a minute.
    if re.search(rb"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){%d}" % _DEEPEST, content):
        raise ValueError(f"a key has over {_DEEPEST} parts")
    try:
        whole = tomllib.loads(content.decode())
    except RecursionError:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels") from None
    _refuse_extremes(whole)
    return whole


def _refuse_extremes(whole: dict[str, Any]) -> None:
    """Refuse values that `repr`, in an error message, cannot print either."""
    level: list[Any] = [whole]
    for _ in range(_DEEPEST):
        level = [value for above in level for value in _below(above)]
        if any(isinstance(value, int) and value.bit_length() > _BITS for value in level):
            raise ValueError(f"a number has over {_BITS} bits")
    if level:
        raise ValueError(f"it is nested deeper than {_DEEPEST} levels")


def _below(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
