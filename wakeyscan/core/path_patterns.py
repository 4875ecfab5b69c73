"""Gitignore patterns, for `exclude` and `[[allow]]` in a configuration file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wakeyscan.core.lazy import lazy_import

if TYPE_CHECKING:
    import pathspec
else:
    # Only a configuration with patterns needs it, and it takes 40 ms.
    pathspec = lazy_import("pathspec")

PathMatcher = Callable[[str, str], bool]
"""Takes a path and its base folder (empty: the current one); returns whether a pattern matches."""

_BACKEND = "simple"
"""pathspec's backend for `re`. The others encode paths as UTF-8, which fails for some names."""

_NEWLINE = "\udc0a"
"""Replaces newlines, at which `.` and `$` of `re` stop. No decoded file name contains it."""


def build_path_matcher(patterns: Iterable[str], root: str) -> PathMatcher:
    """Compile patterns relative to the folder `root`; raise `ValueError` for an invalid one."""
    lines = (pattern.replace("\n", _NEWLINE) for pattern in patterns)
    try:
        matches = pathspec.GitIgnoreSpec.from_lines(lines, backend=_BACKEND).match_file
    except re.error as error:
        raise ValueError(str(error)) from None
    top = os.path.abspath(root)

    def match(path: str, base: str) -> bool:
        relative = os.path.relpath(os.path.join(os.path.abspath(base), path), top)
        return bool(matches(relative.replace(os.sep, "/").replace("\n", _NEWLINE)))

    return match
