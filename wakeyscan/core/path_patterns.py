"""Gitignore patterns, for `exclude` and `[[allow]]` in a configuration file."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable

from wakeyscan.core.errors import ConfigError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    import pathspec
    import regex
else:
    # Only a configuration with patterns needs these, and they take 50 ms.
    pathspec = lazy_import("pathspec")
    regex = lazy_import("regex")

PathMatcher = Callable[[str, str], bool]
"""Takes a path and its base folder (empty: the current one); returns whether a pattern matches."""

_BACKEND = "simple"
"""pathspec's backend for `re`. The others encode paths as UTF-8, which fails for some names."""

_NEWLINE = "\udc0a"
"""Replaces newlines, at which `.` and `$` of `re` stop. No decoded file name contains it."""


_MAX_SECONDS = 2
"""Maximum processor time for a pattern and a path: with many `*`, it can grow exponentially."""


def build_path_matcher(patterns: Iterable[str], root: str) -> PathMatcher:
    """Compile patterns relative to the folder `root`; raise `ValueError` for an invalid one.

    The matcher raises `ConfigError` if a pattern takes too long on a path.
    """
    lines = (pattern.replace("\n", _NEWLINE) for pattern in patterns)
    try:
        spec = pathspec.GitIgnoreSpec.from_lines(lines, backend=_BACKEND)
    except re.error as error:
        raise ValueError(str(error)) from None
    for pattern in spec.patterns:
        if pattern.regex is not None:
            bounded: Any = _BoundedPattern(pattern.regex.pattern)
            pattern.regex = bounded
    matches, top = spec.match_file, os.path.abspath(root)

    def match(path: str, base: str) -> bool:
        relative = os.path.relpath(os.path.join(os.path.abspath(base), path), top)
        return bool(matches(relative.replace(os.sep, "/").replace("\n", _NEWLINE)))

    return match


class _BoundedPattern:
    """A pattern whose search ends; `re` has no limit of time."""

    def __init__(self, pattern: str) -> None:
        self._pattern = regex.compile(pattern)

    def search(self, path: str) -> regex.Match[str] | None:
        try:
            return self._pattern.search(path, timeout=_MAX_SECONDS)
        except TimeoutError:
            raise ConfigError(
                f"{redact(path)}: a pattern of exclude or [[allow]] takes more than"
                f" {_MAX_SECONDS} s on this path; use fewer *"
            ) from None
