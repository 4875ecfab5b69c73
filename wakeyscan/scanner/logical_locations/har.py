"""HTTP archives (HAR 1.2): the entry by its request, and what of the request or response."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.http_recordings import called, part_of
from wakeyscan.scanner.logical_locations.key_path import KeyPath, text_at, value_at


def recognizes(name: str, content: bytes) -> bool:
    """Say whether a document is one: by its name, or as JSON with the members of one."""
    if not name.endswith((".har", ".json")):
        return False
    return name.endswith(".har") or (b'"entries"' in content and b'"startedDateTime"' in content)


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the entry, and the header, cookie or the like."""
    level = trail.below("log", "entries")
    entry = value_at(trail.values, level + 1)
    if level < 0 or not isinstance(entry, dict):
        return
    request = entry.get("request")
    yield "entry", called(trail.steps[level], text_at(request, "method"), text_at(request, "url"))
    yield "field", part_of(trail, level + 1)
