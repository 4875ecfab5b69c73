"""Leaves out the files that the user's configuration excludes, and counts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from wakeyscan.core import files
from wakeyscan.core.document import Document, Skipped
from wakeyscan.scope import Scope

Item = TypeVar("Item", "str | Skipped", "Document | Skipped")


class Exclusion:
    """The patterns of `exclude`, relative to the folder of the file that sets them."""

    def __init__(self, scope: Scope) -> None:
        self.count = 0
        """Files left out so far."""
        self._matches = files.matcher(scope.exclude, scope.root) if scope.exclude else None

    def kept(self, items: Iterable[Item], base: str = "") -> Iterator[Item]:
        """Yield what is not excluded; paths are relative to `base`, or to the present folder."""
        for item in items:
            if self._matches and _excludes(item, base, self._matches):
                self.count += 1
            else:
                yield item


def _excludes(item: str | Document | Skipped, base: str, matches: files.Match) -> bool:
    if not isinstance(item, str) and item.origin.part:
        return False  # a message has no path to go by
    return matches(item if isinstance(item, str) else item.origin.path, base)
