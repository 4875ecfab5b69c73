"""The interface of an isolated reader, its limits, and the frames that its process sends."""

from __future__ import annotations

import struct
from enum import IntEnum

from wakeyscan.core.typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_MEMORY = 384 << 20
"""Bytes of data: some 50 MiB for Python and a library, the file, and the window of a stream."""

MAX_ADDRESS_SPACE = 1 << 30
"""Bytes of address space, which includes the code of the libraries."""

FRAME_HEADER = struct.Struct(">BI")
"""The kind and the size of a frame."""

MAX_FRAME = 1 << 20


class FrameKind(IntEnum):
    """Content of a frame."""

    MEMBER = 1
    """The name of a member, whose content follows."""
    CONTENT = 2
    """A part of the content."""
    OPAQUE = 3
    """The reason why the file cannot be opened, although it is intact."""
    DAMAGED = 4
    """The reason why the file, or the rest of it, cannot be read."""
    END = 5
    """Nothing: the file was read to its end."""


class OpaqueFile(Exception):
    """The file is intact but cannot be opened; the text states why."""


class FrameWriter:
    """The members that a reader has found."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def start_member(self, name: str) -> None:
        """Start a member; `write` adds to its content."""
        self.send(FrameKind.MEMBER, name.encode("utf-8", "surrogateescape")[:MAX_FRAME])

    def write(self, content: bytes) -> None:
        """Send a part of the content of the current member."""
        for at in range(0, len(content), MAX_FRAME):
            self.send(FrameKind.CONTENT, content[at : at + MAX_FRAME])

    def send(self, kind: FrameKind, payload: bytes) -> None:
        """Send a frame."""
        self._out.write(FRAME_HEADER.pack(kind, len(payload)) + payload)


class Reader(Protocol):
    """A module that reads one format with another library."""

    def read(self, file: BinaryIO, writer: FrameWriter) -> None:
        """Send all members of a seekable file.

        Raise `OpaqueFile`; any other exception means that the file is damaged.
        """
