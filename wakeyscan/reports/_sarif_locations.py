"""SARIF locations of a finding, and the conversion of sarif-om objects to plain ones."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

import attr
import sarif_om as sarif

from wakeyscan.core.finding import PIECES, Finding
from wakeyscan.core.redaction import escape_for_terminal, format_details
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_ALWAYS_WRITTEN = ("level", "suppressions", "version", "columnKind", "results")
"""Properties that are written even with the default value of the schema.

A reader replaces an absent level with the default of the rule, not with that of the schema.
"""

_Field = tuple[str, str, "Any"]
"""The name of an attribute, its name in the schema and its default."""


def build_locations(finding: Finding) -> list[Any]:
    """Return the location of a finding: physical (in the file) and logical (in the document)."""
    return [
        sarif.Location(
            physical_location=_build_physical(finding), logical_locations=_build_logical(finding)
        )
    ]


def link_pieces(text: str) -> str:
    """Turn all places of a split key but the first into links to the related locations."""
    first, *further = text.split(", ")
    return ", ".join((first, *(f"[{place}]({n})" for n, place in enumerate(further, 1))))


def build_related_locations(finding: Finding) -> list[Any] | None:
    """Return the other pieces of a split key. GitHub shows those that the message links."""
    _, *further = dict(finding.origin.details).get(PIECES, "").split(", ")
    return [_build_piece(finding, number, place) for number, place in enumerate(further, 1)] or None


def build_fixes(finding: Finding) -> list[Any] | None:
    """Return the edits that replace a key by a look-up, if they are known."""
    if not finding.replacements:
        return None
    change = sarif.ArtifactChange(
        artifact_location=_build_artifact(finding.origin.path),
        replacements=[
            sarif.Replacement(
                deleted_region=sarif.Region(
                    start_line=one.line,
                    start_column=one.column,
                    end_line=one.end_line,
                    end_column=one.end_column,
                ),
                inserted_content=sarif.ArtifactContent(text=one.text),
            )
            for one in finding.replacements
        ],
    )
    message = sarif.Message(text="Read the key from an environment variable.")
    return [sarif.Fix(artifact_changes=[change], description=message)]


def to_plain(node: Any) -> Any:
    """Convert sarif-om objects to dicts without nulls and defaults, with names as in the schema.

    An iterator stays an iterator, so that its items need not all be in memory. sarif-om itself has
    no writer. Its companion package drops `level: warning`, and takes seconds for thousands of
    results.
    """
    if isinstance(node, str):
        return node
    if isinstance(node, list | tuple):
        return [to_plain(item) for item in node]
    if isinstance(node, dict):
        return {name: to_plain(item) for name, item in node.items()}
    if isinstance(node, Iterator):
        return (to_plain(item) for item in node)
    kind: Any = type(node)
    fields = _list_fields(kind)
    members = {}
    for attribute, name, default in fields:
        value = getattr(node, attribute)
        if value is not None and (name in _ALWAYS_WRITTEN or value != default):
            members[name] = to_plain(value)
    return members if fields else node


def _build_physical(finding: Finding) -> Any:
    line, column, end_column = finding.position
    snippet = sarif.ArtifactContent(text=escape_for_terminal(finding.excerpt))
    region = sarif.Region(
        start_line=line, start_column=column, end_line=line, end_column=end_column
    )
    return sarif.PhysicalLocation(
        artifact_location=_build_artifact(finding.origin.path),
        region=region,
        context_region=sarif.Region(start_line=line, end_line=line, snippet=snippet),
    )


def _build_logical(finding: Finding) -> list[Any] | None:
    """Return the logical location; its full name starts with the outermost part."""
    names = [format_details([pair]) for pair in finding.origin.details]
    if not names:
        return None
    return [sarif.LogicalLocation(name=names[-1], fully_qualified_name="/".join(names))]


def _build_piece(finding: Finding, number: int, place: str) -> Any:
    line, _, column = place.partition(":")
    return sarif.Location(
        id=number,
        message=sarif.Message(text=f"Another piece of '{finding.secret}'."),
        physical_location=sarif.PhysicalLocation(
            artifact_location=_build_artifact(finding.origin.path),
            region=sarif.Region(start_line=int(line), start_column=int(column)),
        ),
    )


def _build_artifact(path: str) -> Any:
    """Return a path as a percent-encoded URI: relative to the root, or absolute as `file://`."""
    encoded = quote(path.encode("utf-8", "surrogateescape"), safe="/-._~@+()=,!$&'")
    if path.startswith("/"):
        return sarif.ArtifactLocation(uri=f"file://{encoded}")
    if os.path.splitdrive(path)[0]:  # Windows
        return sarif.ArtifactLocation(uri=f"file:///{encoded}")
    return sarif.ArtifactLocation(uri=encoded, uri_base_id="%SRCROOT%")


@cache
def _list_fields(kind: Any) -> tuple[_Field, ...]:
    """Return the fields of a class of sarif-om; other classes have none."""
    return tuple(map(_describe_field, attr.fields(kind))) if attr.has(kind) else ()


def _describe_field(field: Any) -> _Field:
    name = field.metadata["schema_property_name"]
    factory = getattr(field.default, "factory", None)
    # The final schema renamed this property; sarif-om is older.
    name = "status" if name == "state" else name
    return field.name, name, factory() if factory else field.default
