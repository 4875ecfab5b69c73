"""Says in the words of SARIF where a finding stands."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

import sarif_om as sarif

from wakeyscan.core.finding import PIECES, Finding
from wakeyscan.core.redaction import escape_for_terminal, format_details


def build_locations(finding: Finding) -> list[Any]:
    """Give the one place of a finding: in its file, and in its document's own terms."""
    return [
        sarif.Location(physical_location=_physical(finding), logical_locations=_logical(finding))
    ]


def _physical(finding: Finding) -> Any:
    line, column, end_column = finding.position
    snippet = sarif.ArtifactContent(text=escape_for_terminal(finding.excerpt))
    region = sarif.Region(
        start_line=line, start_column=column, end_line=line, end_column=end_column
    )
    return sarif.PhysicalLocation(
        artifact_location=_artifact(finding.origin.path),
        region=region,
        context_region=sarif.Region(start_line=line, end_line=line, snippet=snippet),
    )


def _logical(finding: Finding) -> list[Any] | None:
    """Name a place from the outermost to the innermost."""
    names = [format_details([pair]) for pair in finding.origin.details]
    if not names:
        return None
    return [sarif.LogicalLocation(name=names[-1], fully_qualified_name="/".join(names))]


def build_links(text: str) -> str:
    """Link all pieces of a key but the first, which is the result's own place, by their numbers."""
    first, *further = text.split(", ")
    return ", ".join((first, *(f"[{place}]({n})" for n, place in enumerate(further, 1))))


def build_related(finding: Finding) -> list[Any] | None:
    """Give the further pieces of a key; GitHub shows those that the message links."""
    _, *further = dict(finding.origin.details).get(PIECES, "").split(", ")
    return [_piece(finding, number, place) for number, place in enumerate(further, 1)] or None


def _piece(finding: Finding, number: int, place: str) -> Any:
    line, _, column = place.partition(":")
    return sarif.Location(
        id=number,
        message=sarif.Message(text=f"Another piece of '{finding.secret}'."),
        physical_location=sarif.PhysicalLocation(
            artifact_location=_artifact(finding.origin.path),
            region=sarif.Region(start_line=int(line), start_column=int(column)),
        ),
    )


def _artifact(path: str) -> Any:
    """Give a path as a percent-encoded URI: relative to the root, or absolute as `file://`."""
    encoded = quote(path.encode("utf-8", "surrogateescape"), safe="/-._~@+()=,!$&'")
    if path.startswith("/"):
        return sarif.ArtifactLocation(uri=f"file://{encoded}")
    if os.path.splitdrive(path)[0]:  # Windows
        return sarif.ArtifactLocation(uri=f"file:///{encoded}")
    return sarif.ArtifactLocation(uri=encoded, uri_base_id="%SRCROOT%")
