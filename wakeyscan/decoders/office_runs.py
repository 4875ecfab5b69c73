"""Keys that are cut into runs, in the XML of an office document outside of a zip.

Such are the flat files of OpenDocument (`fodt`) and of Word (2003, and `pkg:package`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders.decoder import DecodedText, FoundForms, Segment, Span
from wakeyscan.extractors.office_xml import SEAM, SPAN

NAME = "runs"

_PREFIX = KEY_PREFIX.encode()
_SEEN = 3
"""Letters of the prefix that, with a tag behind them, are rare enough to be looked for."""
_TAGS = (b"</w:t>", b"</a:t>", b"</text:p>", b"</text:h>")
_BEFORE, _BEHIND = 8 << 10, 32 << 10
"""Bytes around a mark that the runs of its key are in: many a run says how it looks at length."""
_BESIDE = 64
"""Bytes before a key that tell whether it begins there."""
_KEY = re.compile(_PREFIX + rb"[A-Za-z0-9_-]+")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the prefix of keys, and the longer of its parts with the tag that cuts it there."""
    if anchor != _PREFIX:
        return
    yield anchor
    yield from (anchor[:cut] + b"<" for cut in range(_SEEN, len(anchor)))
    yield from (b">" + anchor[cut:] for cut in range(1, _SEEN))


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: what is wrapped around a document is taken off first, where it shows."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: an escaped prefix that is cut into runs is left alone."""
    yield from ()


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield each key that goes over the end of a run."""
    if not any(tag in content for tag in _TAGS):
        return
    done = 0
    for at in sorted({at for mark in marks for at in find_all(content, mark)}):
        if at >= done:
            first, done = max(done, at - _BEFORE), at + _BEHIND
            yield from _cut(content, (max(0, first - _BEFORE), done + _BEHIND), (first, done))


def _cut(content: bytes, window: Span, own: Span) -> Iterator[DecodedText]:
    """Yield the keys of a window that begin in a part of it."""
    pieces = _pieces(content, *window)
    text = b"".join(content[start:end] for _, start, end in pieces)
    for key in _KEY.finditer(text):
        spans = _clipped(pieces, *key.span())
        if len(spans) > 1 and own[0] <= spans[0].start < own[1]:
            low, high = max(0, key.start() - _BESIDE), key.end() + 1
            shown = _clipped(pieces, low, high)
            yield DecodedText(text[low:high], (shown[0].start, shown[-1].end), shown)


def _pieces(content: bytes, low: int, high: int) -> list[Segment]:
    """Give what is left of a window without what stands between runs."""
    window = content[low:high]
    between = SPAN if b"<text:" in window else SEAM
    ends = [0, *(at for gap in between.finditer(window) for at in gap.span()), len(window)]
    pieces, at = [], 0
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        if start < end:
            pieces.append(Segment(at, low + start, low + end))
            at += end - start
    return pieces


def _clipped(pieces: list[Segment], low: int, high: int) -> list[Segment]:
    """Give the pieces of a part of what they are joined to."""
    clipped = []
    for at, start, end in pieces:
        first, behind = max(low, at), min(high, at + end - start)
        if first < behind:
            clipped.append(Segment(first - low, start + first - at, start + behind - at))
    return clipped
