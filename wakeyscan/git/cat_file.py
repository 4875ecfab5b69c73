"""Reads what `git cat-file --batch` answers: a line about an object, its content, a line end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from wakeyscan.core.errors import GitError
from wakeyscan.git import process


class Object(NamedTuple):
    """An object of a repository."""

    name: str
    """Its id, in hex."""
    type: str
    """blob, tree, commit, tag; empty where the repository lacks it."""
    size: int
    read: Callable[[int], bytes]
    """Reads at most so many bytes of what is left of its content."""

    def whole(self) -> bytes:
        """Read all that is left."""
        return b"".join(iter(lambda: self.read(1 << 20), b""))


def read_object(reader: Reader) -> Iterator[Object]:
    """Yield the next object, and make sure that its answer is over when one comes back for more."""
    header = reader.line().decode("ascii", "replace").split(" ")
    if header[-1] == "missing" or len(header) != 3:
        yield Object(header[0], "", 0, lambda _: b"")
        return
    name, kind, size = header
    reader.left = int(size)
    yield Object(name, kind, int(size), partial(_taken, reader))
    while reader.take(1 << 20):  # what the caller did not want
        pass
    if reader.line():
        raise process.ProcessError(f"gave object {name} in another length than it said")


def _taken(reader: Reader, wanted: int) -> bytes:
    """Read for who uses an object, and knows nothing of children; raises `GitError`."""
    try:
        return reader.take(wanted)
    except process.ProcessError as error:
        raise GitError(f"git cat-file {error}") from None


class Reader:
    """Reads lines, and counted bytes after a line, from a child."""

    def __init__(self, git: process.Process) -> None:
        self._git = git
        self._held = b""
        self.left = 0
        """Bytes of the present object that were not taken yet."""

    def line(self) -> bytes:
        """Read a line, without its end."""
        while b"\n" not in self._held:
            self._held += self._more()
        line, _, self._held = self._held.partition(b"\n")
        return line

    def more(self) -> bool:
        """Say whether there is anything left to read."""
        if not self._held:
            self._held = self._git.read()
        return bool(self._held)

    def take(self, wanted: int) -> bytes:
        """Read at most so many bytes of the present object."""
        wanted = min(wanted, self.left)
        if not wanted:
            return b""
        if not self._held:
            self._held = self._more()
        taken, self._held = self._held[:wanted], self._held[wanted:]
        self.left -= len(taken)
        return taken

    def _more(self) -> bytes:
        piece = self._git.read()
        if not piece:
            code, complaints = self._git.end()
            said = cause(complaints) or f"code {code}"
            raise process.ProcessError(f"ended before its answer was whole: {said}")
        return piece


def cause(complaints: list[str]) -> str:
    """Pick what git ended for, not what it warned of or advised before."""
    fatal = (line for line in complaints if line.startswith(("fatal:", "error:")))
    return next(fatal, complaints[0] if complaints else "")
