"""Key paths: the mappings and lists that lead to an offset in a JSON or YAML text."""

from __future__ import annotations

from collections.abc import Sequence

from wakeyscan.core.typing import NamedTuple

Value = dict[str, "Value"] | list["Value"] | str | None
"""A parsed value; a scalar is its text."""

Step = str | int
"""The name of a member of a mapping, or the number of an item of a list, counted from 0."""


class KeyPath(NamedTuple):
    """The path to an offset, from the outermost value inwards."""

    values: tuple[Value, ...]
    """The mappings and lists on the path."""
    steps: tuple[Step, ...]
    """The step out of each of them."""
    start: int = -1
    """Start of the scalar that holds the offset; -1 in a name, a comment, or between values."""

    def find_below(self, *names: str) -> int:
        """Return the first level below these consecutive names; -1 if there is none."""
        for level in range(len(self.steps) - len(names) + 1):
            if self.steps[level : level + len(names)] == names:
                return level + len(names)
        return -1


def text_at(value: Value, *names: str) -> str:
    """Return the scalar below consecutive names; empty if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def value_at(values: Sequence[Value], level: int) -> Value:
    """Return the value at a level of a path, or `None`."""
    return values[level] if 0 <= level < len(values) else None


def format_path(path: KeyPath, level: int = 0) -> str:
    """Return the steps from a level on, with items by name: `env[API_KEY].value`."""
    text = ""
    for value, step in zip(path.values[level:], path.steps[level:], strict=True):
        if isinstance(step, int):
            text += f"[{_find_item_name(value, step)}]"
        else:
            text += f".{step}" if text else step
    return text


def _find_item_name(value: Value, number: int) -> str:
    item = value[number] if isinstance(value, list) and number < len(value) else None
    return text_at(item, "name") or text_at(item, "key") or str(number)
