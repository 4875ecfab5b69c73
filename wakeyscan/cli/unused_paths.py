"""Allowed paths of a configuration that match no file, for example because of a typo."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core import path_patterns
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.sources import files
from wakeyscan.sources.options import SourceOptions

if TYPE_CHECKING:
    from wakeyscan.suppression import Policy

MAX_FILES = 100_000
"""Maximum number of files that are compared: 1,000 patterns take minutes for them."""


def list_unused_paths(policy: Policy) -> list[str] | None:
    """Return the allowed paths that match no file below the folder of the configuration.

    `None`: there are too many files. Files that git ignores do not count, as in a scan. Raise
    `WakeyscanError`.
    """
    patterns = dict.fromkeys(allowed.path for allowed in policy.allowed_paths)
    matchers = {one: path_patterns.build_path_matcher([one], policy.root) for one in patterns}
    for number, path in enumerate(_list_files(policy.root)):
        if number == MAX_FILES:
            return None
        matchers = {one: match for one, match in matchers.items() if not match(path, "")}
        if not matchers:
            return []
    return [*matchers]


def _list_files(folder: str) -> Iterator[str]:
    units = files.list_units(folder, SourceOptions())
    return (unit for unit in units if isinstance(unit, str))
