"""The process of an isolated reader: `python -P -m wakeyscan.extractors.isolated NAME SECONDS`.

It reads the file from standard input and sends frames to standard output.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any, BinaryIO

from wakeyscan.extractors.isolated import READERS
from wakeyscan.extractors.isolated.reader import (
    MAX_ADDRESS_SPACE,
    MAX_MEMORY,
    FrameKind,
    FrameWriter,
    OpaqueFile,
)

_MAX_REASON = 300
"""Characters of the message of a library; it may quote the file."""


def main(name: str, seconds: int) -> None:
    """Read standard input with a reader, within limits."""
    _limit_resources(seconds)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not disturb the frames
    writer = FrameWriter(out)
    kind, reason = _read(name, writer)
    writer.send(kind, reason[:_MAX_REASON].encode("utf-8", "backslashreplace"))
    out.close()


def _read(name: str, writer: FrameWriter) -> tuple[FrameKind, str]:
    """Return the kind and the text of the last frame."""
    try:
        READERS[name].read(_open_stdin(), writer)
    except OpaqueFile as error:
        return FrameKind.OPAQUE, str(error)
    except MemoryError:
        return FrameKind.DAMAGED, f"needs more than {MAX_MEMORY >> 20} MiB of memory"
    except Exception as error:  # a library may raise anything for a damaged file
        return FrameKind.DAMAGED, f"damaged: {str(error) or type(error).__name__}"
    return FrameKind.END, ""


def _open_stdin() -> BinaryIO:
    """Return standard input if it is a file; otherwise read it into memory."""
    file = os.fdopen(0, "rb", closefd=False)
    if file.seekable():
        file.seek(0)
        return file
    return io.BytesIO(file.read())


def _limit_resources(seconds: int) -> None:
    """Limit memory and processor time, and forbid to write files; Windows has no such limits."""
    if not find_spec("resource"):
        return
    resource: Any = import_module("resource")
    limits = {
        "RLIMIT_AS": MAX_ADDRESS_SPACE,
        "RLIMIT_DATA": MAX_MEMORY,
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


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
