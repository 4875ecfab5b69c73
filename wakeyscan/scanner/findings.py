"""Makes findings of what was detected: where it is, who sees it, how bad it is, if it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from wakeyscan.core import line_index
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import PIECES, Bounds, Finding, Position, Standing
from wakeyscan.scanner import bounds, decoding, placeholders, severity
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.excerpt import Masks, build_masks, format_excerpt
from wakeyscan.scanner.exposure import classify
from wakeyscan.scanner.matcher import Match
from wakeyscan.suppression import inline
from wakeyscan.suppression.multiline_strings import Literals

_STRUCTURED = (
    *(".ipynb", ".map", ".har", ".json", ".yml", ".yaml"),
    *(".tfstate", ".backup", ".tfplan"),
)
"""Ends of the names of documents in which a line and a column say little."""

_MOST_PIECES = 8
"""Places of one secret that are named, beside the first."""

_TOO_NEW = "its mark came with the change that brings it, and so does not count"

_Details = tuple[tuple[str, str], ...]


class _Scene(NamedTuple):
    """A document as those who judge its matches know it."""

    document: Document
    masks: Masks
    literals: Literals
    details: Mapping[int, _Details]
    """By offset, what a notebook, an archive or the like calls that place."""
    context: ScanContext


def build_findings(document: Document, matches: list[Match], context: ScanContext) -> list[Finding]:
    """Make findings of the matches in a document, which are sorted by offset."""
    details = _details(document, matches, context)
    return _findings(document, matches, context, details)


def build_name_findings(
    origin: Origin, matches: list[Match], context: ScanContext
) -> tuple[Origin, list[Finding]]:
    """Give an origin with the secrets in its path masked, and the findings in there."""
    path = origin.path.encode("utf-8", "surrogateescape")
    masked = origin._replace(path=build_masks(path, matches).over(0, len(path)))
    document = Document(masked._replace(part="name"), path)
    return masked, _findings(document, matches, context._replace(honor_inline=False), {})


def _findings(
    document: Document, matches: list[Match], context: ScanContext, details: Mapping[int, _Details]
) -> list[Finding]:
    content = document.content
    matches = [_bounded(match, document) for match in matches]
    starts = line_index.find_positions(
        content, (m.start for m in matches), document.line, document.column
    )
    low, high = document.own or (0, len(content))
    scene = _Scene(document, build_masks(content, matches), Literals(content), details, context)
    return [
        _finding(match, place, scene)
        for match, place in zip(matches, starts, strict=True)
        if match.start < high and match.end > low  # what two windows share is told apart by place
    ]


def _bounded(match: Match, document: Document) -> Match:
    """Return a match with its bounds, which a decoded text has told already."""
    if match.bounds:
        return match
    path = document.origin.path
    return match._replace(bounds=bounds.find_bounds(document.content, match.start, match.end, path))


def _finding(match: Match, place: tuple[int, int], scene: _Scene) -> Finding:
    document, (line, column) = scene.document, place
    content, start, end = document.content, match.start, match.end
    _, first_line = line_index.find_line(content, start, start, end - start)
    length = len(content[start : min(first_line, end)].decode("utf-8", "replace"))
    seen_by = classify.classify_exposure(document.origin, content, start, end)
    around = severity.find_neighborhood(content, start, end)
    standing, reason = _standing(match, scene)
    return Finding(
        rule=match.rule.id,
        secret=match.secret,
        origin=_origin(match, place, scene),
        position=Position(line, column, column + length),
        excerpt=format_excerpt(scene.masks, start, end),
        severity=severity.classify_severity(match.rule, seen_by, around),
        exposure=seen_by,
        standing=standing,
        reason=reason,
        encoding=decoding.join_encodings(document.encoding, match.encoding),
        bounds=match.bounds or Bounds.CERTAIN,
    )


def _details(document: Document, matches: list[Match], context: ScanContext) -> dict[int, _Details]:
    if not document.origin.path.lower().endswith(_STRUCTURED):
        return {}
    from wakeyscan.scanner.logical_locations import (
        locations,  # with what it loads what few findings need
    )

    offsets = sorted({match.start for match in matches})
    told = locations.find_logical_locations(
        document, offsets, lambda text: _concealed(text, context)
    )
    return dict(zip(offsets, told, strict=True))


def _concealed(text: str, context: ScanContext) -> str:
    """Mask what a document calls a part of itself; where that takes too long, all of it."""
    content = text.encode()
    try:
        matches = decoding.find_matches(content, context.prefilter(content), context, depth=1)
    except TimeoutExceeded:
        return "…"
    return build_masks(content, matches).over(0, len(content)) if matches else text


def _origin(match: Match, place: tuple[int, int], scene: _Scene) -> Origin:
    """Name, in the details, the place in the document's terms, and all pieces of a secret."""
    document = scene.document
    details = scene.details.get(match.start) or document.origin.details
    if match.elsewhere and match.encoding.endswith(PIECES):
        rest = sorted(start for start, _ in match.elsewhere)[:_MOST_PIECES]
        others = line_index.find_positions(document.content, rest, document.line, document.column)
        pieces = ", ".join(f"{line}:{column}" for line, column in (place, *others))
        details = (*details, (PIECES, pieces))
    return document.origin._replace(details=details)


def _standing(match: Match, scene: _Scene) -> tuple[Standing, str]:
    """What a person wrote goes before what we guess."""
    context, mark, other = scene.context, None, None
    where = scene.document.content, match.start, match.end, scene.literals
    if context.honor_inline:
        mark = inline.find_own_comment(*where)
        other = mark or inline.find_foreign_comment(*where)
    mark = mark or (other if context.honor_foreign else None)
    if mark and _has_precedent(match, context):
        # A line may hold keys behind a comment, and people put one into it.
        return Standing.IGNORED, inline.format_ignored(mark, scene.masks.over(*mark.reason).strip())
    if reason := placeholders.find_placeholder_reason(match):
        return Standing.PLACEHOLDER, reason
    if mark:
        return Standing.REPORTED, _TOO_NEW
    return Standing.REPORTED, inline.format_not_honored(other) if other else ""


def _has_precedent(match: Match, context: ScanContext) -> bool:
    ask = context.precedents
    return ask is None or ask(match.rule.id, match.secret.fingerprint)
