"""How a fix finds the files of a work tree: their places, their neighbors, their state in git."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from wakeyscan.core import small_files
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.fixer import Source
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from wakeyscan.git.own_repository import OwnRepository

MAX_SIZE = 16 << 20
"""Bytes of a file that is fixed."""

_MAX_NAMED = 1 << 20
"""Bytes of a file that is searched for names of variables."""


class FileAccess(NamedTuple):
    """How the files of a run are found, and their state in git."""

    top: str
    """The top of the work tree, or empty."""
    tracked: frozenset[str]
    repository: OwnRepository | None = None
    repaired: Mapping[str, bytes] = MappingProxyType({})
    """What the files of a run will contain, by their places."""

    def locate(self, path: str) -> str:
        """Return the place on disk of a reported path."""
        is_below = self.top and not os.path.isabs(path) and not path.startswith("../")
        return os.path.join(self.top, *path.split("/")) if is_below else path

    def is_tracked(self, path: str) -> bool:
        """Return whether git tracks a path."""
        return path in self.tracked

    def is_ignored(self, path: str) -> bool:
        """Return whether git ignores a path, and does not track it."""
        if not self.top or path in self.tracked:
            return False
        try:
            return worktree.is_ignored(self.locate(path))
        except GitError:
            return False

    def read_neighbors(self, path: str, ending: str) -> Iterator[bytes]:
        """Yield what the other files in the folder of a path will contain, by their ending."""
        folder, name = os.path.split(self.locate(path))
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            return
        for other in names:
            if other != name and other.endswith(ending):
                file = os.path.join(folder, other)
                yield self.repaired.get(file) or read_file(file) or b""

    def open_sources(self) -> Callable[[str, bytes], Source]:
        """Return what opens a file in the form that fixers read; the files around it do not change.

        For all leaks of a file, its neighbors are read once.
        """
        is_ignored = cache(self.is_ignored)
        read_neighbors = cache(lambda path, ending: (*self.read_neighbors(path, ending),))

        def open_source(path: str, content: bytes) -> Source:
            return Source(
                path,
                content,
                is_ignored,
                self.is_tracked,
                bool(self.top),
                lambda ending: read_neighbors(path, ending),
                lambda ending: _read_tracked(self.top, self.tracked, ending),
            )

        return open_source


@lru_cache(maxsize=4)  # for all leaks of a run
def _read_tracked(top: str, tracked: frozenset[str], ending: str) -> tuple[tuple[str, bytes], ...]:
    """Return the tracked files with an ending, as they were before the fix."""
    access = FileAccess(top, tracked)
    paths = sorted(path for path in tracked if path.endswith(ending))
    return tuple((path, read_file(access.locate(path)) or b"") for path in paths)


def read_file(file: str, max_size: int = _MAX_NAMED) -> bytes | None:
    """Return the content of a regular file, or `None`; links are not followed."""
    try:
        return None if os.path.islink(file) else small_files.read_small_file(file, max_size)
    except OSError:
        return None
