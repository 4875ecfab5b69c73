"""Tells the way through a JSON or YAML text to an offset: names, numbers, and what stands beside.

`json` gives no offsets, and stops at the first fault; a window of a large file has one at its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

Value = dict[str, "Value"] | list["Value"] | str | None
Step = str | int

_DEEPEST = 100
"""Levels that are followed; libyaml takes quadratic time for brackets within brackets."""

_MOST = 1_000_000
"""Values that are read."""

_ROWS = 4
"""Down to this level an item of a list that has no offset in it is forgotten once it is read:
of ten thousand entries of an archive only those with a finding are held."""


class KeyPath(NamedTuple):
    """The way to an offset, from the outermost value inwards."""

    values: tuple[Value, ...]
    """The mappings and lists on the way."""
    steps: tuple[Step, ...]
    """The name or number, from 0, that leads out of each of them."""
    start: int = -1
    """Where the scalar that holds the offset begins; -1 in a name, a comment, or between values."""

    def below(self, *names: str) -> int:
        """Give the first level that these names, one after the other, lead to; -1: none does."""
        for level in range(len(self.steps) - len(names) + 1):
            if self.steps[level : level + len(names)] == names:
                return level + len(names)
        return -1


def text_at(value: Value, *names: str) -> str:
    """Give the scalar at the end of the names; empty where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def value_at(values: Sequence[Value], level: int) -> Value:
    """Give one of the values on the way, or `None`."""
    return values[level] if 0 <= level < len(values) else None


def dotted(trail: KeyPath, level: int = 0) -> str:
    """Write the steps from a level on as people do: `env[API_KEY].value`, an item by its name."""
    text = ""
    for value, step in zip(trail.values[level:], trail.steps[level:], strict=True):
        if isinstance(step, int):
            text += f"[{_named(value, step)}]"
        else:
            text += f".{step}" if text else step
    return text


def _named(value: Value, number: int) -> str:
    item = value[number] if isinstance(value, list) and number < len(value) else None
    return text_at(item, "name") or text_at(item, "key") or str(number)


class _Open(NamedTuple):
    """A mapping or list that is not at its end yet."""

    value: dict[str, Value] | list[Value]
    marks: int
    """How many offsets had been passed where it began."""


class _Growth:
    """Grows a tree from what is read, and keeps the ways to the offsets that it comes by."""

    def __init__(self, offsets: Sequence[int]) -> None:
        self.trails: list[KeyPath | None] = []
        self._offsets = offsets
        self._open: list[_Open] = []
        self._names: list[str | None] = []
        self._left = _MOST

    @property
    def done(self) -> bool:
        """Whether what follows is of no use, or more than we take."""
        return self._left <= 0 or len(self._open) > _DEEPEST

    def begin(self, at: int, value: dict[str, Value] | list[Value]) -> None:
        self._pass(at, at)
        self._open.append(_Open(value, len(self.trails)))
        self._names.append(None)

    def end(self, at: int) -> None:
        if self._open:
            self._pass(at, at)
            value, marks = self._open.pop()
            self._names.pop()
            idle = marks == len(self.trails) and len(self._open) <= _ROWS
            parent = self._open[-1].value if self._open else None
            self._add(None if idle and isinstance(parent, list) else value)

    def scalar(self, start: int, end: int, text: str | None) -> None:
        self._pass(start, end)
        self._add(text)

    def finish(self, size: int) -> None:
        if not self.done:
            self._pass(size, size)
        self.trails += [None] * (len(self._offsets) - len(self.trails))
        while self._open:
            value, _ = self._open.pop()
            self._names.pop()
            self._add(value)

    def _add(self, value: Value) -> None:
        self._left -= 1
        if not self._open:
            return
        into = self._open[-1].value
        if isinstance(into, list):
            into.append(value)
        elif self._names[-1] is None:
            self._names[-1] = value if isinstance(value, str) else ""
        else:
            into[self._names[-1]] = value
            self._names[-1] = None

    def _pass(self, start: int, end: int) -> None:
        """Keep the ways to the offsets up to `end`; from `start` on they are in one scalar."""
        while len(self.trails) < len(self._offsets):
            offset = self._offsets[len(self.trails)]
            if offset >= max(end, start):
                return
            self.trails.append(self._trail(start if start <= offset < end else -1))

    def _trail(self, start: int) -> KeyPath:
        values = tuple(item.value for item in self._open)
        steps = [
            len(value) if isinstance(value, list) else name
            for value, name in zip(values, self._names, strict=True)
        ]
        if steps and steps[-1] is None:
            start = -1
        if steps and start < 0:
            steps.pop()
        return KeyPath(
            values[: len(steps)], tuple("" if step is None else step for step in steps), start
        )


# A string that has no end reaches to that of the text: else each quote in it began another one.
_TOKEN = rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[]{}[]|[^]{}["\s,:]+'


def through_json(content: bytes, offsets: Sequence[int]) -> list[KeyPath | None]:
    """Give the way to each of the offsets, which ascend; `None` where there is none."""
    growth = _Growth(offsets)
    for token in re.finditer(_TOKEN, content, re.DOTALL):
        match token[0]:
            case b"{":
                growth.begin(token.start(), {})
            case b"[":
                growth.begin(token.start(), [])
            case b"}" | b"]":
                growth.end(token.start())
            case text:
                inside = text.removeprefix(b'"').removesuffix(b'"')
                growth.scalar(*token.span(), None if text == b"null" else unescaped(inside))
        if growth.done:
            break
    growth.finish(len(content))
    return growth.trails


def unescaped(text: bytes) -> str:
    """Give the text of a part of a JSON string; one that is broken as it is."""
    if b"\\" in text:
        try:
            return str(json.loads(b'"' + text + b'"', strict=False))
        except ValueError:  # of JSON's, or of UTF-8's
            pass
    return text.decode("utf-8", "replace")


def through_yaml(content: bytes, offsets: Sequence[int]) -> list[KeyPath | None]:
    """Give the way to each of the offsets, which ascend; `None` behind a fault in the text."""
    import yaml  # some 25 ms that only a finding in such a text is worth

    text = content.decode("utf-8", "replace")
    growth = _Growth(list(_in_characters(content, offsets)))
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            start, end = _index(event.start_mark), _index(event.end_mark)
            if isinstance(event, yaml.MappingStartEvent):
                growth.begin(start, {})
            elif isinstance(event, yaml.SequenceStartEvent):
                growth.begin(start, [])
            elif isinstance(event, yaml.CollectionEndEvent):
                growth.end(start)
            elif isinstance(event, yaml.ScalarEvent):
                growth.scalar(start, end, event.value)
            elif isinstance(event, yaml.AliasEvent):
                growth.scalar(start, end, None)
            if growth.done:
                break
    except yaml.YAMLError:
        pass  # what was read until here stands; a template (Helm, Jinja) is often no YAML
    growth.finish(-1)
    return growth.trails


def _index(mark: Any) -> int:
    return int(mark.index)


def _in_characters(content: bytes, offsets: Iterable[int]) -> Iterator[int]:
    at = passed = 0
    for offset in offsets:
        passed += len(content[at:offset].decode("utf-8", "replace"))
        at = offset
        yield passed
