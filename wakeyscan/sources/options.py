"""Options of sources: limits, and the filter of excluded paths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from typing import TypeVar

    from wakeyscan.core import path_patterns
    from wakeyscan.core.document import Document, Skipped

    Item = TypeVar("Item", str | Skipped, Document | Skipped)
else:
    # Only `exclude` and `[[allow]]` need it.
    path_patterns = lazy_import("wakeyscan.core.path_patterns")


class SourceOptions(NamedTuple):
    """The limits that a user sets; plain data, which every worker process can receive."""

    max_file_size: int | None = None
    """Bytes; a larger file is skipped and reported. `None`: no limit."""
    gitignore: bool = True
    """Whether to skip files that git ignores, inside a work tree."""
    exclude: tuple[str, ...] = ()
    """gitignore patterns of paths to exclude."""
    allowed: tuple[str, ...] = ()
    """gitignore patterns of paths whose findings are ignored, each pattern on its own."""
    whole_files: bool = False
    """Whether to report findings in all of a changed file, and not only in what it adds."""
    only: tuple[str, ...] = ()
    """Changed paths to scan, relative to the top of the work tree; empty: all."""
    counts_lines: bool = True
    """Whether the chunks of a large file know their lines; a worker reports no finding itself."""
    root: str = "."
    """The directory that the patterns are relative to."""


class PathFilter:
    """A filter of the paths that the `exclude` option matches."""

    def __init__(self, options: SourceOptions) -> None:
        self.count = 0
        """Number of files excluded so far."""
        self._matches = (
            path_patterns.build_path_matcher(options.exclude, options.root)
            if options.exclude
            else None
        )

    def filter(self, items: Iterable[Item], base: str = "") -> Iterator[Item]:
        """Yield the items that are not excluded.

        Paths are relative to `base`, or to the current directory.
        """
        for item in items:
            if self._matches and _is_excluded(item, base, self._matches):
                self.count += 1
            else:
                yield item


def _is_excluded(
    item: str | Document | Skipped, base: str, matches: path_patterns.PathMatcher
) -> bool:
    if not isinstance(item, str) and item.origin.part:
        return False  # a message has no path
    return matches(item if isinstance(item, str) else item.origin.path, base)


PathCheck = Callable[[str], bool]
"""Returns whether a path, relative to the top of the work tree, has a property."""


def build_excuse_check(options: SourceOptions) -> PathCheck:
    """Return a check whether the configuration hides findings at a path: `exclude`, `[[allow]]`."""
    groups = [options.exclude] * bool(options.exclude) + [(one,) for one in options.allowed]
    top = cache(lambda: worktree.find_work_tree(".") or "")

    @cache
    def build_matchers() -> list[path_patterns.PathMatcher]:
        return [path_patterns.build_path_matcher(group, options.root) for group in groups]

    return lambda path: any(matches(path, top()) for matches in build_matchers())
