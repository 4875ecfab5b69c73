"""Turns texts of flags, variables and files into values; each raises `ValueError` in words."""

from __future__ import annotations

from collections.abc import Callable

from wakeyscan.core.finding import Severity

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse_size(value: object) -> int:
    """Read a size in bytes, as 500k, 20M, 2G or 1048576."""
    text = str(value).strip().lower().removesuffix("b").removesuffix("i")
    digits = text.rstrip("kmgt")
    if not digits.isascii() or not digits.isdigit() or text[len(digits) :] not in _UNITS:
        raise ValueError("must be a size, as 500k, 20M or 2G")
    return int(digits) * _UNITS[text[len(digits) :]]


def parse_severity(value: object) -> Severity:
    """Read a severity."""
    name = str(value).upper()
    if name not in Severity.__members__:
        raise ValueError(f"must be one of {', '.join(map(str, Severity))}")
    return Severity[name]


def parse_fail_on(value: object) -> Severity | None:
    """Read a severity, or `never`."""
    if str(value).lower() == "never":
        return None
    try:
        return parse_severity(value)
    except ValueError as error:
        raise ValueError(f"{error}, never") from None


def parse_count(value: object) -> int:
    """Read a whole number."""
    if not str(value).isascii() or not str(value).isdigit():
        raise ValueError("must be a whole number")
    return int(str(value))


def build_choice(*names: str) -> Callable[[object], str]:
    """Make what takes one of these names."""

    def check(value: object) -> str:
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return str(value)

    return check


def parse_switch(value: str) -> bool:
    """Read what turns a switch on or off."""
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False}
    if value.lower() not in known:
        raise ValueError("must be 1 or 0, true or false, yes or no, on or off")
    return known[value.lower()]
