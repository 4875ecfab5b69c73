"""Settings by precedence: options of the command line, then variables, then the file."""

from __future__ import annotations

from collections.abc import Callable

from wakeyscan.config import converters
from wakeyscan.core.errors import ConfigError, UsageError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.config.config_file import ConfigFile
    from wakeyscan.config.options import Values

_NOT_EMPTY = ("policy-from", "rules", "config", "ignore-file", "template")


class Settings(NamedTuple):
    """The values of all settings that are given somewhere."""

    flags: Values
    """Values of the command line."""
    given: Values
    """Values of the command line and of variables."""
    file: ConfigFile

    def get(self, name: str, converter: Callable[[Any], Any], default: Any) -> Any:
        """Return a converted setting; raise `UsageError` or `ConfigError` if it is invalid."""
        key = name.replace("-", "_")
        if key in self.given:
            place = f"--{name}" if key in self.flags else f"WAKEYSCAN_{key.upper()}"
            return converters.convert(converter, self.given[key], place, UsageError)
        if name in self.file.table:
            place = f"{self.file.name}: {name}"
            return converters.convert(converter, self.file.table[name], place, ConfigError)
        return default

    def is_on(self, key: str) -> bool:
        """Return whether a switch is on."""
        return bool(self.given.get(key))

    def get_text(self, key: str) -> str:
        """Return a setting that a file cannot have, or an empty text."""
        return str(self.given.get(key, ""))

    def get_list(self, key: str) -> list[str]:
        """Return the values of a repeatable option."""
        value = self.given.get(key, [])
        return value if isinstance(value, list) else []


def refuse_empty_values(flags: Values) -> None:
    """Raise `UsageError` for an option without a value, as from an unset variable in CI.

    It would count as absent, and the run would be less strict than intended.
    """
    for name in _NOT_EMPTY:
        if flags.get(name.replace("-", "_")) == "":
            raise UsageError(f"--{name}: the value is empty; give one, or omit the option")
