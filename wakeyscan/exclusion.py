"""Leaves out the files that the user's configuration excludes, and counts them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from wakeyscan.errors import ConfigError
from wakeyscan.finding import Skipped
from wakeyscan.scope import Scope


class Exclusion:
    """The patterns of `exclude`, relative to the folder of the file that sets them."""

    def __init__(self, scope: Scope) -> None:
        self.count = 0
        """Files left out so far."""
        self._root = os.path.realpath(scope.root)
        self._matches = _compiled(scope.exclude) if scope.exclude else None

    def kept(self, units: Iterable[str | Skipped]) -> Iterator[str | Skipped]:
        """Yield the units that are not excluded."""
        if self._matches is None:
            yield from units
            return
        for unit in units:
            path = unit.origin.path if isinstance(unit, Skipped) else unit
            inside = os.path.relpath(os.path.realpath(path), self._root)
            if self._matches(inside.replace(os.sep, "/")):
                self.count += 1
            else:
                yield unit


def _compiled(patterns: tuple[str, ...]):  # type: ignore[no-untyped-def]
    import pathspec  # 40 ms that only who excludes something pays

    try:
        return pathspec.GitIgnoreSpec.from_lines(patterns).match_file
    except ValueError as error:
        raise ConfigError(f"exclude: {error}") from None
