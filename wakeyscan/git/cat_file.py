"""Objects from the output of `git cat-file --batch`: for each a header, its content, a line end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git import process

_READ_SIZE = 1 << 20

_MAX_LINE = 1 << 16
"""Maximum bytes of a header; git's are shorter than 100."""

_MAX_DIGITS = 20
"""Digits of the first size that no file can have."""

_TYPES = frozenset((b"blob", b"tree", b"commit", b"tag"))


class Object(NamedTuple):
    """An object of a repository."""

    id: str
    """In hex."""
    type: str
    """blob, tree, commit or tag; empty if the repository lacks the object."""
    size: int
    read: Callable[[int], bytes]
    """Reads at most a number of bytes of the remaining content."""

    def read_all(self) -> bytes:
        """Read the remaining content."""
        return b"".join(iter(lambda: self.read(_READ_SIZE), b""))


def missing_object(object_id: str) -> Object:
    """Return the result for an object that the repository lacks."""
    return Object(object_id, "", 0, lambda _: b"")


def read_object(reader: BatchReader) -> Iterator[Object]:
    """Yield the next object, and skip the rest of its content when the iterator is resumed.

    Raise `ProcessError` for output that git does not write.
    """
    object_id, type_name, size = _parse_header(reader.read_line())
    if not type_name:
        yield missing_object(object_id)
        return
    reader.remaining = size
    yield Object(object_id, type_name, size, partial(_read_content, reader))
    while reader.read_content(_READ_SIZE):
        pass
    if reader.read_line():
        raise process.ProcessError(f"returned object {object_id} with a wrong length")


def _parse_header(line: bytes) -> tuple[str, str, int]:
    """Parse `ID TYPE SIZE`, or `ID missing`, whose type is returned as empty."""
    words = line.split(b" ")
    name = words[0].decode("ascii", "replace")
    if len(words) == 2 and words[1] in (b"missing", b"ambiguous"):
        return name, "", 0
    if (
        len(words) == 3
        and words[1] in _TYPES
        and len(words[2]) < _MAX_DIGITS
        and words[2].isdigit()
    ):
        return name, words[1].decode("ascii"), int(words[2])
    raise process.ProcessError("returned no valid header of an object; is it really git?")


def _read_content(reader: BatchReader, limit: int) -> bytes:
    """Read at most `limit` bytes; raise process errors as `GitError`."""
    try:
        return reader.read_content(limit)
    except process.ProcessError as error:
        raise GitError(f"git cat-file {error}") from None


class BatchReader:
    """Reads lines, and content of a known size, from the stdout of a process."""

    def __init__(self, running: process.Process) -> None:
        self._process = running
        self._buffer = b""
        self.remaining = 0
        """Bytes of the current object that were not read yet."""

    def read_line(self) -> bytes:
        """Read a line, without its end."""
        while b"\n" not in self._buffer:
            if len(self._buffer) > _MAX_LINE:
                raise process.ProcessError("returned a line without an end; is it really git?")
            self._buffer += self._read_chunk()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def has_more(self) -> bool:
        """Return whether the process has more output."""
        if not self._buffer:
            self._buffer = self._process.read()
        return bool(self._buffer)

    def read_content(self, limit: int) -> bytes:
        """Read at most `limit` bytes of the current object; empty at its end."""
        limit = min(limit, self.remaining)
        if not limit:
            return b""
        if not self._buffer:
            self._buffer = self._read_chunk()
        content, self._buffer = self._buffer[:limit], self._buffer[limit:]
        self.remaining -= len(content)
        return content

    def _read_chunk(self) -> bytes:
        chunk = self._process.read()
        if not chunk:
            code, stderr_lines = self._process.wait()
            cause = process.find_cause(stderr_lines) or f"exit code {code}"
            raise process.ProcessError(f"ended before its output was complete: {cause}")
        return chunk
