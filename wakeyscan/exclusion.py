"""Leaves out the files that the user's configuration excludes, and counts them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from wakeyscan.finding import Document, Skipped
from wakeyscan.scope import Scope

Item = TypeVar("Item", "str | Skipped", "Document | Skipped")


class Exclusion:
    """The patterns of `exclude`, relative to the folder of the file that sets them."""

    def __init__(self, scope: Scope) -> None:
        self.count = 0
        """Files left out so far."""
        self._root = os.path.abspath(scope.root)
        self._matches = _compiled(scope.exclude) if scope.exclude else None

    def kept(self, items: Iterable[Item], base: str = "") -> Iterator[Item]:
        """Yield what is not excluded; paths are relative to `base`, or to the present folder."""
        for item in items:
            if self._matches and self._excludes(item, base, self._matches):
                self.count += 1
            else:
                yield item

    def _excludes(
        self, item: str | Document | Skipped, base: str, matches: Callable[[str], bool]
    ) -> bool:
        if not isinstance(item, str) and item.origin.part:
            return False  # a message has no path to go by
        path = item if isinstance(item, str) else item.origin.path
        inside = os.path.relpath(os.path.join(os.path.abspath(base), path), self._root)
        return matches(inside.replace(os.sep, "/"))


def _compiled(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    import pathspec  # 40 ms that only who excludes something pays

    return pathspec.GitIgnoreSpec.from_lines(patterns).match_file
