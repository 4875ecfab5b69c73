"""Base64, standard and URL-safe, in one line or several; decoded only around an encoded anchor."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import accumulate

from wakeyscan.core.line_index import find_any
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders._base64_lines import (
    MAX_RUN,
    find_lines,
    find_run,
    has_escaped_padding,
)
from wakeyscan.decoders._base64_wrapped import LineSegments, WrappedText, find_starts
from wakeyscan.decoders.base64_codec import decode_base64, encode_at
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Span

NAME = "base64"

_MAX_PART = 8
"""Maximum letters of an encoded anchor that are searched for; a line may end within the others."""

_MAX_KNOWN = 64
"""Decoded texts that are kept, since a text may repeat one thousands of times."""

_SHORT = 1 << 12
"""Bytes of a run; the decoded texts of shorter ones are kept."""

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
    decode_letters = partial(_decode_letters, anchors, may_hold)
    decode_short = lru_cache(_MAX_KNOWN)(decode_letters)
    starts = list(find_any(content, found))
    for start in starts:
        if start < end:
            continue
        last = starts[bisect_right(starts, start + _NEAR) - 1]
        run = _read_run(content, start, last - start + _NEAR)
        if run.is_truncated:
            if not any(may_hold(plain) for _, plain in _decode_shifted(run.letters)):
                end = min(last + 1, run.span[1])
                continue
            run = _read_run(content, start)
        end = run.span[1]
        decode_run = decode_short if end - run.span[0] < _SHORT else decode_letters
        for shift, plain, parts in decode_run(run.letters, is_padded=run.is_padded):
            yield from _build_texts(run, shift, plain, parts)


class _Run(NamedTuple):
    """A run of base64 in one line or several."""

    lines: list[Span]
    letters: tuple[bytes, ...]
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
        letters=tuple([content[start:end] for start, end in lines]),
        is_truncated=is_truncated,
        is_padded=has_escaped_padding(content, lines[-1][1]),
    )


def _decode_letters(
    anchors: tuple[bytes, ...],
    may_hold: Callable[[bytes], object],
    letters: tuple[bytes, ...],
    *,
    is_padded: bool,
) -> list[tuple[int, bytes, list[Span]]]:
    """Decode lines at every alignment, since letters that do not belong to them may precede them.

    Return the letters skipped, the decoded lines, and the numbers of the lines of each text in
    them. Most alignments decode to bytes without an anchor: half of an encoded one is common.
    """
    return [
        (shift, plain, _split_texts(letters, shift, plain, anchors, may_hold, is_padded=is_padded))
        for shift, plain in _decode_shifted(letters)
        if may_hold(plain)
    ]


def _decode_shifted(lines: tuple[bytes, ...]) -> Iterator[tuple[int, bytes]]:
    letters = b"".join(lines)
    for shift in range(4):
        yield shift, decode_base64(letters[shift:].rstrip(b"="))


def _split_texts(
    letters: tuple[bytes, ...],
    shift: int,
    plain: bytes,
    anchors: tuple[bytes, ...],
    may_hold: Callable[[bytes], object],
    *,
    is_padded: bool,
) -> list[Span]:
    if len(letters) == 1:
        return [(0, 1)]
    first, *between, last = letters
    lines = [first[shift:], *between, last + b"=" * is_padded]
    sizes = [*accumulate(map(len, lines), initial=0)]
    starts = find_starts(map(len, letters), shift, len(plain))
    wrapped = WrappedText(plain, starts, lines, sizes)
    return [
        (start, stop)
        for start, stop in wrapped.split_texts(anchors)
        if (start, stop) == (0, len(starts)) or may_hold(wrapped.get_text(start, stop))
    ]


def _build_texts(run: _Run, shift: int, plain: bytes, parts: list[Span]) -> Iterator[DecodedText]:
    if len(run.lines) == 1:  # without segments: all bytes have the same source
        yield DecodedText(plain, run.span, is_truncated=run.is_truncated)
        return
    segments = LineSegments(run.lines, shift, len(plain))
    decoded = DecodedText(plain, run.span, segments, is_truncated=run.is_truncated)
    for start, stop in parts:
        is_whole = start == 0 and stop == len(segments)
        yield decoded if is_whole else decoded.select_segments(start, stop)
