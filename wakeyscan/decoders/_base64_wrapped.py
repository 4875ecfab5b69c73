"""Text in wrapped base64: which of several lines form one text, and the source of each line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders._base64_lines import ADJACENT_LETTERS
from wakeyscan.decoders.base64_codec import is_complete
from wakeyscan.decoders.decoder import ComputedSegments, Segment, Span

_TEXT = lazy_pattern(
    rb"(?:[\t\r\n -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})*+"
)
"""Printable text in UTF-8."""
_DIGEST = lazy_pattern(rb"[0-9a-f]{16,}")
"""A line of hexadecimal digits, which is not base64."""
_LONG_WORD = lazy_pattern(rb"[\w-]{8}")


class WrappedText(NamedTuple):
    """The decoded form of consecutive lines that may be one text."""

    plain: bytes
    starts: list[int]
    """Start of each line in `plain`."""
    lines: list[bytes]
    """Base64 letters of each line; those without a start decode to no separate byte."""
    sizes: list[int]
    """Letters before each line."""

    def split_texts(self, anchors: tuple[bytes, ...]) -> Iterator[Span]:
        """Yield the line numbers, half-open, of each text: words also look like base64 lines.

        A line that starts with an anchor starts another text if the lines before it are not text,
        or contain an anchor. So does a line that would only lengthen the last word before it,
        unless the widths of the lines or its own text show that the text continues.
        """
        first = 0
        for number in range(1, len(self.starts)):
            if self._starts_secret(anchors, first, number) or self._is_plain_word(first, number):
                yield first, number
                first = number
        yield first, len(self.starts)

    def get_text(self, first: int, stop: int) -> bytes:
        """Return the decoded form of the lines from `first` up to, but not including, `stop`."""
        end = self.starts[stop] if stop < len(self.starts) else len(self.plain)
        return self.plain[self.starts[first] : end]

    def _starts_secret(self, anchors: tuple[bytes, ...], first: int, number: int) -> bool:
        start = self.starts[number]
        if self.sizes[number] % 4 or not self.plain.startswith(anchors, start):
            return False
        before = self.plain[self.starts[first] : start]
        return not _TEXT.fullmatch(before) or any(anchor in before for anchor in anchors)

    def _is_plain_word(self, first: int, number: int) -> bool:
        if not ADJACENT_LETTERS.match(self.plain, self.starts[number] - 1):
            return False
        return not (self._is_wrapped(first, number) or self._continues_text(number))

    def _is_wrapped(self, first: int, number: int) -> bool:
        """Return whether a line has the width of the line before, or ends lines of one width."""
        before, line = self.lines[number - 1], self.lines[number]
        if len(line) == len(before):
            return not _DIGEST.fullmatch(line)
        if not number - first > 1 or not len(self.lines[number - 2]) == len(before) > len(line):
            return False
        return line.endswith(b"=") or is_complete(b"".join(self.lines[first : number + 1]))

    def _continues_text(self, number: int) -> bool:
        """Return whether a line decodes to text, or to a word too long for a coincidence.

        If the line before does not decode to text, this line need not either.
        """
        is_last_start = number + 1 == len(self.starts)
        end = len(self.plain) if is_last_start else self.starts[number + 1]
        before, line = self.lines[number - 1 : number + 1]
        is_last = end == len(self.plain) or len(line) < len(before)
        if is_last and not _has_plausible_end(self.lines[: number + 1]):
            return False
        start, start_before = self.starts[number], self.starts[number - 1]
        return bool(
            _TEXT.fullmatch(self.plain, start, end)
            or _LONG_WORD.match(self.plain, start, end)
            or not _TEXT.fullmatch(self.plain, start_before, start)
        )


def _has_plausible_end(lines: list[bytes]) -> bool:
    """Return whether the lines end with padding or at a byte boundary.

    A last line of one to three letters, after lines that are complete, is usually a word.
    """
    *before, line = lines
    if line.endswith(b"="):
        return True
    return is_complete(b"".join(lines)) and (len(line) > 3 or not is_complete(b"".join(before)))


def find_starts(sizes: Iterable[int], shift: int, size: int) -> list[int]:
    """Return the start of each line in a decoded text, without lines that decode to no byte.

    `sizes` are the letters in each line, `shift` those that are skipped in the first one, and
    `size` is that of the decoded text.
    """
    ends = accumulate(sizes, initial=-shift)
    starts = [max(0, letters * 3 // 4) for letters in ends][:-1]
    del starts[bisect_right(starts, size - 1) :]
    return starts


class LineSegments(ComputedSegments):
    """The source line of each decoded byte, computed on first use.

    Most decoded text contains no secret, and its sources are never needed.
    """

    def __init__(self, lines: list[Span], shift: int, size: int) -> None:
        """Take the bounds of the lines, the letters skipped in the first, and the decoded size."""
        self._lines, self._shift, self._size = lines, shift, size

    @cached_property
    def offsets(self) -> list[int]:
        """Start of each line in the decoded text, as `find_starts` returns them."""
        sizes = (end - start for start, end in self._lines)
        return find_starts(sizes, self._shift, self._size)

    def build_segment(self, number: int) -> Segment:
        """Return the source of a line by its number."""
        return Segment(self.offsets[number], *self._lines[number])
