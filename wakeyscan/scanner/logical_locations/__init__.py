"""Logical locations: where in a structured document a finding is, in the document's own terms.

A line of a notebook's JSON, or a column of a source map's only line, does not help a reader, who
thinks in cells, requests and resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat

from wakeyscan.core.line_index import advance_position
from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, Protocol
from wakeyscan.scanner.logical_locations.parsers import (
    parse_json_paths,
    parse_yaml_paths,
    unescape_json,
)
from wakeyscan.scanner.logical_locations.toml_paths import parse_toml_paths

if TYPE_CHECKING:
    from wakeyscan.core.document import Details, Document
    from wakeyscan.scanner.logical_locations.key_path import KeyPath

_YAML = (".yml", ".yaml")

_MAX_LENGTH = 200
"""Maximum number of characters of a value that are shown."""

_MAX_MASKED = 4096
"""Maximum number of characters of a value that are searched for secrets."""


class LogicalLocation(Protocol):
    """A module, or an object in one, for one kind of document, such as a notebook."""

    def recognizes(self, name: str, content: bytes) -> bool:
        """Return whether a document, by its path in lower case and its content, is of this kind."""

    def describe(self, path: KeyPath, position: tuple[int, int]) -> Iterator[tuple[str, str]]:
        """Yield names and values that locate a finding at a path.

        `position` is the finding's line and column in the JSON string that holds it.
        """


LOGICAL_LOCATIONS: Registry[LogicalLocation] = Registry(
    "kind of document",
    {
        "cassette": "wakeyscan.scanner.logical_locations.http_recordings:CASSETTE",
        "har": "wakeyscan.scanner.logical_locations.http_recordings:HAR",
        "kubernetes": "wakeyscan.scanner.logical_locations.kubernetes",
        "mcp": "wakeyscan.scanner.logical_locations.mcp",
        "notebook": "wakeyscan.scanner.logical_locations.notebook",
        "postman": "wakeyscan.scanner.logical_locations.postman",
        "source_map": "wakeyscan.scanner.logical_locations.source_map",
        "terraform": "wakeyscan.scanner.logical_locations.terraform",
    },
)


def find_logical_locations(
    document: Document, offsets: Sequence[int], mask: Callable[[str], str]
) -> list[Details]:
    """Return the details of each offset in a document, with masked values; offsets must ascend.

    A later chunk of a large file has no details, nor has the text after a syntax error.
    """
    content, name = document.content, document.origin.path.lower()
    is_start = (document.line, document.column) == (1, 1)
    kinds = _find_kinds(name, content) if is_start else []
    if not kinds:
        return [()] * len(offsets)
    if name.endswith(_YAML):
        paths = parse_yaml_paths(content, offsets)
        positions: Iterator[tuple[int, int]] = repeat((1, 1))
    elif name.endswith(".toml"):
        paths = parse_toml_paths(content, offsets)
        positions = repeat((1, 1))
    else:
        paths = parse_json_paths(content, offsets)
        positions = _find_positions(content, paths, offsets)
    return [
        _describe(kinds, path, position, mask) if path else ()
        for path, position in zip(paths, positions, strict=False)
    ]


def _find_kinds(name: str, content: bytes) -> list[LogicalLocation]:
    kinds = LOGICAL_LOCATIONS.values()
    return [kind for kind in kinds if kind.recognizes(name, content)]


def _find_positions(
    content: bytes, paths: Sequence[KeyPath | None], offsets: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the line and column of each offset in the JSON string that holds it."""
    start, at, position = -1, 0, (1, 1)
    for path, offset in zip(paths, offsets, strict=True):
        if path and path.start >= 0:
            if path.start != start:
                start, position = path.start, (1, 1)
                at = start + 1
            text = unescape_json(content[at:offset])
            position = advance_position(text.encode("utf-8", "replace"), *position)
            at = offset
        yield position


def _describe(
    kinds: Sequence[LogicalLocation],
    path: KeyPath,
    position: tuple[int, int],
    mask: Callable[[str], str],
) -> Details:
    for kind in kinds:
        details = kind.describe(path, position)
        if masked := tuple((name, _shorten(mask(_cut(text)))) for name, text in details):
            return masked
    return ()


def _cut(text: str) -> str:
    return text[:_MAX_MASKED].encode("utf-8", "replace").decode()


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_LENGTH else f"{text[:_MAX_LENGTH]}…"
