"""What a decoder gives: a text that was wrapped, or the encoding that the whole text is in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

Span = tuple[int, int]
"""Offsets, half-open."""

FoundForms = Mapping[bytes, frozenset[bytes]]
"""The forms that stand in a text, each with the anchors that it may be one of."""

_NEAR = 80
"""Bytes between two parts of a secret that are taken for a part of it: a quote, a plus, a break."""


_CHARACTER = 4
"""Bytes of the longest character; only a line holds more in a piece of another length."""

_NO_TEXT = re.compile(rb"[^\t\n\r -~]")


class Segment(NamedTuple):
    """Where a stretch of an unwrapped text came from.

    It reaches to the next piece. Where it is as long as its source, byte stands for byte.
    """

    at: int
    """Where it begins in the unwrapped text."""
    start: int
    end: int
    """Its source: offsets in the wrapping text, half-open."""


class DecodedText(NamedTuple):
    """A text taken out of its wrapping."""

    content: bytes
    span: Span
    """Where it stood in the wrapping text."""
    pieces: Sequence[Segment] = ()
    """What came from where, in the order of `content`; empty: known of the whole only."""
    told: bool = False
    """Whether each piece is worth telling of: the text was written in pieces by a person."""
    apart: bool = False
    """Whether what lies between the pieces is none of the text, however little it is."""
    cut: bool = False
    """Whether it goes on before or behind: what is packed in it is not opened, for it would end."""

    def __repr__(self) -> str:
        return f"Layer({len(self.content)} bytes, {self.span})"

    def part(self, first: int, behind: int) -> DecodedText:
        """Give the text of some of the pieces, by number, half-open."""
        low = self.pieces[first].at
        high = self.pieces[behind].at if behind < len(self.pieces) else len(self.content)
        pieces = [one._replace(at=one.at - low) for one in self.pieces[first:behind]]
        span = pieces[0].start, pieces[-1].end
        return self._replace(content=self.content[low:high], span=span, pieces=pieces)

    def ends_a_line(self, at: int) -> bool:
        """Return whether a line of base64 ends there, and the next line does not decode to text.

        Such a line is no base64, but a word that looks like it.
        """
        number = bisect_left(self.pieces, at, key=_at)
        if not 0 < number < len(self.pieces) or self.pieces[number].at != at:
            return False
        _, low, high = self.pieces[number - 1]
        size = at - self.pieces[number - 1].at
        return _CHARACTER < size != high - low and _NO_TEXT.match(self.content, at) is not None

    def sources(self, start: int, end: int) -> tuple[Span, ...]:
        """Say where `content[start:end]` came from.

        First the stretch with its beginning, then what lies apart, and each piece to be told of.
        """
        if not self.pieces:
            return (self.span,)
        first = max(0, bisect_right(self.pieces, start, key=_at) - 1)
        behind = max(first + 1, bisect_left(self.pieces, end, key=_at))
        spans = [_source(self, number, start, end) for number in range(first, behind)]
        near = 0 if self.apart else _NEAR
        joined = spans[:1]
        for low, high in spans[1:]:
            if 0 <= low - joined[-1][1] <= near:
                joined[-1] = (joined[-1][0], high)
            else:
                joined.append((low, high))
        further = spans[1:] if self.told else joined[1:]
        return (joined[0], *further)


def _source(layer: DecodedText, number: int, start: int, end: int) -> Span:
    at, low, high = layer.pieces[number]
    last = number + 1 == len(layer.pieces)
    beyond = len(layer.content) if last else layer.pieces[number + 1].at
    if beyond - at != high - low:
        return low, high
    return low + max(0, start - at), low + min(beyond, end) - at


def _at(piece: Segment) -> int:
    return piece.at


class TextEncoding(NamedTuple):
    """Says that the wrapping text, as a whole, is a text in a codec of Python's."""

    codec: str
    mark: int = 0
    """Bytes of the byte-order mark at its start."""


def to_utf8(content: bytes, layer: DecodedText | TextEncoding) -> DecodedText:
    """Give a text inside a wrapping as a layer, where it has an encoding of its own too."""
    if isinstance(layer, DecodedText):
        return layer
    width = 4 if layer.codec.startswith("utf-32") else 2
    text = content[layer.mark :].decode(layer.codec, "replace")
    pieces, at, source = [], 0, layer.mark
    for character in text:
        step = 2 * width if width == 2 and character > "\uffff" else width
        pieces.append(Segment(at, source, min(source + step, len(content))))
        at += len(character.encode("utf-8", "replace"))
        source += step
    span = (0, len(content))
    return DecodedText(text.encode("utf-8", "replace"), span, tuple(pieces))


class Decoder(Protocol):
    """What a module of the family `decoders` is: one wrapping, and how to take it off.

    An anchor is looked for as it looks when it is wrapped, so that only what holds one is decoded.
    Where few bytes are looked at, `sieves` tells beforehand whether it can be there.
    """

    NAME: str

    def encoded_anchors(self, anchor: bytes, exact_case: bool) -> Iterable[bytes]:
        """Give the byte strings one of which stands wherever the wrapped anchor does."""

    def encode(self, anchor: bytes) -> Iterable[bytes]:
        """Give the wrapped anchor, whole, as it is mostly written: what is wrapped once more."""

    def encode_again(self, text: bytes) -> Iterable[bytes]:
        """Give the byte strings one of which stands wherever `text`, spelled so, is wrapped."""

    def decode(self, content: bytes, marks: FoundForms) -> Iterable[DecodedText | TextEncoding]:
        """Yield the texts in `content` that were wrapped where one of `marks` stands."""
