"""Takes the wrappings off a text, one within the other, and finds what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wakeyscan import detect
from wakeyscan.catalog import PLAIN
from wakeyscan.finding import Document
from wakeyscan.layer import Decoder, Encoded, Layer, in_utf8
from wakeyscan.lens import Lens
from wakeyscan.prefilter import Hit

DEEPEST = 3
"""Wrappings within wrappings that are taken off."""


def documents(
    document: Document, hits: list[Hit], through: Lens
) -> Iterator[tuple[Document, list[detect.Match]]]:
    """Yield the document, and its text where that is in UTF-16 or the like, with what is found.

    `hits` are the anchors of its content. Raises `OutOfPatience`.
    """
    for shown, look in _as_shown(document, hits, through):
        yield shown, detect.settle(_matches(look, through, DEEPEST), through.rules)


def matches(content: bytes, hits: list[Hit], through: Lens, depth: int = 0) -> list[detect.Match]:
    """List what stands in a text, in as many wrappings; raises `OutOfPatience`."""
    look = _looked(content, hits, through) if depth else _Look(content, hits, [])
    return detect.settle(_matches(look, through, depth), through.rules)


class _Look(NamedTuple):
    """A text with what stands in it: anchors, and what wraps some of them."""

    content: bytes
    hits: list[Hit]
    wrapped: list[tuple[str, Layer | Encoded]]


def _looked(content: bytes, hits: list[Hit], through: Lens) -> _Look:
    """Take one wrapping off a text in which anchors were found."""
    wrapped = [
        (decoder.NAME, layer)
        for decoder, marks in _wrapped(hits, through)
        for layer in decoder.unwrap(content, marks)
    ]
    return _Look(content, hits, wrapped)


def _as_shown(
    document: Document, hits: list[Hit], through: Lens
) -> Iterator[tuple[Document, _Look]]:
    """Yield the document, and its text where that is in UTF-16 or the like."""
    look = _looked(document.content, hits, through)
    whole = [(name, one) for name, one in look.wrapped if isinstance(one, Encoded)]
    parts = [(name, one) for name, one in look.wrapped if isinstance(one, Layer)]
    yield document, look._replace(wrapped=[*parts])
    for name, encoded in whole:
        shown = _recoded(document, encoded)
        shown = shown._replace(encoding=composed(document.encoding, name))
        yield shown, _looked(shown.content, through.prefilter(shown.content), through)


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
    look = _looked(layer.content, through.prefilter(layer.content), through)
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


def composed(outer: str, inner: str) -> str:
    """Name a wrapping within another, or either where there is just one."""
    parts = [part for part in (outer, inner) if part != "plain"]
    return "/".join(parts) or "plain"
