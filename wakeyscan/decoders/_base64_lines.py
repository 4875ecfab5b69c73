"""Lines of wrapped base64: their letters and breaks, and the lines before and after a run."""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span

MAX_RUN = 1 << 20
"""Maximum number of characters of one run that are decoded; the next anchor starts another run."""
_MAX_REACH = 1 << 12
"""Maximum characters of lines joined before and after a run: many times the size of a key."""
_FIRST_REACHES = 128, 512
"""Characters before a run that are read first: most runs have no line before, or only a few."""
_MIN_LINE = 4
"""Letters of the shortest line before a run."""
_MAX_BREAK = 72
"""Characters of the longest break between two lines."""
_MAX_LINE_ENDS = 12
"""Characters of the longest two line ends. A search that starts before them takes longer."""
_MAX_LETTERED_BREAK = 6
"""Characters of the longest break whose end looks like base64: `\\u000a`."""

LETTER = rb"[A-Za-z0-9+/_-]"
_LINE_END = rb"(?:\\{1,4}[nr]|\\u000[aAdD]|\\x0[aAdD]|%0[aAdD]|&\#(?:x[aAdD]|10|13);|\\?[\r\n])"
"""Pattern of a line end in a text, a string literal, form data or an XML attribute."""
BREAK = _LINE_END + rb"{1,2}[ \t]{0,64}"
"""Pattern of the characters between two lines."""
ADJACENT_LETTERS = lazy_pattern(rb"[\w-]{2}")
"""The ends of two decoded lines that together would look like one word."""

_RUN = lazy_pattern(LETTER + rb"*+={0,2}")
_NEXT_LINE = lazy_pattern(rb"(?<!=)" + BREAK + rb"(?!--)(" + LETTER + rb"++={0,2}|={1,2})")
_LETTERS = lazy_pattern(LETTER + rb"*+")
_BREAK_AT_END = lazy_pattern(rb"(?:" + BREAK + rb")\Z")
_BREAK_ENDS = tuple(b"%c" % code for code in b"nraAdD;\r\n \t")
"""The last characters of all breaks."""
_BACKSLASHES_AT_END = lazy_pattern(rb"\\+\Z")
_LINE = lazy_pattern(rb"(" + LETTER + rb"++)(" + BREAK + rb")?+")
_LETTERED_BREAK = lazy_pattern(rb"(?:\\[nr]|\\u000[aAdD]|\\x0[aAdD]|%0[aAdD])")
"""A line end that looks like base64 after its first character."""
_ESCAPED_PADDING = lazy_pattern(rb"%3[dD]|\\u003[dD]|\\x3[dD]|&(?:\#61|\#x3[dD]|equals);")


def find_run(content: bytes, offset: int, reach: int = MAX_RUN) -> Span:
    """Return the bounds of the letters around `offset`, with their padding.

    At most `reach` characters on either side are read.
    """
    run = _RUN.match(content, offset, offset + reach)
    return offset - _count_letters_before(content, offset, reach), run.end() if run else offset


def find_lines(content: bytes, run: Span, reach: int = MAX_RUN) -> tuple[list[Span], bool]:
    """Return the lines that may continue a run before and after it.

    Also return whether more letters or lines may follow beyond `reach`, or beyond a limit.
    """
    line_reach = min(reach, _MAX_REACH)
    start, before = _find_lines_before(content, run[0], line_reach)
    spans = [*before, (start, run[1]), *_find_lines_after(content, run[1], line_reach)]
    reached = max(run[0] - spans[0][0], spans[-1][1] - run[1])
    return spans, reached >= line_reach or run[1] - run[0] >= reach


def has_escaped_padding(content: bytes, end: int) -> bool:
    """Return whether escaped padding follows a run that ends at `end`."""
    return bool(_ESCAPED_PADDING.match(content, end))


def find_letter_before(content: bytes, offset: int, count: int) -> int:
    """Return the offset of the letter `count` letters before `offset`, across lines, or -1.

    The backslash of an escaped slash is not a letter.
    """
    while True:
        run = offset - _skip_lettered_break(
            content, offset - _count_letters_before(content, offset)
        )
        if run >= count:
            return offset - count
        offset, count = offset - run, count - run
        gap = _find_break_before(content, offset) or _BACKSLASHES_AT_END.search(
            content[max(0, offset - 8) : offset]
        )
        if not gap:
            return -1
        offset -= len(gap[0])


def _find_lines_after(content: bytes, end: int, reach: int) -> list[Span]:
    lines: list[Span] = []
    offset = end
    while offset - end < reach:
        line = _NEXT_LINE.match(content, offset, offset + MAX_RUN)
        if not line:
            break
        lines.append(line.span(1))
        offset = line.end()
    return lines


def _find_lines_before(content: bytes, start: int, max_reach: int) -> tuple[int, list[Span]]:
    """Return the lines before a run, and its start after a break that looks like base64."""
    start = _skip_lettered_break(content, start)
    gap = _find_break_before(content, start)
    if not gap or _count_letters_before(content, start - len(gap[0])) < _MIN_LINE:
        return start, []
    for reach in (*(first for first in _FIRST_REACHES if first < max_reach), max_reach):
        lines = _find_lines_up_to(content, max(0, start - reach), start)
        if reach == max_reach or not lines or lines[0][0] > start - reach:
            break
    if lines:
        lines[0] = (_skip_lettered_break(content, lines[0][0]), lines[0][1])
    return start, lines


def _find_lines_up_to(content: bytes, low: int, end: int) -> list[Span]:
    """Return consecutive lines of `content[low:end]`; the break after the last ends at `end`."""
    lines: list[Span] = []
    end_of_last = -1
    for found in _LINE.finditer(content, low, end):
        if found.start() != end_of_last or found.end(1) - found.start() < _MIN_LINE:
            lines.clear()
        if found[2] is not None:
            lines.append(found.span(1))
            end_of_last = found.end()
    return lines if end_of_last == end else []


def _find_break_before(content: bytes, offset: int) -> re.Match[bytes] | None:
    if content[offset - 1 : offset] not in _BREAK_ENDS:
        return None
    text = content[max(0, offset - _MAX_BREAK) : offset]
    end = len(text.rstrip(b" \t"))
    return _BREAK_AT_END.search(text, max(0, end - _MAX_LINE_ENDS))


def _skip_lettered_break(content: bytes, start: int) -> int:
    """Return the start of a run without the letters of an escaped line end before it."""
    found = _LETTERED_BREAK.match(content, max(0, start - 1), start + _MAX_LETTERED_BREAK - 1)
    return found.end() if found else start


def _count_letters_before(content: bytes, offset: int, max_reach: int = MAX_RUN) -> int:
    for reach in (256, max_reach):  # most runs are short
        run = _LETTERS.match(content[max(0, offset - reach) : offset][::-1])
        count = run.end() if run else 0
        if count < reach:
            break
    return count
