"""Flags, variables and files -> one frozen Config; in that order of precedence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from wakeyscan.arguments import Option, Values
from wakeyscan.cachefolder import cache_folder
from wakeyscan.errors import ConfigError, UsageError
from wakeyscan.finding import API_KEY, APP_KEY, Secret, Severity
from wakeyscan.scope import Scope

_FILES = (".wakeyscan.toml", "pyproject.toml")
_FILE_KEYS = ("exclude", "fail-on", "max-file-size", "rules")
"""What a file may set. Never where keys are sent: a scanned repository must not steer that."""

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


class Asking(NamedTuple):
    """Whether, and where, keys are asked about; the invoking user alone says so, no file."""

    verify: bool = False
    require: bool = False
    plan: bool = False
    app_key: Secret | None = None
    control: Secret | None = None
    """A key that is known to be good, from the environment alone."""
    api_url: str = ""
    """Empty: WAStack's own."""
    proxy: str = ""
    cache: str | None = None
    """The folder in which answers are remembered, if they are; empty: there is none to do it in."""

    @property
    def wanted(self) -> bool:
        """Whether keys are asked about, or it is to be said what would be sent."""
        return self.verify or self.plan


class Config(NamedTuple):
    """All settings of a run."""

    format: str
    reports: tuple[tuple[str, str], ...]
    """Further reports: (format, file)."""
    fail_on: Severity | None
    rules: str
    """A folder of further rules, or empty."""
    jobs: int
    """0: as many as there are processors."""
    scope: Scope
    show_suppressed: bool
    sarif_profile: str
    quiet: bool
    verbose: bool
    color: str
    asking: Asking
    ignore_file: str = ""
    """Empty: the one at the top of the repository that one stands in."""
    strict_ignores: bool = False
    honor_foreign_ignores: bool = False


def build(values: Values, options: tuple[Option, ...], environment: Mapping[str, str]) -> Config:
    """Build the configuration of a scanning command; raises `UsageError` or `ConfigError`."""
    given = {**from_environment(options, environment), **values}
    file, table = _from_file(str(given.get("config", "")))
    folder = os.path.dirname(file) or "."

    def pick(name: str, convert: Callable[[Any], Any], default: Any) -> Any:
        key = name.replace("-", "_")
        if key in given:
            where = f"--{name}" if key in values else f"WAKEYSCAN_{key.upper()}"
            return _converted(convert, given[key], where, UsageError)
        if name in table:
            return _converted(convert, table[name], f"{file}: {name}", ConfigError)
        return default

    rules = pick("rules", str, "")
    from_file = "rules" in table and "rules" not in given
    scope = Scope(
        max_file_size=pick("max-file-size", size, None),
        gitignore=not given.get("no_gitignore", False),
        whole_files=bool(given.get("whole_files")),
        exclude=tuple(table.get("exclude", ())),
        root=folder,
    )
    return Config(
        format=pick("format", str, "text"),
        reports=tuple(_named_file(pair) for pair in pick("report", _listed, [])),
        fail_on=pick("fail-on", _level, Severity.LOW),
        rules=os.path.join(folder, rules) if from_file and rules else rules,
        jobs=pick("jobs", _count, 0),
        scope=scope,
        show_suppressed=bool(given.get("show_suppressed")),
        sarif_profile=pick("sarif-profile", _one_of("generic", "github"), "generic"),
        quiet=bool(given.get("quiet")),
        verbose=bool(given.get("verbose")),
        color=pick("color", _one_of("auto", "always", "never"), "auto"),
        asking=_asking(given, environment),
        ignore_file=str(given.get("ignore_file", "")),
        strict_ignores=bool(given.get("strict_ignores")),
        honor_foreign_ignores=bool(given.get("honor_foreign_ignores")),
    )


def _asking(given: Values, environment: Mapping[str, str]) -> Asking:
    app_key, control = str(given.get("app_key", "")), environment.get("WAKEYSCAN_CONTROL_KEY", "")
    return Asking(
        verify=bool(given.get("verify")),
        require=bool(given.get("require_verified")),
        plan=bool(given.get("verify_plan")),
        app_key=Secret(os.fsencode(app_key), APP_KEY) if app_key else None,
        control=Secret(os.fsencode(control.strip()), API_KEY) if control else None,
        api_url=str(given.get("api_url", "")),
        proxy=str(given.get("proxy", "")),
        cache=cache_folder() if given.get("verify_cache") else None,
    )


def from_environment(options: tuple[Option, ...], environment: Mapping[str, str]) -> Values:
    """Read the options that variables set; an empty variable sets nothing."""
    values: Values = {}
    for option in options:
        text = environment.get(option.variable, "")
        if text and option.metavar:
            values[option.key] = text.split() if option.many else text
        elif text:
            values[option.key] = _converted(_switch, text, option.variable, UsageError)
    return values


def size(value: object) -> int:
    """Read a size in bytes, as 500k, 20M, 2G or 1048576; raises `ValueError`."""
    text = str(value).strip().lower().removesuffix("b").removesuffix("i")
    digits = text.rstrip("kmgt")
    if not digits.isascii() or not digits.isdigit() or text[len(digits) :] not in _UNITS:
        raise ValueError("must be a size, as 500k, 20M or 2G")
    return int(digits) * _UNITS[text[len(digits) :]]


def _converted(
    convert: Callable[[Any], Any], value: object, where: str, error: type[Exception]
) -> Any:
    try:
        return convert(value)
    except ValueError as refused:
        raise error(f"{where} {refused}, not {value!r}") from None


def _level(value: object) -> Severity | None:
    name = str(value).lower()
    if name == "never":
        return None
    if name.upper() not in Severity.__members__:
        raise ValueError(f"must be one of {', '.join(map(str, Severity))}, never")
    return Severity[name.upper()]


def _count(value: object) -> int:
    if not str(value).isascii() or not str(value).isdigit():
        raise ValueError("must be a whole number")
    return int(str(value))


def _one_of(*names: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return str(value)

    return check


def _switch(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if value.lower() not in known:
        raise ValueError("must be 1 or 0, true or false, yes or no, on or off")
    return known[value.lower()]


def _listed(value: list[str]) -> list[str]:
    return value


def _named_file(pair: str) -> tuple[str, str]:
    name, equals, file = pair.partition("=")
    if not (name and equals and file):
        raise UsageError(f"--report must be NAME=FILE, as sarif=wakeyscan.sarif, not {pair!r}")
    return name, file


def _from_file(named: str) -> tuple[str, dict[str, Any]]:
    """Find and check the configuration file: (path, table), or ('', {}) where there is none."""
    if named:
        return named, _checked(named, _table(named, _read(named)))
    at = os.getcwd()
    while True:
        for name in _FILES:
            path = os.path.relpath(os.path.join(at, name))
            if not os.path.isfile(path):
                continue
            content, ours = _read(path), name == _FILES[0]
            # Most projects' pyproject.toml says nothing of us: then TOML is not even loaded.
            if ours or b"wakeyscan" in content:
                table = _table(path, content)
                if ours or table:
                    return path, _checked(path, table)
        above = os.path.dirname(at)
        if above == at or os.path.lexists(os.path.join(at, ".git")):
            return "", {}
        at = above


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}") from None


def _table(path: str, content: bytes) -> dict[str, Any]:
    import tomllib

    try:
        whole = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from None
    tool = whole.get("tool", {})
    table = tool.get("wakeyscan", {}) if isinstance(tool, dict) else {}
    if os.path.basename(path) != "pyproject.toml" and not table:
        table = whole
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: 'wakeyscan' must be a table")
    return table


def _checked(path: str, table: dict[str, Any]) -> dict[str, Any]:
    for key, value in table.items():
        if key not in _FILE_KEYS:
            raise ConfigError(f"{path}: unknown key {key!r}{_near(key)}")
        if key == "exclude":
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                raise ConfigError(f"{path}: 'exclude' must be a list of texts")
            _refuse_patterns(path, value)
        elif not isinstance(value, str) and not (key == "max-file-size" and type(value) is int):
            raise ConfigError(f"{path}: {key!r} must be a text")
    return table


def _refuse_patterns(path: str, patterns: list[str]) -> None:
    import re

    from pathspec import GitIgnoreSpec  # 40 ms that only who excludes something pays

    for pattern in patterns:
        try:
            GitIgnoreSpec.from_lines([pattern])
        except (ValueError, re.error):
            raise ConfigError(f"{path}: 'exclude': no gitignore pattern: {pattern!r}") from None


def _near(key: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key.replace("_", "-"), _FILE_KEYS, 1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(_FILE_KEYS)}"


def wants_color(color: str, environment: Mapping[str, str]) -> bool:
    """Decide on colour: the flag, NO_COLOR, FORCE_COLOR, then whether stdout is a terminal."""
    if color != "auto":
        return color == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE"):
        return True
    terminal = sys.stdout is not None and sys.stdout.isatty()
    return terminal and environment.get("TERM", "") != "dumb"
