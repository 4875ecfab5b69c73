"""Postman's collections and environments: the request by its folders, and what of it."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import KeyPath, Step, dotted, text_at, value_at

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
    """Say whether a document is one, by what Postman writes into its exports."""
    marks = (b"schema.getpostman.com", b'"_postman_', b'"postman_')
    return name.endswith(".json") and any(mark in content for mark in marks)


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the collection, folder, request or environment, and the header, auth or variable."""
    if not trail.steps:
        return
    root, level = trail.values[0], 0
    names = []
    while trail.steps[level : level + 1] == ("item",) and level + 2 < len(trail.values):
        level += 2
        names.append(text_at(trail.values[level], "name") or str(trail.steps[level - 1]))
    if names:
        yield "request", " / ".join(names)
    elif name := text_at(root, "info", "name"):
        yield "collection", name
    elif name := text_at(root, "name"):
        yield "environment", name
    yield "field", _field(trail, level)


def _field(trail: KeyPath, level: int) -> str:
    steps = trail.steps[level:]
    if steps[:1] == ("response",):
        example = text_at(value_at(trail.values, level + 2), "name")
        return f"example {example}: {_part(trail, level + 2)}" if example else dotted(trail, level)
    return _part(trail, level + (steps[:1] == ("request",)))


def _part(trail: KeyPath, level: int) -> str:
    steps = trail.steps[level:]
    if steps[:1] == ("auth",):
        return " ".join(["auth", *_names(trail, level + 1, steps[1:])])
    if steps[:1] == ("event",):
        listens = text_at(value_at(trail.values, level + 2), "listen")
        return _EVENTS.get(listens, "script")
    for at, step in enumerate(steps, level):
        if step in _WORDS:
            return " ".join([_WORDS[str(step)], *_names(trail, at + 1, trail.steps[at + 1 :])])
    return "body" if "body" in steps else dotted(trail, level)


def _names(trail: KeyPath, level: int, steps: tuple[Step, ...]) -> list[str]:
    """Give the names on the way; of an item `{key, value}` its key."""
    names = []
    for at, step in enumerate(steps, level):
        item = value_at(trail.values, at + 1)
        if isinstance(step, int):
            names.append(text_at(item, "key") or text_at(item, "name") or str(step))
        elif step not in ("value", "key"):
            names.append(step)
    return names
