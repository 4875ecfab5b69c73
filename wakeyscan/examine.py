"""One document: unwrap -> detect -> settle -> locate -> triage. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, takewhile
from typing import NamedTuple

from wakeyscan import detect, ignores, locate, severity, triage
from wakeyscan.container import Bounds
from wakeyscan.display import conceal
from wakeyscan.finding import Document, Finding, Origin, Position, Standing
from wakeyscan.layer import Decoder, Encoded, Layer, in_utf8
from wakeyscan.literal import Literals
from wakeyscan.prefilter import PLAIN, Catalog, Hit, Prefilter
from wakeyscan.rule import Rule

_DEEPEST = 3
"""Wrappings within wrappings that are taken off."""

_STRUCTURED = (
    *(".ipynb", ".map", ".har", ".json", ".yml", ".yaml"),
    *(".tfstate", ".backup", ".tfplan"),
)
"""Ends of the names of documents in which a line and a column say little."""

_IN_PIECES = "pieces"
"""The wrapping whose places are named, all of them."""

_MOST_PIECES = 8
"""Places of one secret that are named, beside the first."""

_EXCERPT = 100
"""Bytes of a line that are shown to either side of a secret."""


_TOO_NEW = "its mark came with the change that brings it, and so does not count"


class Lens(NamedTuple):
    """What one looks with: made once for a run, used for every document."""

    rules: tuple[Rule, ...]
    decoders: Mapping[str, Decoder]
    prefilter: Prefilter
    patterns: detect.Patterns
    heed_marks: bool = True
    """Whether `wakeyscan:ignore` counts: in a stranger's repository it does not."""
    bounds: Bounds = Bounds()
    """How far containers are opened."""
    precedents: Callable[[str, str], bool] | None = None
    """Where marks count for some keys only: says whether for one of a rule and fingerprint."""
    heed_foreign: bool = False
    """Whether marks of other scanners count, too, where ours do."""


def lens(rules: tuple[Rule, ...], decoders: Mapping[str, Decoder]) -> Lens:
    """Grind a lens for rules and decoders, by the names of their files."""
    return Lens(rules, decoders, Prefilter(Catalog(rules, decoders)), detect.Patterns())


def examine(document: Document, through: Lens) -> list[Finding]:
    """List the findings of one document, by place; raises `detect.OutOfPatience`."""
    findings: list[Finding] = []
    for shown, look in _as_shown(document, through):
        matches = detect.settle(_matches(look, through, _DEEPEST), through.rules)
        details = _details(shown, matches, through)
        findings += _findings(shown, matches, through, details)
    return findings


def examine_name(origin: Origin, through: Lens) -> tuple[Origin, list[Finding]]:
    """Look for secrets in a document's name; give its origin with the name masked, and them."""
    path = origin.path.encode("utf-8", "surrogateescape")
    look = _Look(path, through.prefilter(path), [])
    matches = detect.settle(_matches(look, through, 0), through.rules)
    if not matches:
        return origin, []
    masked = origin._replace(path=_masked(path, matches, 0, len(path)))
    unmarked = through._replace(heed_marks=False)
    return masked, _findings(Document(masked._replace(part="name"), path), matches, unmarked, {})


def _details(
    document: Document, matches: list[detect.Match], through: Lens
) -> dict[int, tuple[tuple[str, str], ...]]:
    """Give, by offset, where matches are in the terms of a notebook, an archive or the like."""
    if not matches or not document.origin.path.lower().endswith(_STRUCTURED):
        return {}
    from wakeyscan import outline  # with what it loads 5 ms that a clean file never pays

    offsets = sorted({match.start for match in matches})
    told = outline.outlined(document, offsets, lambda text: _concealed(text, through))
    return dict(zip(offsets, told, strict=True))


def _concealed(text: str, through: Lens) -> str:
    """Mask what a document calls a part of itself; where that takes too long, all of it."""
    content = text.encode()
    try:
        matches = detect.settle(_matches(_looked(content, through), through, 1), through.rules)
    except detect.OutOfPatience:
        return "…"
    return _masked(content, matches, 0, len(content)) if matches else text


class _Look(NamedTuple):
    """A text with what stands in it: anchors, and what wraps some of them."""

    content: bytes
    hits: list[Hit]
    wrapped: list[tuple[str, Layer | Encoded]]


def _looked(content: bytes, through: Lens) -> _Look:
    """Find the anchors of a text, and take one wrapping off."""
    hits = through.prefilter(content)
    wrapped = [
        (decoder.NAME, layer)
        for decoder, marks in _wrapped(hits, through)
        for layer in decoder.unwrap(content, marks)
    ]
    return _Look(content, hits, wrapped)


def _as_shown(document: Document, through: Lens) -> Iterator[tuple[Document, _Look]]:
    """Yield the document, and its text where that is in UTF-16 or the like."""
    look = _looked(document.content, through)
    whole = [(name, one) for name, one in look.wrapped if isinstance(one, Encoded)]
    parts = [(name, one) for name, one in look.wrapped if isinstance(one, Layer)]
    yield document, look._replace(wrapped=[*parts])
    for name, encoded in whole:
        shown = _recoded(document, encoded)
        shown = shown._replace(encoding=_composed(document.encoding, name))
        yield shown, _looked(shown.content, through)


def _recoded(document: Document, encoded: Encoded) -> Document:
    """Give the document in UTF-8; of a window, what is its own stays its own."""
    low, high = document.own or (encoded.mark, len(document.content))
    low = max(low, encoded.mark)
    before, own, after = (
        document.content[start:end].decode(encoded.codec, "replace").encode("utf-8", "replace")
        for start, end in ((encoded.mark, low), (low, high), (high, len(document.content)))
    )
    return document._replace(
        content=before + own + after, own=(len(before), len(before) + len(own))
    )


def _wrapped(hits: Iterable[Hit], through: Lens) -> Iterator[tuple[Decoder, frozenset[bytes]]]:
    """Yield the wrappings of which forms stand in a text, with these."""
    marks: dict[str, set[bytes]] = {}
    for form, _ in hits:
        if form.decoder != PLAIN:
            marks.setdefault(form.decoder, set()).add(form.text)
    for name in sorted(marks):
        yield through.decoders[name], frozenset(marks[name])


def _matches(look: _Look, through: Lens, depth: int) -> Iterator[detect.Match]:
    """Yield what stands in a text, plain or wrapped, with offsets in that text."""
    content = look.content
    for rule in through.rules:
        anchors = {at for form, at in look.hits if not form.decoder and form.anchor in rule.anchors}
        if anchors:
            yield from detect.detect(content, rule, through.patterns.of(rule), sorted(anchors))
    for name, layer in look.wrapped if depth else ():
        yield from _unwrapped(name, in_utf8(content, layer), through, depth)


def _unwrapped(name: str, layer: Layer, through: Lens, depth: int) -> Iterator[detect.Match]:
    """Yield what stands in a layer, with offsets in the text around it."""
    look = _looked(layer.content, through)
    for match in _matches(look, through, depth - 1):
        inside = "" if match.encoding == "plain" else f"/{match.encoding}"
        spans = [
            source
            for span in ((match.start, match.end), *match.elsewhere)
            for source in layer.sources(*span)
        ]
        start, end = spans[0]
        yield match._replace(
            start=start, end=end, elsewhere=tuple(spans[1:]), encoding=name + inside
        )


def _findings(
    document: Document,
    matches: list[detect.Match],
    through: Lens,
    details: Mapping[int, tuple[tuple[str, str], ...]],
) -> list[Finding]:
    content = document.content
    starts = locate.locate(content, (m.start for m in matches), document.line, document.column)
    low, high = document.own or (0, len(content))
    literals = Literals(content)
    return [
        _finding(
            _within(document, details.get(match.start)), match, matches, place, through, literals
        )
        for match, place in zip(matches, starts, strict=True)
        if match.start < high and match.end > low  # what two windows share is told apart by place
    ]


def _within(document: Document, details: tuple[tuple[str, str], ...] | None) -> Document:
    return (
        document._replace(origin=document.origin._replace(details=details)) if details else document
    )


def _finding(
    document: Document,
    match: detect.Match,
    matches: list[detect.Match],
    place: tuple[int, int],
    through: Lens,
    literals: Literals,
) -> Finding:
    from wakeyscan import exposure  # with its tables what a clean file never pays

    content, (line, column) = document.content, place
    _, first_line = locate.line_around(content, match.start, match.start, match.end - match.start)
    length = len(content[match.start : min(first_line, match.end)].decode("utf-8", "replace"))
    low, high = locate.line_around(content, match.start, match.end, _EXCERPT)
    seen_by = exposure.exposure_of(document.origin, content, match.start, match.end)
    around = severity.neighbourhood(content, match.start, match.end)
    standing, reason = _standing(content, match, matches, through, literals)
    return Finding(
        rule=match.rule.id,
        secret=match.secret,
        origin=_with_pieces(document, match, place),
        position=Position(line, column, column + length),
        excerpt=_excerpt(content, matches, low, high),
        severity=severity.severity_of(match.rule, seen_by, around),
        exposure=seen_by,
        standing=standing,
        reason=reason,
        encoding=_composed(document.encoding, match.encoding),
    )


def _with_pieces(document: Document, match: detect.Match, place: tuple[int, int]) -> Origin:
    """Name, in the details, all places of a secret that is written in pieces."""
    if not match.elsewhere or not match.encoding.endswith(_IN_PIECES):
        return document.origin
    rest = sorted(start for start, _ in match.elsewhere)[:_MOST_PIECES]
    others = locate.locate(document.content, rest, document.line, document.column)
    pieces = ", ".join(f"{line}:{column}" for line, column in (place, *others))
    return document.origin._replace(details=(*document.origin.details, ("pieces", pieces)))


def _standing(
    content: bytes,
    match: detect.Match,
    matches: list[detect.Match],
    through: Lens,
    literals: Literals,
) -> tuple[Standing, str]:
    """What a person wrote goes before what we guess."""
    mark = other = None
    if through.heed_marks:
        mark = ignores.own_mark(content, match.start, match.end, literals)
        other = mark or ignores.foreign_mark(content, match.start, match.end, literals)
    mark = mark or (other if through.heed_foreign else None)
    if mark and _has_precedent(match, through):
        # A line may hold keys behind a comment, and people put one into it.
        reason = _masked(content, matches, *mark.reason).strip()
        return Standing.IGNORED, ignores.told(mark, reason)
    if reason := triage.placeholder_reason(match):
        return Standing.PLACEHOLDER, reason
    if mark:
        return Standing.REPORTED, _TOO_NEW
    return Standing.REPORTED, ignores.not_heeded(other) if other else ""


def _has_precedent(match: detect.Match, through: Lens) -> bool:
    ask = through.precedents
    return ask is None or ask(match.rule.id, match.secret.fingerprint)


def _composed(outer: str, inner: str) -> str:
    parts = [part for part in (outer, inner) if part != "plain"]
    return "/".join(parts) or "plain"


def _masked(content: bytes, matches: list[detect.Match], low: int, high: int) -> str:
    """Give `content[low:high]` with the secrets masked, those that stick out of it too."""
    pieces, at = [], low
    for start, end, mask in _masks(matches, low, high):
        if end > at:
            pieces += [_text(content[at : max(at, start)]), mask]
            at = end
    return conceal("".join(pieces) + _text(content[at:high]))


def _masks(matches: list[detect.Match], low: int, high: int) -> list[tuple[int, int, str]]:
    """List what is to be masked of `low:high`, in order."""
    first = bisect_left(matches, low, key=lambda match: match.end)
    near = [
        (match.start, match.end, str(match.secret))
        for match in takewhile(lambda m: m.start < high, islice(matches, max(0, first - 1), None))
    ]
    apart = [
        (start, end, str(match.secret))
        for match in matches
        for start, end in match.elsewhere
        if start < high and end > low
    ]
    return sorted(near + apart)


def _text(piece: bytes) -> str:
    return piece.decode("utf-8", "replace")


def _excerpt(content: bytes, matches: list[detect.Match], low: int, high: int) -> str:
    """Give a masked piece of a line, with `…` where the line goes on."""
    while low and low < high and 0x80 <= content[low] < 0xC0:  # not in the middle of a character
        low += 1
    before = "…" if low and content[low - 1 : low] not in (b"\n", b"\r") else ""
    after = "…" if high < len(content) and content[high : high + 1] not in (b"\n", b"\r") else ""
    return before + _masked(content, matches, low, high).strip() + after
