"""7-Zip, by py7zr: LZMA, LZMA2, PPMd, Deflate, Deflate64, bzip2, Brotli, Zstandard and filters."""

from __future__ import annotations

from importlib import import_module

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.isolated.reader import FrameWriter, OpaqueFile

if TYPE_CHECKING:
    from typing import Any, BinaryIO

# py7zr is optional; only a process of its own imports this module.
py7zr: Any = import_module("py7zr")
exceptions: Any = import_module("py7zr.exceptions")


def read(file: BinaryIO, writer: FrameWriter) -> None:
    """Send the files of an archive, in its order."""
    try:
        with py7zr.SevenZipFile(file) as archive:
            archive.extractall(factory=_MemberFactory(writer))
    except exceptions.PasswordRequired:
        raise OpaqueFile("encrypted") from None
    except exceptions.UnsupportedCompressionMethodError:
        raise OpaqueFile("compressed with a method that py7zr does not support") from None


class _MemberFactory:
    """Creates the file-like objects to which py7zr writes the content of a member."""

    def __init__(self, writer: FrameWriter) -> None:
        self._writer = writer

    def create(self, filename: str) -> _Member:
        """Start a member."""
        self._writer.start_member(filename)
        return _Member(self._writer)


class _Member:
    """A file that is only written, with the interface of `py7zr.Py7zIO`."""

    def __init__(self, writer: FrameWriter) -> None:
        self._writer, self._size = writer, 0

    def write(self, content: bytes | bytearray) -> int:
        """Send a part of the content."""
        self._writer.write(bytes(content))
        self._size += len(content)
        return len(content)

    def read(self, size: int | None = None) -> bytes:
        """Return nothing: the written data is not kept."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Return the size, the only position."""
        return self._size

    def flush(self) -> None:
        """Do nothing."""

    def size(self) -> int:
        """Return the number of bytes that were written."""
        return self._size

    def close(self) -> None:
        """Do nothing."""
