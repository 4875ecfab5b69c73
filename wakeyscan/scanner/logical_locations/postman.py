"""Postman collections and environments: the request by its folders, and the part of it."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    format_path,
    text_at,
    value_at,
)

_WORDS = {
    "header": "header",
    "query": "query parameter",
    "urlencoded": "form field",
    "formdata": "form field",
    "variable": "variable",
    "values": "variable",
}
_EVENTS = {"prerequest": "pre-request script", "test": "test script"}


def recognizes(name: str, content: bytes) -> bool:
    """Return whether a document is an export of Postman, by its members."""
    members = (b"schema.getpostman.com", b'"_postman_', b'"postman_')
    return name.endswith(".json") and any(member in content for member in members)


def describe(path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the collection, folder, request or environment, and the header, auth or variable."""
    if not path.steps:
        return
    root, level = path.values[0], 0
    names = []
    while path.steps[level : level + 1] == ("item",) and level + 2 < len(path.values):
        level += 2
        names.append(text_at(path.values[level], "name") or str(path.steps[level - 1]))
    if names:
        yield "request", " / ".join(names)
    elif name := text_at(root, "info", "name"):
        yield "collection", name
    elif name := text_at(root, "name"):
        yield "environment", name
    yield "field", _format_field(path, level)


def _format_field(path: KeyPath, level: int) -> str:
    steps = path.steps[level:]
    if steps[:1] == ("response",):
        if example := text_at(value_at(path.values, level + 2), "name"):
            return f"example {example}: {_format_part(path, level + 2)}"
        return format_path(path, level)
    return _format_part(path, level + (steps[:1] == ("request",)))


def _format_part(path: KeyPath, level: int) -> str:
    steps = path.steps[level:]
    if steps[:1] == ("auth",):
        return " ".join(["auth", *_find_names(path, level + 1, steps[1:])])
    if steps[:1] == ("event",):
        listens = text_at(value_at(path.values, level + 2), "listen")
        return _EVENTS.get(listens, "script")
    for at, step in enumerate(steps, level):
        if step in _WORDS:
            return " ".join([_WORDS[str(step)], *_find_names(path, at + 1, path.steps[at + 1 :])])
    return "body" if "body" in steps else format_path(path, level)


def _find_names(path: KeyPath, level: int, steps: tuple[Step, ...]) -> list[str]:
    """Return the names on a path; for an item `{key, value}`, its key."""
    names = []
    for at, step in enumerate(steps, level):
        item = value_at(path.values, at + 1)
        if isinstance(step, int):
            names.append(text_at(item, "key") or text_at(item, "name") or str(step))
        elif step not in ("value", "key"):
            names.append(step)
    return names
