"""Source maps (ECMA-426): the original file and the line in it, whose text the map carries."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import KeyPath, dotted, text_at, value_at


def recognizes(name: str, content: bytes) -> bool:
    """Say whether a document is one that carries sources."""
    return name.endswith(".map") and b'"sourcesContent"' in content


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the source as the map calls it, and the line and column in it."""
    level = len(trail.steps) - 2
    if level < 0 or trail.steps[level] != "sourcesContent":
        if trail.steps:
            yield "field", dotted(trail)
        return
    number = trail.steps[level + 1]
    # In an index map (`sections`) every section is a map of its own.
    yield "source", _name(value_at(trail.values, level), number)
    yield "source_line", str(place[0])
    yield "source_column", str(place[1])


def _name(within: object, number: str | int) -> str:
    if not isinstance(within, dict) or not isinstance(number, int):
        return str(number)
    sources = within.get("sources")
    if not isinstance(sources, list) or number >= len(sources):
        return f"number {number}"
    name = sources[number]
    root = text_at(within, "sourceRoot")
    joined = f"{root.rstrip('/')}/{name}" if root and isinstance(name, str) else name
    return str(joined or f"number {number}")
