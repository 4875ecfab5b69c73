"""HTTP recordings: HTTP archives (HAR), and cassettes of test libraries."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    Step,
    format_path,
    text_at,
    value_at,
)

_PAIRS = {
    "headers": "header",
    "reqheaders": "header",
    "rawHeaders": "header",
    "cookies": "cookie",
    "queryString": "query parameter",
    "params": "parameter",
}
"""Members that hold names with values, and the word for one of them."""

_BODIES = ("body", "postData", "content", "base64_string", "string", "text")

_CASSETTE_LISTS = ("http_interactions", "interactions")
_CASSETTE_MEMBERS = {
    ".json": ((b'interactions"', b'"request"'), (b'"path"', b'eaders"')),
    ".yaml": ((b"interactions:", b"request:"), (b"request:", b"response:")),
}


class _HarLocation:
    """HTTP archives (HAR 1.2): the entry by its request, and the part of a message."""

    def recognizes(self, name: str, content: bytes) -> bool:
        """Return whether a document is an archive, by its name or by its members."""
        if not name.endswith((".har", ".json")):
            return False
        return name.endswith(".har") or (
            b'"entries"' in content and b'"startedDateTime"' in content
        )

    def describe(self, path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
        """Yield the entry, and the header, cookie or other part of it."""
        level = path.find_below("log", "entries")
        entry = value_at(path.values, level + 1)
        if level < 0 or not isinstance(entry, dict):
            return
        request = entry.get("request")
        method, url = text_at(request, "method"), text_at(request, "url")
        yield "entry", _format_exchange(path.steps[level], method, url)
        yield "field", _format_part(path, level + 1)


class _CassetteLocation:
    """HTTP cassettes in YAML or JSON: VCR, vcrpy, betamax, go-vcr, PHP-VCR, nock."""

    def recognizes(self, name: str, content: bytes) -> bool:
        """Return whether a document is a cassette, by its members."""
        if not name.endswith((".yml", ".yaml", ".json")):
            return False
        members = _CASSETTE_MEMBERS[".json" if name.endswith(".json") else ".yaml"]
        return any(first in content and second in content for first, second in members)

    def describe(self, path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
        """Yield the interaction by its request, and the header or other part of it."""
        level = _find_interactions(path)
        interaction = value_at(path.values, level + 1)
        if level < 0 or not isinstance(interaction, dict):
            return
        request = interaction.get("request", interaction)
        url = text_at(request, "uri") or text_at(request, "url")
        url = url or text_at(request, "scope") + text_at(request, "path")
        number, method = path.steps[level], text_at(request, "method")
        yield "interaction", _format_exchange(number, method, url)
        if path.start >= 0:  # a comment is in no field
            yield "field", _format_part(path, level + 1)


HAR = _HarLocation()
CASSETTE = _CassetteLocation()


def _find_interactions(path: KeyPath) -> int:
    """Return the level of the interactions; nock and PHP-VCR have them at the top level."""
    level = max(path.find_below(name) for name in _CASSETTE_LISTS)
    return 0 if level < 0 and path.steps and isinstance(path.steps[0], int) else level


def _format_exchange(number: Step, method: str, url: str) -> str:
    """Return the name of an exchange: its number, counted from 1, and its request."""
    shown = number + 1 if isinstance(number, int) else number
    request = f"{method.upper()} {_strip_url(url)}".strip()
    return f"{shown} ({request})" if request else str(shown)


def _strip_url(url: str) -> str:
    """Return a URL without its user name, password, query and fragment, which may be secret."""
    url = url.partition("#")[0].partition("?")[0]
    scheme, slashes, rest = url.partition("://")
    if not slashes:
        return url
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def _format_part(path: KeyPath, level: int) -> str:
    """Return the part of a message: `request header Authorization`, `response body`."""
    steps = path.steps[level:]
    side = f"{steps[0]} " if steps and steps[0] in ("request", "response") else ""
    inner = 1 if side else 0
    for at, step in enumerate(steps[inner:], level + inner):
        if step in _PAIRS:
            return f"{side}{_PAIRS[str(step)]} {_find_name(path, at + 1)}".rstrip()
        if step in _BODIES:
            return f"{side}body"
    return (side + format_path(path, level + inner)).strip()


def _find_name(path: KeyPath, level: int) -> str:
    """Return the name of a header or parameter: that of a member, or of an item `{name, value}`."""
    step = path.steps[level] if level < len(path.steps) else ""
    if isinstance(step, str):
        return step
    item = value_at(path.values, level + 1)
    if isinstance(item, dict):
        return text_at(item, "name") or text_at(item, "key") or str(step)
    flat = path.values[level]  # nock: name, value, name, value, …
    name = flat[step - 1] if isinstance(flat, list) and step % 2 else None
    return name if isinstance(name, str) else str(step)
