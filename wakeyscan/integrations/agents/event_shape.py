"""Parser of events: most assistants use one shape with different names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core.named_tuple import NamedTuple
from wakeyscan.integrations.agents.agent import (
    INPUT,
    OTHER,
    OUTPUT,
    PROMPT,
    Event,
    Fields,
    FileRead,
)

_PATHS = ("file_path", "absolute_path", "filePath", "path")
_FIRST = ("start_line", "startLine", "offset")
_LAST = ("end_line", "endLine")
_MAX_DEPTH = 8
"""Levels of a tool's input in which paths are looked up."""


class EventShape(NamedTuple):
    """Names of the events and fields of an assistant."""

    prompts: tuple[str, ...] = ()
    """Events with the text of a user."""
    inputs: tuple[str, ...] = ()
    """Events before a tool runs."""
    outputs: tuple[str, ...] = ()
    """Events after a tool ran."""
    input_fields: tuple[str, ...] = ("tool_input",)
    """Fields with the arguments of a tool."""
    tool_fields: tuple[str, ...] = ("tool_name",)
    """Fields with the name of a tool."""
    readers: tuple[str, ...] = ()
    """Tools that read files."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all these events."""
        return (*self.prompts, *self.inputs, *self.outputs)


def find_event_name(fields: Fields) -> str:
    """Return the name of an event where most assistants write it."""
    return str(fields.get("hook_event_name", ""))


def parse_shape(fields: Fields, name: str, shape: EventShape) -> Event:
    """Return the parts of an event to scan.

    All fields are scanned, unknown ones too: a newer version may add some. Only the input of a tool
    is not scanned again with its output.
    """
    kind = _find_kind(name, shape)
    if kind != OUTPUT:
        tools = [fields.get(field) for field in shape.tool_fields]
        is_reader = kind == INPUT and any(tool in shape.readers for tool in tools)
        arguments = [fields.get(field) for field in shape.input_fields] if is_reader else []
        return Event(kind, name, fields, tuple(_find_reads(arguments, _find_folder(fields))))
    values = {field: value for field, value in fields.items() if field not in shape.input_fields}
    return Event(kind, name, values)


def _find_kind(name: str, shape: EventShape) -> str:
    if name in shape.prompts:
        return PROMPT
    if name in shape.inputs:
        return INPUT
    return OUTPUT if name in shape.outputs else OTHER


def _find_folder(fields: Fields) -> str:
    folder = fields.get("cwd")
    return folder if isinstance(folder, str) else "."


def _find_reads(value: object, folder: str, depth: int = 0) -> Iterator[FileRead]:
    """Yield the files that a tool's input names, in every level: some tools take a list."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _find_reads(item, folder, depth + 1)
    if isinstance(value, dict):
        path = next((value[name] for name in _PATHS if isinstance(value.get(name), str)), "")
        if path:
            yield _build_read(os.path.join(folder, os.path.expanduser(path)), value)
        for item in value.values():
            yield from _find_reads(item, folder, depth + 1)


def _build_read(path: str, arguments: Fields) -> FileRead:
    """Return the read lines; a line too many where assistants count from 0 or from 1."""
    view = arguments.get("view_range")
    if isinstance(view, list) and len(view) == 2:
        first, last = _parse_line(view[0]), _parse_line(view[1])
    else:
        first = next((n for name in _FIRST if (n := _parse_line(arguments.get(name)))), 0)
        last = next((n for name in _LAST if (n := _parse_line(arguments.get(name)))), 0)
    limit = _parse_line(arguments.get("limit"))
    if limit and not last:
        last = max(first, 1) + limit
    return FileRead(path, max(first, 1), last or None)


def _parse_line(value: object) -> int:
    """Return a line number; 0 if there is none, or if it counts from the end."""
    return int(value) if isinstance(value, (int, float)) and 0 < value < 1 << 53 else 0
