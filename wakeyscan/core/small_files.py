"""Bounded reads of small files that configure a run or describe a repository.

An untrusted repository controls these files: a link to `/dev/zero` never ends, opening a FIFO
blocks, and a sparse file takes no disk space but fills the memory.
"""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tomllib
    from typing import Any
else:
    tomllib = lazy_import("tomllib")  # only a configuration or rule file needs it

MAX_CONFIG_SIZE = 1 << 20
"""Maximum bytes of a configuration file, a rule file, or one of git's small files."""

MAX_LIST_SIZE = 16 << 20
"""Maximum bytes of an ignore file: about 150,000 entries."""

MAX_DATA_SIZE = 256 << 20
"""Maximum bytes of a generated file: a report, a baseline, an event, packed refs."""

_MAX_DEPTH = 100
"""Maximum number of levels of tables and lists in TOML, and maximum parts of a dotted key."""

_MAX_BITS = 64
"""Maximum bits of a number in TOML; its specification requires no more."""

_STREAMS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Paths of this process's streams; a link in a repository has another path."""


class FileRefused(OSError):
    """The file is not a regular file, or is too large; `strerror` names the remedy."""


def read_small_file(path: str, max_size: int) -> bytes:
    """Read a regular file of at most `max_size` bytes, following links; raise `OSError`.

    A stream of this process, such as the path of `<(command)`, is also read.
    """
    if "\0" in path:  # Python raises `ValueError` for it
        raise FileRefused(errno.EINVAL, "its path contains a NUL", path)
    if path.startswith(_STREAMS):
        with open(path, "rb") as stream:
            return _check_size(stream.read(max_size + 1), path, max_size)
    _refuse_special(path, os.stat(path).st_mode)  # opening alone can start a device
    with open(path, "rb", opener=open_nonblocking) as file:
        status = os.fstat(file.fileno())
        _refuse_special(path, status.st_mode)
        content = file.read(min(status.st_size, max_size) + 1)  # a read allocates all it may need
        if content and len(content) > status.st_size:  # it grows, or is one of the kernel's
            content += file.read(max_size + 1 - len(content)) or b""
    if content is None:  # a file of the kernel that would block, such as /proc/kmsg
        raise FileRefused(errno.EAGAIN, "it would block; put a regular file there", path)
    return _check_size(content, path, max_size)


def _check_size(content: bytes, path: str, max_size: int) -> bytes:
    if len(content) > max_size:
        why = f"it is larger than {max_size >> 20} MiB, the maximum for this file; make it smaller"
        raise FileRefused(errno.EFBIG, why, path)
    return content


def open_nonblocking(path: str, flags: int) -> int:
    """Open without blocking if a FIFO has replaced the file since it was checked."""
    extra = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    return os.open(path, flags | extra)


def _refuse_special(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # the operating system refuses a folder
        why = "it is a device, FIFO or socket, or a link to one; put a regular file there"
        raise FileRefused(errno.EINVAL, why, path)


def decode_text(content: bytes, errors: str = "strict") -> str:
    """Decode UTF-8, or UTF-16 with a byte-order mark, as Windows editors and PowerShell write it.

    Raise `UnicodeDecodeError`.
    """
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if is_utf16 else "utf-8-sig", errors)


def parse_toml(content: bytes) -> dict[str, Any]:
    """Parse TOML; raise `ValueError` for invalid text, deep nesting and huge numbers."""
    try:
        text = decode_text(content)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None
    # tomllib takes quadratic time for a dotted key: one of 32 KiB takes half a minute.
    part = r"(?:[\w\"'-]++[ \t]*+\.[ \t]*+)"
    if re.search(rf"(?<![\w\"'-]){part}{{{_MAX_DEPTH}}}", text, re.ASCII):
        raise ValueError(f"a key has over {_MAX_DEPTH} parts")
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise ValueError(f"it is nested deeper than {_MAX_DEPTH} levels") from None
    _refuse_extremes(table)
    return table


def _refuse_extremes(table: dict[str, Any]) -> None:
    """Raise `ValueError` for values that `repr` could not print in an error message."""
    level: list[Any] = [table]
    for _ in range(_MAX_DEPTH):
        level = [child for parent in level for child in _list_children(parent)]
        if any(isinstance(value, int) and value.bit_length() > _MAX_BITS for value in level):
            raise ValueError(f"a number has over {_MAX_BITS} bits")
    if level:
        raise ValueError(f"it is nested deeper than {_MAX_DEPTH} levels")


def _list_children(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
