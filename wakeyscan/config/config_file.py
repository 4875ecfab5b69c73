"""Configuration file: finding it on disk or at a revision, and validating it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sized

from wakeyscan.core.errors import ConfigError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.registry import suggest
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.core import path_patterns, small_files
    from wakeyscan.sources.revision import Revision
else:
    # Only a configuration file needs them.
    path_patterns = lazy_import("wakeyscan.core.path_patterns")
    small_files = lazy_import("wakeyscan.core.small_files")

_FILES = (".wakeyscan.toml", "pyproject.toml")
_KEYS = ("agent-fail", "allow", "exclude", "fail-on", "max-file-size", "rule", "rules")
"""Names of settings in a file. None of them decides where API keys are sent."""

_MAX_PATTERNS = 1000
"""Maximum number of patterns of one setting: each takes half a millisecond to compile."""

Table = dict[str, "Any"]


class ConfigFile(NamedTuple):
    """A configuration file with a validated table."""

    name: str = ""
    """Name for messages; empty if there is no file."""
    folder: str = "."
    """Folder that its patterns and rules folder are relative to."""
    table: Table = {}  # noqa: RUF012  # never modified


def find_config_file(named: str, revision: Revision | None) -> ConfigFile:
    """Return the named file, or the nearest one; raise `ConfigError`.

    A file that a change adds does not exist at its base revision. It is then ignored even if it is
    named, so that the change cannot configure its own scan. A file outside of the repository is
    read from disk.
    """
    if named:
        content = _read_at(named, revision)
        if content is None and not os.path.lexists(named):
            raise ConfigError(
                f"{named}: no such file or directory, neither on disk nor at {revision}"
            )
        return ConfigFile() if content is None else _parse_file(named, content, revision)
    for path, is_own in _list_candidates():
        if revision is not None and revision.find_path(path) is None:
            break  # outside of a bare repository
        # A special file or a broken link named .wakeyscan.toml is an error; skipping it would hide
        # that the configuration is not applied.
        exists = os.path.lexists(path) if is_own else os.path.isfile(path)
        content = _read_at(path, revision) if revision or exists else None
        # Most pyproject.toml files do not configure wakeyscan; parsing them costs time. Without
        # NULs, the name is found in UTF-16 too.
        if content is not None and (is_own or b"wakeyscan" in content.replace(b"\0", b"")):
            file = _parse_file(path, content, revision)
            if is_own or file.table:
                return file
    return ConfigFile()


def _parse_file(path: str, content: bytes, revision: Revision | None) -> ConfigFile:
    is_at_revision = revision is not None and revision.find_path(path) is not None
    name = f"{path} at {revision}" if is_at_revision else path
    table = _parse_table(name, content, is_project=os.path.basename(path) == _FILES[1])
    _check_table(name, table)
    return ConfigFile(name, os.path.dirname(path) or ".", table)


def _list_candidates() -> Iterator[tuple[str, bool]]:
    """Yield paths from the current directory up to the top of the repository.

    The flag is true for `.wakeyscan.toml`, and false for `pyproject.toml`.
    """
    folder = os.getcwd()
    while True:
        for name in _FILES:
            yield os.path.relpath(os.path.join(folder, name)), name == _FILES[0]
        parent = os.path.dirname(folder)
        if parent == folder or os.path.lexists(os.path.join(folder, ".git")):
            return
        folder = parent


def read_at_revision(path: str, revision: Revision | None) -> tuple[bool, bytes | None]:
    """Return whether a file is in the revision's repository, and its content there if any."""
    inside = revision.find_path(path) if revision else None
    if revision is None or inside is None:
        return False, None
    return True, revision.read_file(inside)


def _read_at(path: str, revision: Revision | None) -> bytes | None:
    is_at_revision, content = read_at_revision(path, revision)
    if is_at_revision:
        return content
    try:
        return small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _parse_table(path: str, content: bytes, is_project: bool) -> Table:
    try:
        document = small_files.parse_toml(content)
    except ValueError as error:
        raise ConfigError(f"{path}: invalid TOML: {error}") from None
    tool = document.get("tool", {})
    table = tool.get("wakeyscan", {}) if isinstance(tool, dict) else {}
    if not is_project and not table:
        table = document
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: 'wakeyscan': expected a table")
    return table


def _check_table(path: str, table: Table) -> None:
    for key, value in table.items():
        place = f"{path}: {key!r}"
        if key not in _KEYS:
            raise ConfigError(f"{path}: unknown key {key!r}{suggest(key, _KEYS)}")
        if key == "exclude":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigError(f"{place}: expected a list of strings")
            check_pattern_count(place, value)
            check_patterns(place, value)
        elif key not in ("allow", "rule") and not (
            isinstance(value, str) or (key == "max-file-size" and type(value) is int)
        ):
            raise ConfigError(f"{place}: expected a string")
        elif isinstance(value, str) and "\0" in value:  # no name of a folder has one
            raise ConfigError(f"{place}: has a NUL")


def check_pattern_count(place: str, patterns: Sized) -> None:
    """Raise `ConfigError` for too many patterns."""
    if len(patterns) > _MAX_PATTERNS:
        raise ConfigError(
            f"{place}: more than {_MAX_PATTERNS:,} patterns; name folders instead of files"
        )


def check_patterns(place: str, patterns: Iterable[str]) -> None:
    """Raise `ConfigError` for an invalid gitignore pattern."""
    for pattern in patterns:
        try:
            path_patterns.build_path_matcher([pattern], ".")
        except ValueError:
            raise ConfigError(f"{place}: invalid gitignore pattern {pattern!r}") from None
