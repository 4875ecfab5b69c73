"""What of a target is looked at, and how much of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from wakeyscan.core import path_patterns
from wakeyscan.core.document import Document, Skipped


class SourceOptions(NamedTuple):
    """The limits that a person sets; plain data, so that every process can have it."""

    max_file_size: int | None = None
    """Bytes; a larger file is skipped, and said. `None`: no limit, however large a file is."""
    gitignore: bool = True
    """Leave out what git ignores, inside a work tree."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns of what to leave out."""
    whole_files: bool = False
    """Of a change: look at all of the files that it touches, not at what it adds alone."""
    only: tuple[str, ...] = ()
    """Of a change: look at these paths, from the top of the work tree; empty: at all."""
    root: str = "."
    """The folder that the patterns of `exclude` are relative to."""


Item = TypeVar("Item", "str | Skipped", "Document | Skipped")


class PathFilter:
    """The patterns of `exclude`, relative to the folder of the file that sets them."""

    def __init__(self, scope: SourceOptions) -> None:
        self.count = 0
        """Files left out so far."""
        self._matches = (
            path_patterns.build_path_matcher(scope.exclude, scope.root) if scope.exclude else None
        )

    def filter(self, items: Iterable[Item], base: str = "") -> Iterator[Item]:
        """Yield what is not excluded; paths are relative to `base`, or to the present folder."""
        for item in items:
            if self._matches and _excludes(item, base, self._matches):
                self.count += 1
            else:
                yield item


def _excludes(
    item: str | Document | Skipped, base: str, matches: path_patterns.PathMatcher
) -> bool:
    if not isinstance(item, str) and item.origin.part:
        return False  # a message has no path to go by
    return matches(item if isinstance(item, str) else item.origin.path, base)
