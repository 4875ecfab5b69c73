"""Base64, standard and URL-safe, in one line or several; decoded only around an encoded anchor."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate

from wakeyscan.core.line_index import find_any
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders._base64_lines import (
    MAX_RUN,
    find_lines,
    find_run,
    has_escaped_padding,
)
from wakeyscan.decoders._base64_wrapped import LineSegments, WrappedText
from wakeyscan.decoders.base64_codec import decode_base64, encode_at
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Span

NAME = "base64"

_MAX_PART = 8
"""Maximum letters of an encoded anchor that are searched for; a line may end within the others."""

_MAX_KNOWN = 64
"""Decoded texts that are kept, since a text may repeat one thousands of times."""

_NEAR = 192
"""Letters on either side of a part of an anchor that are decoded first: few long runs hold one.

The parts that are as near to each other are decoded together.
"""

_PREFIX_SIZE = 12
"""Bytes of an encoded anchor that identify it."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield parts of the letters that encode the anchor, for each of its three alignments.

    Half of the letters is enough, so that a line may end within the other half. The middle covers
    an anchor with two line ends, in lines of eight letters. An anchor in any case has too many
    encoded forms; only a key next to it is found.
    """
    for letters in encode(anchor) if exact_case else ():
        half = min(_MAX_PART, len(letters) // 2)
        middle = (len(letters) - half) // 2
        yield from (letters[:half], letters[middle : middle + half], letters[-half:])


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield the letters that the anchor alone determines, for each of its three alignments."""
    yield from (encode_at(anchor, shift)[0] for shift in range(3))


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield both halves of the letters that encode `text`; a line may end within one of them."""
    for letters in encode(text[:_PREFIX_SIZE]):
        half = min(_MAX_PART, len(letters) // 2)
        yield from (letters[:half], letters[-half:])


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text of each base64 run that contains an encoded anchor."""
    end = -1
    anchors = tuple(frozenset().union(*found.values()))
    may_hold = lru_cache(_MAX_KNOWN)(found.may_hold)
    starts = list(find_any(content, found))
    for start in starts:
        if start < end:
            continue
        last = starts[bisect_right(starts, start + _NEAR) - 1]
        run = _read_run(content, start, last - start + _NEAR)
        if run.is_truncated:
            if not any(may_hold(plain) for _, plain in _decode_shifted(run)):
                end = min(last + 1, run.span[1])
                continue
            run = _read_run(content, start)
        end = run.span[1]
        yield from _decode_run(run, anchors, may_hold)


class _Run(NamedTuple):
    """A run of base64 in one line or several."""

    lines: list[Span]
    letters: list[bytes]
    """Text of each line."""
    is_truncated: bool
    is_padded: bool
    """Whether escaped padding follows."""

    @property
    def span(self) -> Span:
        return self.lines[0][0], self.lines[-1][1]


def _read_run(content: bytes, offset: int, reach: int = MAX_RUN) -> _Run:
    run = find_run(content, offset, reach)
    lines, is_truncated = find_lines(content, run, reach)
    return _Run(
        lines=lines,
        letters=[content[start:end] for start, end in lines],
        is_truncated=is_truncated,
        is_padded=has_escaped_padding(content, lines[-1][1]),
    )


def _decode_run(
    run: _Run, anchors: tuple[bytes, ...], may_hold: Callable[[bytes], object]
) -> Iterator[DecodedText]:
    """Decode a run at every alignment, since letters that do not belong to it may precede it.

    Most alignments decode to bytes without an anchor: half of an encoded one is common.
    """
    for shift, plain in _decode_shifted(run):
        if not may_hold(plain):
            continue
        if len(run.lines) == 1:  # without segments: all bytes have the same source
            yield DecodedText(plain, run.span, is_truncated=run.is_truncated)
        else:
            yield from _split_texts(run, shift, plain, anchors, may_hold)


def _decode_shifted(run: _Run) -> Iterator[tuple[int, bytes]]:
    letters = b"".join(run.letters)
    for shift in range(4):
        yield shift, decode_base64(letters[shift:].rstrip(b"="))


def _split_texts(
    run: _Run,
    shift: int,
    plain: bytes,
    anchors: tuple[bytes, ...],
    may_hold: Callable[[bytes], object],
) -> Iterator[DecodedText]:
    segments = LineSegments(run.lines, shift, len(plain))
    first, *between, last = run.letters
    padding = b"=" * run.is_padded
    lines = [first[shift:], *between, last + padding]
    sizes = [*accumulate(map(len, lines), initial=0)]
    wrapped = WrappedText(plain, segments.starts, lines, sizes)
    decoded = DecodedText(plain, run.span, segments, is_truncated=run.is_truncated)
    for start, stop in wrapped.split_texts(anchors):
        if (start, stop) == (0, len(segments)):
            yield decoded
        elif may_hold(wrapped.get_text(start, stop)):
            yield decoded.select_segments(start, stop)
