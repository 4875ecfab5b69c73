"""Takes the wrappings off a text, one within the other, and finds what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from wakeyscan.core.document import Document
from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import Secret
from wakeyscan.decoders.decoder import (
    DecodedText,
    Decoder,
    FoundAnchors,
    TextEncoding,
    convert_to_utf8,
)
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.scanner import matcher
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.prefilter.keywords import PLAIN, AnchorHit

MAX_DEPTH = 3
"""Wrappings within wrappings that are taken off."""


MOST_ENCLOSED = 1000
"""Secrets in one container that a text holds: all of them stand at the same place."""

_TOO_MANY = f"has over {MOST_ENCLOSED:,} secrets in something packed; the rest is left"


class ArchiveOpener(Protocol):
    """Opens the containers that a text holds in some wrapping."""

    def texts(self, form: str, content: bytes) -> Iterator[Document]:
        """Yield what is in a container of a form, and in those within it."""

    def leave(self, reason: str) -> None:
        """Take note that something is left."""


def decode_document(
    document: Document,
    hits: list[AnchorHit],
    context: ScanContext,
    opener: ArchiveOpener | None = None,
) -> Iterator[tuple[Document, list[matcher.Match]]]:
    """Yield the document, and its text where that is in UTF-16 or the like, with what is found.

    `hits` are the anchors of its content. What is wrapped and a container is opened where there is
    an opener. Raises `OutOfPatience`.
    """
    for shown, look in _as_shown(document, hits, context):
        yield shown, _matches(look, context, MAX_DEPTH, opener)


def find_matches(
    content: bytes, hits: list[AnchorHit], context: ScanContext, depth: int = 0
) -> list[matcher.Match]:
    """List what stands in a text, in as many wrappings; raises `OutOfPatience`."""
    look = _looked(content, hits, context) if depth else _Look(content, hits, [])
    return _matches(look, context, depth, None)


class _Look(NamedTuple):
    """A text with what stands in it: anchors, and what wraps some of them."""

    content: bytes
    hits: list[AnchorHit]
    wrapped: list[tuple[str, DecodedText | TextEncoding]]


def _looked(content: bytes, hits: list[AnchorHit], context: ScanContext) -> _Look:
    """Take one wrapping off a text in which anchors were found."""
    wrapped = [
        (decoder.NAME, layer)
        for decoder, marks in _wrapped(hits, context)
        for layer in decoder.decode(content, marks)
    ]
    return _Look(content, hits, wrapped)


def _looked_into(content: bytes, context: ScanContext) -> _Look:
    """Find the anchors of a text that came out of another, and take one wrapping off."""
    return _looked(content, context.prefilter(content), context)


def _as_shown(
    document: Document, hits: list[AnchorHit], context: ScanContext
) -> Iterator[tuple[Document, _Look]]:
    """Yield the document, and its text where that is in UTF-16 or the like."""
    look = _looked(document.content, hits, context)
    whole = [(name, one) for name, one in look.wrapped if isinstance(one, TextEncoding)]
    parts = [(name, one) for name, one in look.wrapped if isinstance(one, DecodedText)]
    yield document, look._replace(wrapped=[*parts])
    for name, encoded in whole:
        shown = _recoded(document, encoded)
        shown = shown._replace(encoding=join_encodings(document.encoding, name))
        yield shown, _looked_into(shown.content, context)


def _recoded(document: Document, encoded: TextEncoding) -> Document:
    """Give the document in UTF-8; of a window, what is its own stays its own."""
    low, high = document.own or (encoded.bom_size, len(document.content))
    low = max(low, encoded.bom_size)
    before, own, after = (
        document.content[start:end].decode(encoded.codec, "replace").encode("utf-8", "replace")
        for start, end in ((encoded.bom_size, low), (low, high), (high, len(document.content)))
    )
    return document._replace(
        content=before + own + after, own=(len(before), len(before) + len(own))
    )


def _wrapped(
    hits: Iterable[AnchorHit], context: ScanContext
) -> Iterator[tuple[Decoder, FoundAnchors]]:
    """Yield the wrappings of which forms stand in a text, with these."""
    marks: dict[str, dict[bytes, frozenset[bytes]]] = {}
    for form, _ in hits:
        if form.decoder != PLAIN:
            same = marks.setdefault(form.decoder, {})
            same[form.text] = same.get(form.text, frozenset()) | {form.anchor}
    for name in sorted(marks):
        yield context.decoders[name], marks[name]


def _matches(
    look: _Look, context: ScanContext, depth: int, opener: ArchiveOpener | None
) -> list[matcher.Match]:
    """List what stands in a text, plain or wrapped, with offsets in that text, settled."""
    wrapped = _wrapped_in(look, context, depth - 1, opener) if depth else ()
    return matcher.resolve_overlaps(_plain(look, context), wrapped, context.rules)


def _plain(look: _Look, context: ScanContext) -> Iterator[matcher.Match]:
    content = look.content
    for rule in context.rules:
        anchors = {at for form, at in look.hits if not form.decoder and form.anchor in rule.anchors}
        if anchors:
            yield from matcher.match_rule(content, rule, context.patterns.of(rule), sorted(anchors))


def _wrapped_in(
    look: _Look, context: ScanContext, depth: int, opener: ArchiveOpener | None
) -> Iterator[list[matcher.Match]]:
    """Yield what stands in each text that is wrapped in another, and in what that may be packed.

    What shows in something packed before it is opened is the same, or less.
    """
    opened: list[matcher.Match] = []
    found: list[tuple[list[matcher.Match], list[matcher.Match]]] = []
    for name, wrapped in look.wrapped:
        layer = convert_to_utf8(look.content, wrapped)
        inside = [
            _moved_out(match, name, layer, look.content)._replace(bounds=match.bounds)
            for match in _packed_in(layer, context, depth, opener)
        ]
        shown = _matches(
            _looked_into(layer.content, context),
            context,
            depth,
            None if layer.is_truncated else opener,
        )
        opened += inside
        found.append((inside, [_moved_out(match, name, layer, look.content) for match in shown]))
    for inside, shown in found:
        yield inside + [match for match in shown if not _is_in(opened, match)]


def _is_in(opened: list[matcher.Match], match: matcher.Match) -> bool:
    """Say whether it was told of already, as a part of something that was opened there."""
    return any(
        match.start < one.end and one.start < match.end and match.secret.begins_with(one.secret)
        for one in opened
    )


def _packed_in(
    layer: DecodedText, context: ScanContext, depth: int, opener: ArchiveOpener | None
) -> Iterator[matcher.Match]:
    """Yield what stands in the container that an unwrapped text is, if it is one."""
    content = layer.content
    if opener and not layer.is_truncated and (form := detect_format(content, len(content))):
        yield from _enclosed(form, content, context, depth, opener)


def _enclosed(
    form: str, content: bytes, context: ScanContext, depth: int, opener: ArchiveOpener
) -> Iterator[matcher.Match]:
    """Yield each secret in a container once; its place is that of the whole container."""
    known: set[tuple[str, Secret]] = set()
    for document in opener.texts(form, content):
        for match in _matches(_looked_into(document.content, context), context, depth, opener):
            secret = match.rule.id, match.secret
            if secret in known:
                continue
            if len(known) == MOST_ENCLOSED:
                opener.leave(_TOO_MANY)
                return
            known.add(secret)
            encoding = join_encodings(document.encoding, match.encoding)
            ends = match.bounds or _bounds_of(document.content, match)
            yield match._replace(
                start=0, end=len(content), elsewhere=(), encoding=encoding, bounds=ends
            )


def _bounds_of(content: bytes, match: matcher.Match) -> Bounds:
    from wakeyscan.scanner import bounds  # its patterns are needed only for a secret that was found

    return bounds.find_bounds(content, match.start, match.end)


def _end_of(around: bytes, layer: DecodedText, match: matcher.Match) -> Bounds:
    from wakeyscan.scanner import bounds  # the same

    start = layer.find_sources(match.start, match.start + 1)[0][0]
    return bounds.find_end_bounds(
        around, start, layer.find_sources(match.end - 1, match.end)[-1][1]
    )


def _bounds_in(layer: DecodedText, match: matcher.Match, around: bytes) -> Bounds:
    """Return the bounds of a match in a layer; at an end of the layer, the text around decides."""
    if match.bounds is Bounds.OPEN:
        return Bounds.OPEN
    at_line_end = layer.is_base64_line_end(match.end)
    known = match.bounds or at_line_end
    if not known and _bounds_of(layer.content, match) is Bounds.OPEN:
        return Bounds.OPEN
    at_end = at_line_end or match.end == len(layer.content)
    if layer.is_truncated and (at_end or match.start == 0):
        return Bounds.OPEN
    return _end_of(around, layer, match) if at_end else Bounds.CERTAIN


def _moved_out(match: matcher.Match, name: str, layer: DecodedText, around: bytes) -> matcher.Match:
    """Give a match in a layer with offsets in the text around it."""
    spans = [
        source
        for span in ((match.start, match.end), *match.elsewhere)
        for source in layer.find_sources(*span)
    ]
    start, end = spans[0]
    encoding = join_encodings(name, match.encoding)
    return match._replace(
        start=start,
        end=end,
        elsewhere=tuple(spans[1:]),
        encoding=encoding,
        bounds=_bounds_in(layer, match, around),
    )


def join_encodings(outer: str, inner: str) -> str:
    """Name a wrapping within another, or either where there is just one."""
    parts = [part for part in (outer, inner) if part != "plain"]
    return "/".join(parts) or "plain"
