"""The process of an isolated reader: `python -P -m wakeyscan.extractors.isolated NAME SECONDS`.

It reads the file from standard input and sends frames to standard output.
"""

from __future__ import annotations

import io
import os
import sys

from wakeyscan.core.process_limits import limit_process
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.isolated import READERS
from wakeyscan.extractors.isolated.reader import (
    MAX_ADDRESS_SPACE,
    MAX_MEMORY,
    FrameKind,
    FrameWriter,
    OpaqueFile,
)

if TYPE_CHECKING:
    from typing import BinaryIO

_MAX_REASON = 300
"""Characters of the message of a library; it may quote the file."""


def main(name: str, seconds: int) -> None:
    """Read standard input with a reader, within limits."""
    limit_process(seconds, MAX_MEMORY, MAX_ADDRESS_SPACE)
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


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
