"""Keys that are split over text runs, in the XML of an office document outside a zip file.

Flat OpenDocument (`fodt`), Word 2003 and Word's `pkg:package` are such documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_index import find_all
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders.decoder import (
    DecodedText,
    FoundAnchors,
    Segment,
    Span,
    encode_nothing,
    encode_nothing_again,
)
from wakeyscan.extractors.office_xml import SEAM, SPAN

NAME = "runs"

_PREFIX = KEY_PREFIX.encode()
_MIN_PART = 3
"""Minimum letters of the prefix that, followed by a tag, are rare enough to be searched for."""
_TAGS = (b"</w:t>", b"</a:t>", b"</text:p>", b"</text:h>")
_CONTEXT_BEFORE, _CONTEXT_AFTER = 8 << 10, 32 << 10
"""Bytes around a part of the prefix that hold the runs of its key; runs have long attributes."""
_KEY_CONTEXT = 64
"""Bytes before a key that determine whether it starts a word."""
_KEY = lazy_pattern(_PREFIX + rb"[A-Za-z0-9_-]+")

encode, encode_again = encode_nothing, encode_nothing_again


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the key prefix, and the longer part of it with the tag that splits it there."""
    if anchor != _PREFIX:
        return
    yield anchor
    yield from (anchor[:length] + b"<" for length in range(_MIN_PART, len(anchor)))
    yield from (b">" + anchor[start:] for start in range(1, _MIN_PART))


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield each key that continues after the end of a run."""
    if not any(tag in content for tag in _TAGS):
        return
    stop = 0
    for offset in sorted({offset for text in found for offset in find_all(content, text)}):
        if offset >= stop:
            start, stop = max(stop, offset - _CONTEXT_BEFORE), offset + _CONTEXT_AFTER
            window = max(0, start - _CONTEXT_BEFORE), stop + _CONTEXT_AFTER
            yield from _find_split_keys(content, window, (start, stop))


def _find_split_keys(content: bytes, window: Span, own: Span) -> Iterator[DecodedText]:
    """Yield the keys of a window that start in its part `own`."""
    segments = _list_run_texts(content, *window)
    text = b"".join(content[start:end] for _, start, end in segments)
    for key in _KEY.finditer(text):
        key_segments = _clip_segments(segments, *key.span())
        if len(key_segments) > 1 and own[0] <= key_segments[0].start < own[1]:
            low, high = max(0, key.start() - _KEY_CONTEXT), key.end() + 1
            clipped = _clip_segments(segments, low, high)
            yield DecodedText(text[low:high], (clipped[0].start, clipped[-1].end), clipped)


def _list_run_texts(content: bytes, low: int, high: int) -> list[Segment]:
    """Return a chunk without the tags between runs."""
    window = content[low:high]
    separator = SPAN if b"<text:" in window else SEAM
    bounds = [0, *(at for gap in separator.finditer(window) for at in gap.span()), len(window)]
    segments, offset = [], 0
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        if start < end:
            segments.append(Segment(offset, low + start, low + end))
            offset += end - start
    return segments


def _clip_segments(segments: list[Segment], low: int, high: int) -> list[Segment]:
    """Return the segments of the part `low:high` of the joined text."""
    clipped = []
    for offset, start, end in segments:
        first, stop = max(low, offset), min(high, offset + end - start)
        if first < stop:
            clipped.append(Segment(first - low, start + first - offset, start + stop - offset))
    return clipped
