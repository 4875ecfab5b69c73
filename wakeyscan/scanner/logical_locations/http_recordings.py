"""Names an HTTP exchange and the part of it, as archives and recordings of HTTP have them."""

from __future__ import annotations

from wakeyscan.scanner.logical_locations.key_path import KeyPath, Step, dotted, text_at, value_at

_PAIRS = {
    "headers": "header",
    "reqheaders": "header",
    "rawHeaders": "header",
    "cookies": "cookie",
    "queryString": "query parameter",
    "params": "parameter",
}
"""Members that hold names with values, and what one of these is called."""

_BODIES = ("body", "postData", "content", "base64_string", "string", "text")


def called(number: Step, method: str, url: str) -> str:
    """Call an exchange by its number, from 1 on, and its request."""
    shown = number + 1 if isinstance(number, int) else number
    request = f"{method.upper()} {bare(url)}".strip()
    return f"{shown} ({request})" if request else str(shown)


def bare(url: str) -> str:
    """Give a URL without what may be secret: a name and password, the query, the fragment."""
    url = url.partition("#")[0].partition("?")[0]
    scheme, slashes, rest = url.partition("://")
    if not slashes:
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def part_of(trail: KeyPath, level: int) -> str:
    """Say which part of a message: `request header Authorization`, `response body`."""
    steps = trail.steps[level:]
    side = f"{steps[0]} " if steps and steps[0] in ("request", "response") else ""
    inner = 1 if side else 0
    for at, step in enumerate(steps[inner:], level + inner):
        if step in _PAIRS:
            return f"{side}{_PAIRS[str(step)]} {_name(trail, at + 1)}".rstrip()
        if step in _BODIES:
            return f"{side}body"
    rest = dotted(trail, level + inner)
    return (side + rest).strip()


def _name(trail: KeyPath, level: int) -> str:
    """Give the name of a header or the like: a member's, or that of an item `{name, value}`."""
    step = trail.steps[level] if level < len(trail.steps) else ""
    if isinstance(step, str):
        return step
    item = value_at(trail.values, level + 1)
    if isinstance(item, dict):
        return text_at(item, "name") or text_at(item, "key") or str(step)
    listed = trail.values[level]  # nock: name, value, name, value, …
    before = listed[step - 1] if isinstance(listed, list) and step % 2 else None
    return before if isinstance(before, str) else str(step)
