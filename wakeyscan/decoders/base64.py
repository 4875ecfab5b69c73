"""Base64, standard and URL-safe, in one line or many: decoded only where an anchor is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.decoders import _base64_lines
from wakeyscan.decoders._base64_text import from_base64, within_base64
from wakeyscan.decoders.decoder import DecodedText, FoundForms, Span

NAME = "base64"

_HALF = 8
"""Characters of a wrapped anchor that are looked for: a line may end inside the others."""

_HEAD = 12
"""Bytes of an escaped anchor that are enough to know it by."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the characters that depend on the anchor alone, for its three alignments.

    An anchor at byte `3k + shift` shares its first and last character with its neighbours
    unless it ends on a border of three; those characters are left out. Of the others a half
    is enough, so that a line may end anywhere; the middle, too, for two ends in lines of eight.
    What may be written in any case has too many forms: only a key inside it is found.
    """
    for text in encode(anchor) if exact_case else ():
        half = min(_HALF, len(text) // 2)
        middle = (len(text) - half) // 2
        yield from (text[:half], text[middle : middle + half], text[-half:])


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the characters that depend on the anchor alone, for its three alignments."""
    yield from (within_base64(anchor, shift)[0] for shift in range(3))


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give the characters that depend on an escaped anchor alone; a line may end in one half."""
    for wrapped in encode(text[:_HEAD]):
        half = min(_HALF, len(wrapped) // 2)
        yield from (wrapped[:half], wrapped[-half:])


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield the text of each run of base64 that holds one of `marks`."""
    done = -1
    pattern = b"|".join(re.escape(mark) for mark in sorted(marks))
    anchors = tuple(frozenset().union(*marks.values()))
    for hit in re.finditer(pattern, content):
        if hit.start() < done:
            continue
        found, cut = _base64_lines.around(content, *_base64_lines.run_around(content, hit.start()))
        done = found[-1][1]
        yield from _decoded(content, found, cut, anchors)


def _decoded(
    content: bytes, spans: list[Span], cut: bool, anchors: tuple[bytes, ...]
) -> Iterator[DecodedText]:
    """Decode at every alignment: the run may be glued to letters that are no part of it.

    Of a single line all bytes are in it, so there is nothing to say of pieces.
    """
    shown = [content[start:end] for start, end in spans]
    whole, padding = b"".join(shown), b"=" * _base64_lines.is_padded(content, spans[-1][1])
    for shift in range(4):
        plain = from_base64(whole[shift:].rstrip(b"="))
        if len(spans) == 1:
            yield DecodedText(plain, spans[0], cut=cut)
            continue
        pieces = _base64_lines.Lines(spans, shift, len(plain))
        run = _base64_lines.Run(
            plain, pieces.starts(), [shown[0][shift:], *shown[1:-1], shown[-1] + padding]
        )
        whole_run = DecodedText(plain, (spans[0][0], spans[-1][1]), pieces, cut=cut)
        for part in run.texts(anchors):
            yield whole_run if part == (0, len(pieces)) else whole_run.part(*part)
