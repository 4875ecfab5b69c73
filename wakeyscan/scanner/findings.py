"""Makes findings of what was detected: where it is, who sees it, how bad it is, if it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from wakeyscan.core import line_index
from wakeyscan.core.document import Document, Origin
from wakeyscan.core.errors import OutOfPatience
from wakeyscan.core.finding import PIECES, Bounds, Finding, Position, Standing
from wakeyscan.scanner import bounds, decoding, placeholders, severity
from wakeyscan.scanner.context import Lens
from wakeyscan.scanner.excerpt import Masks, excerpt, masks_of
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
    through: Lens


def findings(document: Document, matches: list[Match], through: Lens) -> list[Finding]:
    """Make findings of the matches in a document, which are sorted by offset."""
    details = _details(document, matches, through)
    return _findings(document, matches, through, details)


def name(origin: Origin, matches: list[Match], through: Lens) -> tuple[Origin, list[Finding]]:
    """Give an origin with the secrets in its path masked, and the findings in there."""
    path = origin.path.encode("utf-8", "surrogateescape")
    masked = origin._replace(path=masks_of(path, matches).over(0, len(path)))
    document = Document(masked._replace(part="name"), path)
    return masked, _findings(document, matches, through._replace(heed_marks=False), {})


def _findings(
    document: Document, matches: list[Match], through: Lens, details: Mapping[int, _Details]
) -> list[Finding]:
    content = document.content
    matches = [_bounded(match, document) for match in matches]
    starts = line_index.locate(content, (m.start for m in matches), document.line, document.column)
    low, high = document.own or (0, len(content))
    scene = _Scene(document, masks_of(content, matches), Literals(content), details, through)
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
    return match._replace(bounds=bounds.bounds_of(document.content, match.start, match.end, path))


def _finding(match: Match, place: tuple[int, int], scene: _Scene) -> Finding:
    document, (line, column) = scene.document, place
    content, start, end = document.content, match.start, match.end
    _, first_line = line_index.line_around(content, start, start, end - start)
    length = len(content[start : min(first_line, end)].decode("utf-8", "replace"))
    seen_by = classify.exposure_of(document.origin, content, start, end)
    around = severity.neighbourhood(content, start, end)
    standing, reason = _standing(match, scene)
    return Finding(
        rule=match.rule.id,
        secret=match.secret,
        origin=_origin(match, place, scene),
        position=Position(line, column, column + length),
        excerpt=excerpt(scene.masks, start, end),
        severity=severity.severity_of(match.rule, seen_by, around),
        exposure=seen_by,
        standing=standing,
        reason=reason,
        encoding=decoding.composed(document.encoding, match.encoding),
        bounds=match.bounds or Bounds.CERTAIN,
    )


def _details(document: Document, matches: list[Match], through: Lens) -> dict[int, _Details]:
    if not document.origin.path.lower().endswith(_STRUCTURED):
        return {}
    from wakeyscan.scanner.logical_locations import (
        locations,  # with what it loads what few findings need
    )

    offsets = sorted({match.start for match in matches})
    told = locations.outlined(document, offsets, lambda text: _concealed(text, through))
    return dict(zip(offsets, told, strict=True))


def _concealed(text: str, through: Lens) -> str:
    """Mask what a document calls a part of itself; where that takes too long, all of it."""
    content = text.encode()
    try:
        matches = decoding.matches(content, through.prefilter(content), through, depth=1)
    except OutOfPatience:
        return "…"
    return masks_of(content, matches).over(0, len(content)) if matches else text


def _origin(match: Match, place: tuple[int, int], scene: _Scene) -> Origin:
    """Name, in the details, the place in the document's terms, and all pieces of a secret."""
    document = scene.document
    details = scene.details.get(match.start) or document.origin.details
    if match.elsewhere and match.encoding.endswith(PIECES):
        rest = sorted(start for start, _ in match.elsewhere)[:_MOST_PIECES]
        others = line_index.locate(document.content, rest, document.line, document.column)
        pieces = ", ".join(f"{line}:{column}" for line, column in (place, *others))
        details = (*details, (PIECES, pieces))
    return document.origin._replace(details=details)


def _standing(match: Match, scene: _Scene) -> tuple[Standing, str]:
    """What a person wrote goes before what we guess."""
    through, mark, other = scene.through, None, None
    where = scene.document.content, match.start, match.end, scene.literals
    if through.heed_marks:
        mark = inline.own_mark(*where)
        other = mark or inline.foreign_mark(*where)
    mark = mark or (other if through.heed_foreign else None)
    if mark and _has_precedent(match, through):
        # A line may hold keys behind a comment, and people put one into it.
        return Standing.IGNORED, inline.told(mark, scene.masks.over(*mark.reason).strip())
    if reason := placeholders.placeholder_reason(match):
        return Standing.PLACEHOLDER, reason
    if mark:
        return Standing.REPORTED, _TOO_NEW
    return Standing.REPORTED, inline.not_heeded(other) if other else ""


def _has_precedent(match: Match, through: Lens) -> bool:
    ask = through.precedents
    return ask is None or ask(match.rule.id, match.secret.fingerprint)
