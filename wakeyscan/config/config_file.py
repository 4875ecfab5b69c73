"""Finds the configuration file, on disk or as it stands at a revision, and checks what it says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from wakeyscan.config import converters
from wakeyscan.core import path_patterns, small_files
from wakeyscan.core.errors import ConfigError
from wakeyscan.suppression.policy import AllowedPath, Policy, RuleOverride

if TYPE_CHECKING:
    from wakeyscan.sources.revision import Revision

_FILES = (".wakeyscan.toml", "pyproject.toml")
_KEYS = ("allow", "exclude", "fail-on", "max-file-size", "rule", "rules")
"""What a file may set. Never where keys are sent: a scanned repository must not steer that."""

Table = dict[str, Any]


class ConfigFile(NamedTuple):
    """A configuration file, its table checked."""

    name: str = ""
    """What it is called in messages; empty: there is none."""
    folder: str = "."
    """What its patterns and its folder of rules are relative to."""
    table: Table = {}  # noqa: RUF012  # nobody writes to it


def find_config_file(named: str, revision: Revision | None) -> ConfigFile:
    """Find the nearest file, or the one that was named; raises `ConfigError`.

    At a revision a file that is not there says nothing, though it be named: a change that brings
    it must not be its first reader. One outside of the repository is read where it is.
    """
    if named:
        content = _read_at(named, revision)
        if content is None and not os.path.lexists(named):
            raise ConfigError(f"{named}: is neither here nor at {revision}")
        return ConfigFile() if content is None else _found(named, content, revision)
    for path, ours in _candidates():
        if revision is not None and revision.find_path(path) is None:
            break  # above a bare repository
        # A special file or a broken link in the place of our own file is refused, not passed over.
        there = os.path.lexists(path) if ours else os.path.isfile(path)
        content = _read_at(path, revision) if revision or there else None
        # Most projects' pyproject.toml says nothing of us: then TOML is not even loaded.
        if content is not None and (ours or b"wakeyscan" in content):
            found = _found(path, content, revision)
            if ours or found.table:
                return found
    return ConfigFile()


def _found(path: str, content: bytes, revision: Revision | None) -> ConfigFile:
    there = revision is not None and revision.find_path(path) is not None
    name = f"{path} at {revision}" if there else path
    table = _table(name, content, os.path.basename(path) == _FILES[1])
    return ConfigFile(name, os.path.dirname(path) or ".", _checked(name, table))


def _candidates() -> Iterator[tuple[str, bool]]:
    """Yield the paths to look at, from here up to the top of the repository."""
    at = os.getcwd()
    while True:
        for name in _FILES:
            yield os.path.relpath(os.path.join(at, name)), name == _FILES[0]
        above = os.path.dirname(at)
        if above == at or os.path.lexists(os.path.join(at, ".git")):
            return
        at = above


def read_at_revision(path: str, revision: Revision | None) -> tuple[bool, bytes | None]:
    """Say whether a file is to be read from a revision, and what it holds there, if it is there."""
    inside = revision.find_path(path) if revision else None
    if revision is None or inside is None:
        return False, None
    return True, revision.read_file(inside)


def _read_at(path: str, revision: Revision | None) -> bytes | None:
    there, held = read_at_revision(path, revision)
    if there:
        return held
    try:
        return small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE)
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None


def _table(path: str, content: bytes, project: bool) -> Table:
    try:
        whole = small_files.parse_toml(content)
    except ValueError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    tool = whole.get("tool", {})
    table = tool.get("wakeyscan", {}) if isinstance(tool, dict) else {}
    if not project and not table:
        table = whole
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: 'wakeyscan' must be a table")
    return table


def _checked(path: str, table: Table) -> Table:
    for key, value in table.items():
        if key not in _KEYS:
            raise ConfigError(f"{path}: unknown key {key!r}{_near(key, _KEYS)}")
        if key == "exclude":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigError(f"{path}: 'exclude' must be a list of texts")
            _refuse_patterns(f"{path}: 'exclude'", value)
        elif key not in ("allow", "rule") and not (
            isinstance(value, str) or (key == "max-file-size" and type(value) is int)
        ):
            raise ConfigError(f"{path}: {key!r} must be a text")
    return table


def parse_policy(found: ConfigFile, revision: Revision | None) -> Policy:
    """Read what a file says of rules and paths; raises `ConfigError`."""
    return Policy(
        file=found.name,
        root=found.folder,
        rule_overrides=tuple(_rulings(found)),
        allowed_paths=tuple(_allowances(found)),
        exclude=tuple(found.table.get("exclude", ())),
        revision=revision.commit if revision else "",
    )


def _rulings(found: ConfigFile) -> Iterator[RuleOverride]:
    tables = found.table.get("rule", {})
    where = f"{found.name}: 'rule'"
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        raise ConfigError(f"{where} must be tables, as [rule.authorization-header]")
    for rule, fields in tables.items():
        here = f"{where}: {rule}"
        _refuse_fields(here, fields, ("severity", "enabled"))
        severity = None
        if "severity" in fields:
            severity = _converted(
                converters.parse_severity, fields["severity"], f"{here}: severity"
            )
        enabled = fields.get("enabled", True)
        if not isinstance(enabled, bool):
            raise ConfigError(f"{here}: enabled must be true or false, not {enabled!r}")
        yield RuleOverride(rule, severity, enabled)


def _allowances(found: ConfigFile) -> Iterator[AllowedPath]:
    tables = found.table.get("allow", [])
    where = f"{found.name}: 'allow'"
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise ConfigError(f"{where} must be tables, as [[allow]]")
    for fields in tables:
        _refuse_fields(where, fields, ("path", "rule", "reason"))
        path, rule, reason = (fields.get(name, "") for name in ("path", "rule", "reason"))
        for name, text in (("path", path), ("rule", rule), ("reason", reason)):
            if not isinstance(text, str):
                raise ConfigError(f"{where}: {name!r} must be a text")
            if not text.strip() and (name != "rule" or name in fields):
                raise ConfigError(f"{where}: {name!r} is missing or empty")
        _refuse_patterns(where, [path])
        yield AllowedPath(path, rule, " ".join(reason.split()))


def _refuse_fields(where: str, fields: Table, known: tuple[str, ...]) -> None:
    for name in fields:
        if name not in known:
            raise ConfigError(f"{where}: unknown key {name!r}{_near(name, known)}")


def _converted(convert: Callable[[object], Any], value: object, where: str) -> Any:
    try:
        return convert(value)
    except ValueError as refused:
        raise ConfigError(f"{where} {refused}, not {value!r}") from None


def _refuse_patterns(where: str, patterns: Iterable[str]) -> None:
    for pattern in patterns:
        try:
            path_patterns.build_path_matcher([pattern], ".")
        except ValueError:
            raise ConfigError(f"{where}: no gitignore pattern: {pattern!r}") from None


def _near(key: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), known, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
