"""Converters from text to values of options; each raises `ValueError` with what it expected."""

from __future__ import annotations

from collections.abc import Callable

from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}

_SWITCH_VALUES = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def parse_size(value: object) -> int:
    """Parse a size in bytes, for example 500k, 20M, 2G or 1048576."""
    text = str(value).strip().lower().removesuffix("b").removesuffix("i")
    digits = text.rstrip("kmgt")
    unit = text[len(digits) :]
    if not digits.isascii() or not digits.isdigit() or unit not in _UNITS:
        raise ValueError("expected a size such as 500k, 20M or 2G")
    return int(digits) * _UNITS[unit]


def parse_severity(value: object) -> Severity:
    """Parse the name of a severity, in any case."""
    name = str(value).upper()
    if name not in Severity.__members__:
        raise ValueError(f"expected one of {', '.join(map(str, Severity))}")
    return Severity[name]


def parse_fail_on(value: object) -> Severity | None:
    """Parse the name of a severity; return `None` for `never`."""
    if str(value).lower() == "never":
        return None
    try:
        return parse_severity(value)
    except ValueError as error:
        raise ValueError(f"{error}, never") from None


def parse_count(value: object) -> int:
    """Parse a whole number."""
    if not str(value).isascii() or not str(value).isdigit():
        raise ValueError("expected a whole number")
    return int(str(value))


def parse_report(value: object) -> tuple[str, str]:
    """Parse `NAME=FILE` into the report format and the file."""
    name, equals, file = str(value).partition("=")
    if not (name and equals and file):
        raise ValueError("expected NAME=FILE, for example sarif=wakeyscan.sarif")
    return name, file


def build_choice(*names: str) -> Callable[[object], str]:
    """Return a converter that accepts the given names."""

    def parse(value: object) -> str:
        if value not in names:
            raise ValueError(f"expected one of {', '.join(names)}")
        return str(value)

    return parse


def parse_switch(value: object) -> bool:
    """Parse the value of a variable that turns a switch on or off."""
    name = str(value).lower()
    if name not in _SWITCH_VALUES:
        raise ValueError("expected 1 or 0, true or false, yes or no, on or off")
    return _SWITCH_VALUES[name]


def convert(
    converter: Callable[[object], Any], value: object, place: str, error: type[Exception]
) -> Any:
    """Return the converted value; raise `error` with its place if the value is invalid."""
    try:
        return converter(value)
    except ValueError as problem:
        raise error(f"{place}: {problem}, got {value!r}") from None
