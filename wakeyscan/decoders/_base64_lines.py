"""Base64 in lines: what parts them, and the lines that stand before and behind a run."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, overload

from wakeyscan.decoders._base64_text import is_whole
from wakeyscan.decoders.decoder import Segment, Span

LONGEST = 1 << 20
"""Characters of one run that are decoded; what lies behind is left to the next anchor."""
_MOST = 1 << 12
"""Characters of further lines that are joined to a run, before and behind: many times a key."""
_NEAR = 1 << 9
"""Characters before a run that are looked at first: mostly no line is there, or all of them."""
_LEAST = 4
"""Letters of a line before a run: with less it is no line."""

LETTER = rb"[A-Za-z0-9+/_-]"
END = rb"(?:\\{1,4}[nr]|\\u000[aAdD]|\\x0[aAdD]|%0[aAdD]|&\#(?:x[aAdD]|10|13);|\\?[\r\n])"
"""How a line may end: in a text, in a string literal, in a form, in an attribute."""
BREAK = END + rb"{1,2}[ \t]{0,64}"
"""What may stand between two lines."""

_RUN = re.compile(LETTER + rb"*+={0,2}")
_NEXT = re.compile(rb"(?<!=)" + BREAK + rb"(?!--)(" + LETTER + rb"++={0,2}|={1,2})")
_LETTERS = re.compile(LETTER + rb"*+")
_GAP = re.compile(rb"(?:" + BREAK + rb")\Z")
_ESCAPING = re.compile(rb"\\+\Z")
_LINE = re.compile(rb"(" + LETTER + rb"++)(" + BREAK + rb")?+")
_LETTERED_END = re.compile(rb"(?:\\[nr]|\\u000[aAdD]|\\x0[aAdD]|%0[aAdD])")
"""Such an end that looks, but for its first character, like base64."""
GLUED = re.compile(rb"[\w-]{2}")
"""The ends of two lines, where what is decoded would be one word."""
_TEXT = re.compile(
    rb"(?:[\t\r\n -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})*+"
)
_ESCAPED_PADDING = re.compile(rb"%3[dD]|\\u003[dD]|\\x3[dD]|&(?:\#61|\#x3[dD]|equals);")
_DIGEST = re.compile(rb"[0-9a-f]{16,}")
"""A line of hexadecimal digits, which is no base64."""
_LONG = re.compile(rb"[\w-]{8}")


def run_around(content: bytes, at: int) -> Span:
    """Give the run of letters around an offset, its padding included."""
    run = _RUN.match(content, at, at + LONGEST)
    return at - _count_before(content, at), run.end() if run else at


def around(content: bytes, start: int, end: int) -> tuple[list[Span], bool]:
    """List the lines of the run: as long as one fills its line, the next belongs to it.

    Say, too, whether there may be more of them.
    """
    begin, before = _before(content, start)
    spans = [*before, (begin, end), *_behind(content, end)]
    reach = max(start - spans[0][0], spans[-1][1] - end)
    return spans, reach >= _MOST or end - start >= LONGEST


def is_padded(content: bytes, end: int) -> bool:
    """Say whether padding that is escaped stands behind a run."""
    return bool(_ESCAPED_PADDING.match(content, end))


def letters_before(content: bytes, at: int, count: int) -> int:
    """Give the offset of the letter so many before another, in whatever line; -1: there are less.

    The backslashes of escaped slashes are no letters.
    """
    while True:
        run = at - _unglued(content, at - _count_before(content, at))
        if run >= count:
            return at - count
        at, count = at - run, count - run
        gap = _GAP.search(content[max(0, at - 72) : at]) or _ESCAPING.search(
            content[max(0, at - 8) : at]
        )
        if not gap:
            return -1
        at -= len(gap[0])


def _behind(content: bytes, end: int) -> list[Span]:
    lines: list[Span] = []
    at = end
    while at - end < _MOST and (found := _NEXT.match(content, at, at + LONGEST)):
        lines.append(found.span(1))
        at = found.end()
    return lines


def _before(content: bytes, start: int) -> tuple[int, list[Span]]:
    """List the lines before a run, which begins behind an end that looks like a part of it."""
    start = _unglued(content, start)
    gap = _GAP.search(content[max(0, start - 72) : start])
    if not gap or _count_before(content, start - len(gap[0])) < _LEAST:
        return start, []
    for most in (_NEAR, _MOST):
        lines = _ending_at(content, max(0, start - most), start)
        if not lines or lines[0][0] > start - most:
            break
    if lines:
        lines[0] = (_unglued(content, lines[0][0]), lines[0][1])
    return start, lines


def _ending_at(content: bytes, low: int, start: int) -> list[Span]:
    """List the lines, one behind the other, the last of which ends right before `start`."""
    lines: list[Span] = []
    behind = -1
    for found in _LINE.finditer(content, low, start):
        if found.start() != behind or found.end(1) - found.start() < _LEAST:
            lines.clear()
        if found[2] is not None:
            lines.append(found.span(1))
            behind = found.end()
    return lines if behind == start else []


def _unglued(content: bytes, start: int) -> int:
    end = _LETTERED_END.match(content, max(0, start - 1), start + 5)
    return end.end() if end else start


def _count_before(content: bytes, at: int) -> int:
    """Count the letters right before an offset."""
    for most in (256, LONGEST):  # most runs are short
        run = _LETTERS.match(content[max(0, at - most) : at][::-1])
        count = run.end() if run else 0
        if count < most:
            break
    return count


class Run(NamedTuple):
    """What lines that follow each other are in base64, if they are one text."""

    plain: bytes
    starts: list[int]
    """Where each line begins in `plain`."""
    lines: list[bytes]
    """Further ones have no byte of their own."""

    def texts(self, anchors: tuple[bytes, ...]) -> Iterator[Span]:
        """Yield the lines that are one text, by number, half-open: any word looks like base64.

        A line is none of the text before it that an anchor begins, if that is no text or has one,
        too; nor one that would only lengthen the word at the end of that, unless lines of one
        width, or what it says, tell that it goes on.
        """
        first = 0
        for number in range(1, len(self.starts)):
            if self._begins(anchors, first, number) or self._is_a_word(first, number):
                yield first, number
                first = number
        yield first, len(self.starts)

    def _begins(self, anchors: tuple[bytes, ...], first: int, number: int) -> bool:
        at = self.starts[number]
        if not self.plain.startswith(anchors, at) or len(b"".join(self.lines[:number])) % 4:
            return False
        before = self.plain[self.starts[first] : at]
        return not _TEXT.fullmatch(before) or any(anchor in before for anchor in anchors)

    def _is_a_word(self, first: int, number: int) -> bool:
        if not GLUED.match(self.plain, self.starts[number] - 1):
            return False
        return not (_are_wrapped(self.lines[first : number + 1]) or self._goes_on(number))

    def _goes_on(self, number: int) -> bool:
        """Say whether a line is a text, as that before it, or has more of a word than by chance."""
        behind = [*self.starts[number + 1 :], len(self.plain)][0]
        before, line = self.lines[number - 1 : number + 1]
        ends = behind == len(self.plain) or len(line) < len(before)
        if ends and not _end_well(self.lines[: number + 1]):
            return False
        return bool(
            _TEXT.fullmatch(self.plain, self.starts[number], behind)
            or _LONG.match(self.plain, self.starts[number], behind)
            or not _TEXT.fullmatch(self.plain, self.starts[number - 1], self.starts[number])
        )


def _are_wrapped(lines: list[bytes]) -> bool:
    """Say whether the last of these lines is as long as that before it, or ends such ones."""
    *_, before, line = lines
    if len(line) == len(before):
        return not _DIGEST.fullmatch(line)
    equal = len(lines) > 2 and len(lines[-3]) == len(before) > len(line)
    return equal and (line.endswith(b"=") or is_whole(b"".join(lines)))


def _end_well(lines: list[bytes]) -> bool:
    """Say whether lines end with a whole byte, or padding, and not with an odd letter or two.

    What has one letter to three, behind a line that ends well, is mostly a word.
    """
    *before, line = lines
    if line.endswith(b"="):
        return True
    return is_whole(b"".join(lines)) and (len(line) > 3 or not is_whole(b"".join(before)))


class Lines(Sequence[Segment]):
    """Which line holds which bytes of what the lines are in base64: made when it is asked for.

    `shift` letters of the first line are left out. Most of what is decoded holds nothing, and
    nobody asks.
    """

    def __init__(self, lines: list[Span], shift: int, size: int) -> None:
        self._lines, self._shift, self._size = lines, shift, size
        self._starts: list[int] = []

    def starts(self) -> list[int]:
        """Say at which byte each line begins, of those that have some."""
        if not self._starts:
            ends = accumulate((end - start for start, end in self._lines), initial=-self._shift)
            self._starts = [max(0, at * 3 // 4) for at in ends][:-1]
            del self._starts[bisect_right(self._starts, self._size - 1) :]
        return self._starts

    def __len__(self) -> int:
        return len(self.starts())

    @overload
    def __getitem__(self, number: int) -> Segment: ...
    @overload
    def __getitem__(self, number: slice) -> list[Segment]: ...
    def __getitem__(self, number: int | slice) -> Segment | list[Segment]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        return Segment(self.starts()[number], *self._lines[number])
