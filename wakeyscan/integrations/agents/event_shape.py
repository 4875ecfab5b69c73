"""Parser of events: most assistants use one shape with different names."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.integrations.agents.agent import (
    INPUT,
    OTHER,
    OUTPUT,
    PROMPT,
    Event,
    EventShape,
    Fields,
    FileRead,
)

_PATHS = ("file_path", "absolute_path", "filePath", "path")
_FIRST = ("start_line", "startLine", "offset")
_LAST = ("end_line", "endLine")
_MAX_DEPTH = 8
"""Levels of a tool's input in which paths are looked up."""


def find_event_name(fields: Fields, shape: EventShape) -> str:
    """Return the name of an event; empty if it has none."""
    named = next((str(fields[field]) for field in shape.name_fields if fields.get(field)), "")
    return named or next((name for field, name in shape.named_by if field in fields), "")


def parse_event(fields: Fields, shape: EventShape) -> Event:
    """Return the parts of an event to scan. Unknown events are scanned as a whole.

    All fields are scanned, including unknown ones: a newer version may add some. Only the input of
    a tool is not scanned again with its output.
    """
    name = find_event_name(fields, shape)
    kind = _find_kind(name, shape)
    if kind != OUTPUT:
        tools = [fields.get(field) for field in shape.tool_fields]
        is_reader = kind != PROMPT and any(tool in shape.readers for tool in tools)
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
