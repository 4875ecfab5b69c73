"""Parsers that return the key paths of offsets in JSON and YAML texts.

The standard library's `json` reports no offsets, and stops at the first error; a chunk of a large
file has one at its end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.logical_locations.key_path import KeyPath, Value

if TYPE_CHECKING:
    from typing import Any

    import yaml
else:
    yaml = lazy_import("yaml")  # 25 ms, and only a finding in YAML needs it

_MAX_DEPTH = 100
"""Maximum number of levels; libyaml takes quadratic time for nested brackets."""

_MAX_VALUES = 1_000_000
"""Maximum number of values."""

_KEPT_LEVELS = 4
"""Down to this level, an item of a list is dropped once it is read if no offset is in it.

Of an archive with ten thousand entries, only those with a finding stay in memory.
"""

# A string without an end reaches to the end of the text; else each quote in it would start another.
_JSON_TOKEN = rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|//[^\n]*|/\*.*?(?:\*/|\Z)|[]{}[]|[^]{}["\s,:]+'


def parse_json_paths(content: bytes, offsets: Sequence[int]) -> list[KeyPath | None]:
    """Return the path of each offset, `None` if there is none; offsets must ascend."""
    builder = _PathBuilder(offsets)
    for token in re.finditer(_JSON_TOKEN, content, re.DOTALL):
        match token[0]:
            case b"{":
                builder.open(token.start(), {})
            case b"[":
                builder.open(token.start(), [])
            case b"}" | b"]":
                builder.close(token.start())
            case text if text.startswith((b"//", b"/*")):
                pass  # settings of editors have comments
            case text:
                inner = text.removeprefix(b'"').removesuffix(b'"')
                builder.add_scalar(*token.span(), None if text == b"null" else unescape_json(inner))
        if builder.is_full:
            break
    builder.finish(len(content))
    return builder.paths


def unescape_json(text: bytes) -> str:
    """Return the text of a part of a JSON string; an invalid part is returned as it is."""
    if b"\\" in text:
        try:
            return str(json.loads(b'"' + text + b'"', strict=False))
        except ValueError:  # of JSON's, or of UTF-8's
            pass
    return text.decode("utf-8", "replace")


def parse_yaml_paths(content: bytes, offsets: Sequence[int]) -> list[KeyPath | None]:
    """Return the path of each offset, `None` after a syntax error; offsets must ascend."""
    text = content.decode("utf-8", "replace")
    builder = _PathBuilder(list(_count_characters(content, offsets)))
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            _add_yaml_event(builder, event)
            if builder.is_full:
                break
    except yaml.YAMLError:
        pass  # the paths up to here are valid; a template (Helm, Jinja) is often invalid YAML
    builder.finish(-1)
    return builder.paths


def _add_yaml_event(builder: _PathBuilder, event: Any) -> None:
    start, end = int(event.start_mark.index), int(event.end_mark.index)
    if isinstance(event, yaml.MappingStartEvent):
        builder.open(start, {})
    elif isinstance(event, yaml.SequenceStartEvent):
        builder.open(start, [])
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.close(start)
    elif isinstance(event, yaml.ScalarEvent):
        builder.add_scalar(start, end, event.value)
    elif isinstance(event, yaml.AliasEvent):
        builder.add_scalar(start, end, None)


def _count_characters(content: bytes, offsets: Iterable[int]) -> Iterator[int]:
    """Yield the offsets in characters instead of bytes."""
    at = count = 0
    for offset in offsets:
        count += len(content[at:offset].decode("utf-8", "replace"))
        at = offset
        yield count


class _OpenValue(NamedTuple):
    """A mapping or list whose end is not read yet."""

    value: dict[str, Value] | list[Value]
    paths_before: int
    """Number of paths that were known when it started."""


class _PathBuilder:
    """Builds values from tokens, and records the path of each offset when a token passes it."""

    def __init__(self, offsets: Sequence[int]) -> None:
        self.paths: list[KeyPath | None] = []
        self._offsets = offsets
        self._open: list[_OpenValue] = []
        self._names: list[str | None] = []
        self._remaining = _MAX_VALUES

    @property
    def is_full(self) -> bool:
        """Whether a limit is reached."""
        return self._remaining <= 0 or len(self._open) > _MAX_DEPTH

    def open(self, at: int, value: dict[str, Value] | list[Value]) -> None:
        """Start a mapping or list."""
        self._record_paths(at, at)
        self._open.append(_OpenValue(value, len(self.paths)))
        self._names.append(None)

    def close(self, at: int) -> None:
        """End the innermost mapping or list."""
        if self._open:
            self._record_paths(at, at)
            value, paths_before = self._open.pop()
            self._names.pop()
            has_no_offset = paths_before == len(self.paths) and len(self._open) <= _KEPT_LEVELS
            parent = self._open[-1].value if self._open else None
            self._add(None if has_no_offset and isinstance(parent, list) else value)

    def add_scalar(self, start: int, end: int, text: str | None) -> None:
        """Add a name or a scalar."""
        self._record_paths(start, end)
        self._add(text)

    def finish(self, size: int) -> None:
        """Record the remaining paths, and end all values."""
        if not self.is_full:
            self._record_paths(size, size)
        self.paths += [None] * (len(self._offsets) - len(self.paths))
        while self._open:
            value, _ = self._open.pop()
            self._names.pop()
            self._add(value)

    def _add(self, value: Value) -> None:
        self._remaining -= 1
        if not self._open:
            return
        parent = self._open[-1].value
        if isinstance(parent, list):
            parent.append(value)
        elif self._names[-1] is None:
            self._names[-1] = value if isinstance(value, str) else ""
        else:
            parent[self._names[-1]] = value
            self._names[-1] = None

    def _record_paths(self, start: int, end: int) -> None:
        """Record the paths of the offsets before `end`; from `start` on they are in one scalar."""
        while len(self.paths) < len(self._offsets):
            offset = self._offsets[len(self.paths)]
            if offset >= max(end, start):
                return
            self.paths.append(self._build_path(start if start <= offset < end else -1))

    def _build_path(self, start: int) -> KeyPath:
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
