"""Sources of settings: which of flags, variables and the file decides each one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wakeyscan.config import build, config_file
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import API_KEY, APP_KEY, FINGERPRINT_KEY, Secret
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.mirror import remove_credentials

if TYPE_CHECKING:
    from wakeyscan.config.options import Option, Values

DEFAULT, FILE, ENVIRONMENT, FLAG = "default", "file", "environment", "flag"
"""Kinds of sources, from the weakest to the strongest."""

_DEFAULT_MARK = "Default: "
_FILE_ONLY = ("agent-fail", "exclude", "rule", "allow")
_CONTROL_KEY = "WAKEYSCAN_CONTROL_KEY"

Value = object
"""A text, a switch, or a list or table of a file; no secret."""


class Setting(NamedTuple):
    """The effective value of a setting."""

    name: str
    value: Value
    source: str
    place: str = ""
    """The flag, variable or file that sets it; empty for a default."""


def list_settings(
    values: Values, options: tuple[Option, ...], environment: Mapping[str, str]
) -> Iterator[Setting]:
    """Yield all settings with their sources; raise `UsageError` or `ConfigError`."""
    settings = build.build_config(values, options, environment)  # refuses what is invalid
    in_environment = build.read_environment(options, environment)
    named = str({**in_environment, **values}.get("config", ""))
    file = config_file.find_config_file(named, settings.revision)
    for option in options:
        yield _find_setting(option, values, in_environment, file)
    for name in _FILE_ONLY:
        if name in file.table:
            yield Setting(name, file.table[name], FILE, file.name)
    yield from _list_hidden(environment)


def _find_setting(
    option: Option, flags: Values, in_environment: Values, file: config_file.ConfigFile
) -> Setting:
    if option.key in flags:
        return Setting(option.name, _show(option, flags), FLAG, f"--{option.name}")
    if option.key in in_environment:
        return Setting(option.name, _show(option, in_environment), ENVIRONMENT, option.variable)
    if option.name in file.table:
        return Setting(option.name, file.table[option.name], FILE, file.name)
    return Setting(option.name, _find_default(option), DEFAULT)


def _show(option: Option, values: Values) -> Value:
    """Return a value without secrets."""
    value = values[option.key]
    if option.name == "app-key":
        return str(Secret(str(value).encode("utf-8", "surrogateescape"), APP_KEY))
    return remove_credentials(redact(value)) if isinstance(value, str) else value


def _find_default(option: Option) -> Value:
    """Return the default that the help names."""
    if not option.metavar:
        return False
    return option.help.partition(_DEFAULT_MARK)[2].removesuffix(".") or None


def _list_hidden(environment: Mapping[str, str]) -> Iterator[Setting]:
    """Yield the keys that only the environment can set, without their values."""
    control = environment.get(_CONTROL_KEY, "").strip()
    shown = str(Secret(control.encode("utf-8", "surrogateescape"), API_KEY)) if control else None
    for name, variable, value in (
        ("control-key", _CONTROL_KEY, shown),
        ("fingerprint-key", FINGERPRINT_KEY, "set" if environment.get(FINGERPRINT_KEY) else None),
    ):
        yield Setting(name, value, *((ENVIRONMENT, variable) if value else (DEFAULT, "")))


def format_value(value: Value) -> str:
    """Return a value as text."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
