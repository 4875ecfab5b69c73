"""Says where in a structured document its findings are, in the document's own terms.

A line of a notebook's JSON, or a column of a source map's only line, is a place that nobody looks
at: people know cells, requests, resources. Loaded only where something was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat

from wakeyscan.core.document import Document
from wakeyscan.core.line_index import advance_position
from wakeyscan.scanner.logical_locations import LOGICAL_LOCATIONS, LogicalLocation
from wakeyscan.scanner.logical_locations.key_path import (
    KeyPath,
    through_json,
    through_yaml,
    unescaped,
)

Pairs = tuple[tuple[str, str], ...]

_YAML = (".yml", ".yaml")
_LONGEST, _READ = 200, 4096
"""Characters of one detail that are shown, and that are looked at."""


def find_logical_locations(
    document: Document, offsets: Sequence[int], masked: Callable[[str], str]
) -> list[Pairs]:
    """Give the details of each offset in a document, with `masked` texts; offsets must ascend.

    None are known in a later window of a file too large to hold, nor behind a fault in its text.
    """
    content, name = document.content, document.origin.path.lower()
    kinds = _kinds_of(name, content) if (document.line, document.column) == (1, 1) else []
    if not kinds:
        return [()] * len(offsets)
    if name.endswith(_YAML):
        trails = through_yaml(content, offsets)
        places: Iterator[tuple[int, int]] = repeat((1, 1))
    else:
        trails = through_json(content, offsets)
        places = _places(content, trails, offsets)
    return [
        _pairs(kinds, trail, place, masked) if trail else ()
        for trail, place in zip(trails, places, strict=False)
    ]


def _kinds_of(name: str, content: bytes) -> list[LogicalLocation]:
    kinds = LOGICAL_LOCATIONS.values()
    return [kind for kind in kinds if kind.recognizes(name, content)]


def _places(
    content: bytes, trails: Sequence[KeyPath | None], offsets: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the line and column of each offset in the JSON string that it is in."""
    start, at, place = -1, 0, (1, 1)
    for trail, offset in zip(trails, offsets, strict=True):
        if trail and trail.start >= 0:
            if trail.start != start:
                start, place = trail.start, (1, 1)
                at = start + 1
            place = advance_position(
                unescaped(content[at:offset]).encode("utf-8", "replace"), *place
            )
            at = offset
        yield place


def _pairs(
    kinds: Sequence[LogicalLocation],
    trail: KeyPath,
    place: tuple[int, int],
    masked: Callable[[str], str],
) -> Pairs:
    for kind in kinds:
        if pairs := tuple(
            (name, _shown(text, masked)) for name, text in kind.describe(trail, place)
        ):
            return pairs
    return ()


def _shown(text: str, masked: Callable[[str], str]) -> str:
    text = masked(text[:_READ].encode("utf-8", "replace").decode())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
