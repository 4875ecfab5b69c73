"""Source maps (ECMA-426): the original file, whose text the map contains, and the line in it."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    Value,
    format_path,
    text_at,
    value_at,
)


def recognizes(name: str, content: bytes) -> bool:
    """Return whether a document is a source map that contains sources."""
    return name.endswith(".map") and b'"sourcesContent"' in content


def describe(path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the source by its name in the map, and the line and column in it."""
    level = len(path.steps) - 2
    if level < 0 or path.steps[level] != "sourcesContent":
        if path.steps:
            yield "field", format_path(path)
        return
    # In an index map, each of the `sections` is a map of its own.
    yield "source", _format_source(value_at(path.values, level), path.steps[level + 1])
    yield "source_line", str(position[0])
    yield "source_column", str(position[1])


def _format_source(source_map: Value, number: Step) -> str:
    if not isinstance(source_map, dict) or not isinstance(number, int):
        return str(number)
    sources = source_map.get("sources")
    if not isinstance(sources, list) or number >= len(sources):
        return f"number {number}"
    name = sources[number]
    root = text_at(source_map, "sourceRoot")
    joined = f"{root.rstrip('/')}/{name}" if root and isinstance(name, str) else name
    return str(joined or f"number {number}")
