"""Recorded HTTP, in YAML or JSON: VCR, vcrpy, betamax, go-vcr, PHP-VCR, nock."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.logical_locations.http_recordings import called, part_of
from wakeyscan.scanner.logical_locations.key_path import KeyPath, text_at, value_at

_LISTS = ("http_interactions", "interactions")
_MEMBERS = {
    ".json": ((b'interactions"', b'"request"'), (b'"path"', b'eaders"')),
    ".yaml": ((b"interactions:", b"request:"), (b"request:", b"response:")),
}


def recognizes(name: str, content: bytes) -> bool:
    """Say whether a document is one, by its members."""
    members = _MEMBERS.get(".json" if name.endswith(".json") else ".yaml", ())
    known = name.endswith((".yml", ".yaml", ".json"))
    return known and any(one in content and other in content for one, other in members)


def describe(trail: KeyPath, place: tuple[int, int]) -> Iterator[tuple[str, str]]:
    """Yield the interaction by its request, and the header or the like."""
    level = _list_of(trail)
    interaction = value_at(trail.values, level + 1)
    if level < 0 or not isinstance(interaction, dict):
        return
    request = interaction.get("request", interaction)
    url = text_at(request, "uri") or text_at(request, "url")
    url = url or text_at(request, "scope") + text_at(request, "path")
    yield "interaction", called(trail.steps[level], text_at(request, "method"), url)
    if trail.start >= 0:  # a comment is in no field
        yield "field", part_of(trail, level + 1)


def _list_of(trail: KeyPath) -> int:
    """Give the level of the interactions: under a name, or, in nock's and PHP-VCR's, the whole."""
    named = max(trail.below(name) for name in _LISTS)
    return 0 if named < 0 and trail.steps and isinstance(trail.steps[0], int) else named
