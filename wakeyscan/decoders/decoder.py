"""Interface of the decoders, and what they return: decoded text, or the encoding of a document."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple, Protocol, overload

Span = tuple[int, int]
"""Start and end offset, half-open."""


class FoundAnchors(dict[bytes, frozenset[bytes]]):
    """Encoded anchors in a text, each with the anchors that it may represent."""

    def __init__(
        self,
        anchors: Mapping[bytes, frozenset[bytes]],
        path: str = "",
        may_hold: Callable[[bytes], object] = lambda text: True,
    ) -> None:
        super().__init__(anchors)
        self.path = path
        """Path of the text, which determines its language; empty if another text encodes it."""
        self.may_hold = may_hold
        """Returns whether a decoded text may hold an anchor, plain or encoded."""


_MAX_GAP = 80
"""Bytes between two segments of a secret that count as part of it: a quote, a plus, a line end."""

_MAX_CHARACTER_SIZE = 4
"""Bytes of the longest UTF-8 character; a longer segment that was decoded is a line of base64."""

_NOT_TEXT = lazy_pattern(rb"[^\t\n\r -~]")


class Segment(NamedTuple):
    """The source of a part of a decoded text, which reaches to the next segment.

    If part and source have the same length, each byte comes from the byte at the same position.
    """

    offset: int
    """Start of the part in the decoded text."""
    start: int
    """Start of its source in the encoded text."""
    end: int


_get_offset = itemgetter(0)
"""Returns the offset of a segment; a function of Python would take three times as long."""


class ComputedSegments(Sequence[Segment]):
    """Segments that are built when they are asked for, since most are not."""

    @property
    @abstractmethod
    def offsets(self) -> Sequence[int]:
        """The offset of each segment: a search among them builds none."""

    def __len__(self) -> int:
        return len(self.offsets)

    @overload
    def __getitem__(self, number: int) -> Segment: ...
    @overload
    def __getitem__(self, number: slice) -> list[Segment]: ...
    def __getitem__(self, number: int | slice) -> Segment | list[Segment]:
        if isinstance(number, slice):
            return [self.build_segment(n) for n in range(*number.indices(len(self)))]
        return self.build_segment(number)

    @abstractmethod
    def build_segment(self, number: int) -> Segment:
        """Return a segment by its number."""

    def find_near_sources(self, start: int, end: int, max_gap: int) -> Span | None:
        """Return the source of a part of the decoded text if it has no larger gap.

        `None`: it may have one, or is not known without the segments.
        """
        return None


class _SelectedSegments(ComputedSegments):
    """Some consecutive segments of a text, as those of their own text."""

    def __init__(self, segments: Sequence[Segment], first: int, stop: int) -> None:
        self._segments, self._first, self._stop = segments, first, stop

    def __len__(self) -> int:
        return self._stop - self._first

    @cached_property
    def offsets(self) -> Sequence[int]:
        """The offset of each segment."""
        segments = self._segments
        selected = slice(self._first, self._stop)
        if isinstance(segments, ComputedSegments):
            offsets = segments.offsets[selected]
        else:
            offsets = [*map(_get_offset, segments[selected])]
        return [offset - offsets[0] for offset in offsets]

    def build_segment(self, number: int) -> Segment:
        offset, start, end = self._segments[self._first + number]
        return Segment(offset - self._segments[self._first].offset, start, end)


_Search = Callable[..., int]
"""`bisect_left` or `bisect_right`."""


def _find_number(search: _Search, segments: Sequence[Segment], offset: int) -> int:
    """Return where a search among the offsets of segments finds an offset."""
    if isinstance(segments, ComputedSegments):
        return search(segments.offsets, offset)
    return search(segments, offset, key=_get_offset)


class DecodedText(NamedTuple):
    """A text that was decoded, with its source in the text that encodes it."""

    content: bytes
    span: Span
    """Bounds of the whole source."""
    segments: Sequence[Segment] = ()
    """Sources of the parts, ordered by `offset`; if empty, only the whole source is known."""
    is_concatenated: bool = False
    """Whether a person wrote the text in several parts, so that reports list each of them."""
    is_scattered: bool = False
    """Whether bytes between two segments never belong to the text, even if they are few."""
    is_truncated: bool = False
    """Whether more encoded text may precede or follow, so that an archive in it is incomplete."""
    is_final: bool = False
    """Whether its decoder must not decode it again: it looks as if more of it were encoded."""
    is_guess: bool = False
    """Whether the secrets in it may end earlier: nothing proves that their parts are one text."""

    def __repr__(self) -> str:
        return f"DecodedText({len(self.content)} bytes, {self.span})"

    def select_segments(self, first: int, stop: int) -> DecodedText:
        """Return the text of the segments from number `first` up to, but not including, `stop`."""
        low, start, end = self.segments[first]
        high = self.segments[stop].offset if stop < len(self.segments) else len(self.content)
        if stop - first > 1:
            end = self.segments[stop - 1].end
        selected = _SelectedSegments(self.segments, first, stop)
        return DecodedText(self.content[low:high], (start, end), selected, *self[3:])

    def is_base64_line_end(self, offset: int) -> bool:
        """Return whether a base64 line ends at `offset` and the next line does not decode to text.

        The next line is then a word that only looks like base64.
        """
        if len(self.segments) >= len(self.content):  # each byte has a source
            return False
        number = _find_number(bisect_left, self.segments, offset)
        if not 0 < number < len(self.segments) or self.segments[number].offset != offset:
            return False
        previous, start, end = self.segments[number - 1]
        size = offset - previous
        is_line = _MAX_CHARACTER_SIZE < size != end - start
        return is_line and _NOT_TEXT.match(self.content, offset) is not None

    def find_sources(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the sources of `content[start:end]`.

        The first span contains the start of the text. Further spans follow for distant segments,
        and for each segment of a concatenated text.
        """
        if not self.segments:
            return (self.span,)
        if isinstance(self.segments, ComputedSegments):
            near = self.segments.find_near_sources(start, end, _MAX_GAP)
            if near:
                return (near,)
        first = max(0, _find_number(bisect_right, self.segments, start) - 1)
        stop = max(first + 1, _find_number(bisect_left, self.segments, end))
        spans = [self._find_source(number, start, end) for number in range(first, stop)]
        merged = _merge_spans(spans, 0 if self.is_scattered else _MAX_GAP)
        further = dict.fromkeys(spans[1:]) if self.is_concatenated else merged[1:]
        return (merged[0], *further)

    def _find_source(self, number: int, start: int, end: int) -> Span:
        """Return the source of the part of a segment that lies within `start:end`."""
        offset, low, high = self.segments[number]
        is_last = number + 1 == len(self.segments)
        next_offset = len(self.content) if is_last else self.segments[number + 1].offset
        if next_offset - offset != high - low:
            return low, high
        return low + max(0, start - offset), low + min(next_offset, end) - offset


def _merge_spans(spans: list[Span], max_gap: int) -> list[Span]:
    merged = spans[:1]
    for low, high in spans[1:]:
        if 0 <= low - merged[-1][1] <= max_gap:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged


class TextEncoding(NamedTuple):
    """The encoding of a whole document."""

    codec: str
    """Name of a Python codec."""
    bom_size: int = 0
    """Bytes to skip at the start: a byte-order mark, or bytes that precede the first character."""

    @property
    def width(self) -> int:
        """Bytes of a unit of the encoding."""
        return 4 if self.codec.startswith("utf-32") else 2

    def align(self, offset: int) -> int:
        """Return the start of the unit at an offset."""
        return offset - (offset - self.bom_size) % self.width


def convert_to_utf8(content: bytes, decoded: DecodedText | TextEncoding) -> DecodedText:
    """Return decoded text; convert `content` to UTF-8 if a decoder recognized its encoding."""
    if isinstance(decoded, DecodedText):
        return decoded
    width = decoded.width
    text = content[decoded.bom_size :].decode(decoded.codec, "replace")
    segments, offset, source = [], 0, decoded.bom_size
    for character in text:
        step = 2 * width if width == 2 and character > "\uffff" else width
        segments.append(Segment(offset, source, min(source + step, len(content))))
        offset += len(character.encode("utf-8", "replace"))
        source += step
    span = (0, len(content))
    return DecodedText(text.encode("utf-8", "replace"), span, tuple(segments))


class Decoder(Protocol):
    """Decoder of one encoding.

    The prefilter searches for anchors in encoded form, so that only text with an anchor in it is
    decoded. For small inputs, the candidate filters of the prefilter first rule out encodings.
    """

    NAME: str
    """Name of the encoding in reports."""

    def encoded_anchors(self, anchor: bytes, exact_case: bool) -> Iterable[bytes]:
        """Return byte strings; every encoded occurrence of `anchor` contains at least one of them.

        An anchor without `exact_case` may be written in any case.
        """

    def encode(self, anchor: bytes) -> Iterable[bytes]:
        """Return `anchor` as writers usually encode it, for text that is encoded twice."""

    def encode_again(self, text: bytes) -> Iterable[bytes]:
        """Return byte strings for an anchor that is encoded twice.

        `text` is the anchor as this decoder or another one encodes it. Every occurrence of `text`
        in this encoding contains at least one of the byte strings.
        """

    def decode(self, content: bytes, found: FoundAnchors) -> Iterable[DecodedText | TextEncoding]:
        """Yield the texts that are encoded in `content` where encoded anchors were found."""


def encode_nothing(anchor: bytes) -> Iterable[bytes]:
    """Return nothing, for a format that splits anchors.

    An encoding around the whole text is decoded first, if the anchor shows in it.
    """
    return ()


def encode_nothing_again(text: bytes) -> Iterable[bytes]:
    """Return nothing: an encoded anchor that is split is not decoded."""
    return ()
