"""Findings built from matches: position, exposure, severity, standing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from itertools import chain

from wakeyscan.core import line_index
from wakeyscan.core.document import Details, Document, Origin
from wakeyscan.core.finding import (
    EXPIRED,
    PIECES,
    Bounds,
    Exposure,
    Finding,
    Liveness,
    Position,
    Standing,
)
from wakeyscan.core.secret import API_KEY, APP_KEY, HEADER
from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner import placeholders
from wakeyscan.scanner.decoded_matches import add_bounds, join_encodings
from wakeyscan.scanner.document_details import find_details
from wakeyscan.scanner.excerpt import (
    Masks,
    build_comparison_masks,
    build_masks,
    digest_line,
    format_excerpt,
)
from wakeyscan.scanner.exposure import ExposureClassifier
from wakeyscan.suppression import inline

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.matcher import Match

_MAX_PIECES = 8
"""Maximum number of listed pieces of a split secret, after the first."""

_NEW_COMMENT = "the same change adds its inline ignore comment, which does not count"

_NEIGHBORHOOD = 800
"""Bytes on either side of a match that may raise its severity."""

_VENDOR = ("service", "WAStack")


class _MatchedDocument(NamedTuple):
    """A document, and what is known about it when its matches become findings."""

    document: Document
    masks: Masks
    format_excerpt: Callable[[int, int], str]
    digest_line: Callable[[int, int], bytes] | None
    """Digests lines where they are compared with lines of earlier versions."""
    comments: inline.InlineComments
    exposures: ExposureClassifier
    placeholders: placeholders.Placeholders
    positions: Mapping[int, tuple[int, int]]
    """Line and column of each match and each piece, by offset."""
    details: Mapping[int, Details]
    """Logical locations, by offset."""
    names_vendor: bool
    """Whether the document or its path names WAStack, or has one of its keys."""
    context: ScanContext


def build_findings(
    document: Document, matches: list[Match], context: ScanContext
) -> Iterator[Finding]:
    """Yield the findings for the matches in a document, which are sorted by offset."""
    details = find_details(document, matches, context)
    return _build_all(document, matches, context, details)


def build_name_findings(
    origin: Origin, matches: list[Match], inner: list[Match], context: ScanContext
) -> tuple[Origin, list[Finding]]:
    """Return an origin with the secrets in its path masked, and the findings in the path.

    `inner` are the matches inside of words: they are masked, but for placeholders, and not found.
    """
    path = origin.path.encode("utf-8", "surrogateescape")
    context = context._replace(honor_inline=False)
    shown = [*matches, *_list_credentials(Document(origin, path), inner, context)]
    if not shown:
        return origin, []
    masked = origin._replace(path=build_masks(path, shown).over(0, len(path)))
    document = Document(masked._replace(part="name"), path)
    return masked, list(_build_all(document, matches, context, {})) if matches else []


def _list_credentials(
    document: Document, matches: list[Match], context: ScanContext
) -> list[Match]:
    found = _build_all(document, matches, context, {}) if matches else ()
    pairs = zip(matches, found, strict=True)
    return [match for match, finding in pairs if finding.standing is not Standing.PLACEHOLDER]


def classify_severity(
    rule: Rule,
    exposure: Exposure,
    neighborhood: bytes,
    liveness: Liveness = Liveness.UNCHECKED,
) -> Severity:
    """Return the severity of a finding, by the text around it (contract, section 6)."""
    if rule.id == HEADER and _names_vendor(neighborhood.lower()):
        return Severity.HIGH
    if rule.id == APP_KEY and b"wa_live_" in neighborhood:
        return Severity.MEDIUM
    if rule.id != API_KEY:
        return rule.severity
    if liveness is Liveness.REVOKED:
        return Severity.NOTE
    if liveness is Liveness.LIVE or exposure is Exposure.CLIENT_SIDE:
        return Severity.CRITICAL
    return rule.severity


def _names_vendor(lowered: bytes) -> bool:
    return b"wastack" in lowered or b"x-app-key" in lowered


def _is_for_vendor(document: Document) -> bool:
    """Return whether a document is about WAStack: other vendors also have an X-App-Key."""
    if b"wa_live_" in document.content or b"wastack" in document.content.lower():
        return True
    return "wastack" in document.origin.path.lower()


def find_neighborhood(content: bytes, start: int, end: int) -> bytes:
    """Return the bytes around `content[start:end]` that may raise the severity."""
    return content[max(0, start - _NEIGHBORHOOD) : end + _NEIGHBORHOOD]


def _build_all(
    document: Document, matches: list[Match], context: ScanContext, details: Mapping[int, Details]
) -> Iterator[Finding]:
    content = document.content
    matches = add_bounds(matches, content, document.origin.path)
    split = (_list_offsets(match) for match in matches if match.elsewhere)
    offsets = sorted({match.start for match in matches}.union(chain.from_iterable(split)))
    positions = line_index.find_positions(content, offsets, document.line, document.column)
    low, high = document.own or (0, len(content))
    masks = build_masks(content, matches)
    # Thousands of keys may begin at one place, a variable: they have one excerpt.
    matched = _MatchedDocument(
        document,
        masks,
        lru_cache(1)(partial(format_excerpt, masks)),
        lru_cache(1)(partial(digest_line, build_comparison_masks(content, matches)))
        if context.compares_lines
        else None,
        inline.InlineComments(content),
        ExposureClassifier(document.origin, content),
        placeholders.Placeholders(matches),
        positions=dict(zip(offsets, positions, strict=True)),
        details=details,
        names_vendor=any(match.rule.id == APP_KEY for match in matches)
        and _is_for_vendor(document),
        context=context,
    )
    for match in matches:
        if match.start < high and match.end > low:  # a match in two chunks has one position
            yield _build_finding(match, matched)


def _list_offsets(match: Match) -> list[int]:
    """Return the offset of a match, and of the pieces that a report lists."""
    if not match.encoding.endswith(PIECES):
        return [match.start]
    return [match.start, *sorted(low for low, _ in match.elsewhere)[:_MAX_PIECES]]


def _build_finding(match: Match, matched: _MatchedDocument) -> Finding:
    document, rule, low, high = matched.document, match.rule, match.start, match.end
    content, (line, column) = document.content, matched.positions[low]
    length = _measure_first_line(content[low:high])
    exposure = matched.exposures.classify(low, high)
    is_key = rule.id == API_KEY  # the text around it does not matter
    nearby = b"" if is_key else find_neighborhood(content, low, high)
    severity = classify_severity(rule, exposure, nearby)
    standing, reason = _find_standing(match, matched)
    if standing is Standing.REPORTED and (expired := _find_expired(match, matched.context)):
        severity = Severity(max(0, severity - 1))
        reason = f"{expired}; {reason}" if reason else expired
    return Finding(
        rule=rule.id,
        secret=match.secret,
        origin=_build_origin(match, matched),
        position=Position(line, column, column + length),
        excerpt=matched.format_excerpt(low, high),
        severity=severity,
        exposure=exposure,
        standing=standing,
        reason=reason,
        encoding=join_encodings(document.encoding, match.encoding),
        bounds=match.bounds or Bounds.CERTAIN,
        candidates=match.candidates,
        line_digest=matched.digest_line(low, high) if matched.digest_line else b"",
    )


def _measure_first_line(text: bytes) -> int:
    lines = text.splitlines()
    return len(lines[0].decode("utf-8", "replace")) if lines else 0


def _build_origin(match: Match, matched: _MatchedDocument) -> Origin:
    """Return the origin with the logical location, and the positions of all pieces of a secret."""
    document = matched.document
    origin = document.origin
    details = origin.details + matched.details.get(match.start, ())
    if match.rule.id == APP_KEY and matched.names_vendor:
        details = (*details, _VENDOR)
    is_split = bool(match.elsewhere) and match.encoding.endswith(PIECES)
    if not is_split and len(details) == len(origin.details):
        return origin
    if is_split:
        positions = (matched.positions[offset] for offset in _list_offsets(match))
        pieces = ", ".join(f"{line}:{column}" for line, column in positions)
        details = (*details, (PIECES, pieces))
    return origin._replace(details=details)


def _find_standing(match: Match, matched: _MatchedDocument) -> tuple[Standing, str]:
    """Return the standing and its reason; a comment by a person precedes a guess."""
    context, comment, other = matched.context, None, None
    if context.honor_inline:
        comment = matched.comments.find_own(match.start, match.end)
        other = comment or matched.comments.find_foreign(match.start, match.end)
    comment = comment or (other if context.honor_foreign else None)
    if comment and _is_honored(match, context):
        # The reason is masked: a line may hold keys after a comment, or inside it.
        reason = matched.masks.over(*comment.reason).strip()
        return Standing.IGNORED, inline.format_ignored(comment, reason)
    is_name = matched.document.origin.part == "name"  # an ellipsis in it is a part of the name
    content = b"" if is_name else matched.document.content
    if reason := matched.placeholders.find_reason(match, content):
        return Standing.PLACEHOLDER, reason
    if comment:
        return Standing.REPORTED, _NEW_COMMENT
    return Standing.REPORTED, inline.format_not_honored(other) if other else ""


def _find_expired(match: Match, context: ScanContext) -> str:
    """Return when a token expired; one without an expiry, or with a later one, is empty."""
    day = placeholders.find_expiry(match)
    return f"{EXPIRED}{day}" if day and day < context.today else ""


def _is_honored(match: Match, context: ScanContext) -> bool:
    is_ignored = context.is_ignored_at_base
    return is_ignored is None or is_ignored(match.rule.id, match.secret.fingerprint)
