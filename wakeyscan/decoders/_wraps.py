"""Line ends that no format marks: where a mail program, a terminal or a log viewer breaks a line.

Such a line end is within a key if the width of the lines, or the quotes of a mail, suggest it. The
key then remains a guess.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders._gaps import Part
from wakeyscan.decoders.split_prefix import PREFIX

_FIELD_WIDTHS = range(60, 81)
"""Bytes in a line of a folded field."""
_QUOTE_WIDTH = 60
"""Minimum characters in a wrapped line of quoted mail."""
_WIDTHS = frozenset((76, 78, 79, 80, 100, 120, 132, 160, 200))
"""Common widths of a terminal."""
_SHOWN_END = b"$"
"""What `cat -A` writes at the end of each line."""
_MIN_WIDTH = 20
_REACH = 1 << 12
"""Bytes around a line end in which other lines show the width."""

_WORD = lazy_pattern(rb"[A-Za-z0-9_-]+")
_RANDOM = lazy_pattern(rb"(?=.*[0-9])(?=.*[A-Za-z])|.*[a-z][A-Z]|.*[A-Z]{2}.*[a-z]")
_BODY = lazy_pattern(
    rb"(?=[\w-]{0,127}?[0-9])(?=[\w-]{0,127}?[a-z])(?=[\w-]{0,127}?[A-Z])[A-Za-z0-9_-]{12,128}+(?![\w-])"
)
_LAST_LINE = lazy_pattern(rb"[A-Za-z0-9_-]+[\"']?[ \t]*(?:\r*\n|\Z)")
_PROMPT = lazy_pattern(rb"(?:[\w.@:~/()\[\] -]{0,60}[$#%]|PS [A-Z]:[^>]{0,60}>) \S")
_NAME = lazy_pattern(rb"[\w-]{1,64}[ \t]*[:=]")
"""The name of a value at the start of a line."""
_ENTRY = lazy_pattern(rb"[\w.-]{1,64}[ ]*([:=\t])(?!=)")
"""The name of a value, and the mark after it."""
_OFFSET = lazy_pattern(rb"[0-9A-Fa-f]{4,16}:")
"""The start of a line of a dump."""
_FIELD = lazy_pattern(rb"[A-Za-z][\w.-]{0,60}[:;]")
_QUOTE = lazy_pattern(rb"(?:>[ \t]?)+")
_FLOWED = lazy_pattern(rb"(?i)format=\"?flowed")


class Lines:
    """The lines of a text near line ends.

    If these are asked for in ascending order, each line is measured once.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._low = 0
        self._starts, self._widths = [0], list[int]()
        """Those of the lines after the offset; the last start is that of the next line."""

    def list_widths(self, low: int, high: int) -> list[int]:
        """Return the widths of the lines that start and end in a part of the text."""
        if not self._low <= low <= self._starts[-1]:
            start = (self._content.find(b"\n", low) + 1 or len(self._content)) if low else 0
            self._low, self._starts, self._widths = low, [start], []
        end = self._content.rfind(b"\n", self._starts[-1], high)
        for line in self._content[self._starts[-1] : end].split(b"\n") if end >= 0 else ():
            self._starts.append(self._starts[-1] + len(line) + 1)
            self._widths.append(_measure(line))
        first = bisect_right(self._starts, low) if low else 0
        return self._widths[first : max(first, bisect_right(self._starts, high) - 1)]


class LineEnd:
    """A line end after a part of a key, and the line before it."""

    def __init__(
        self, content: bytes, part: Part, line: bytes, gap: re.Match[bytes], lines: Lines
    ) -> None:
        self._content, self._part, self._line, self._gap = content, part, line, gap
        self._lines = lines

    def may_be_in_key(self) -> bool:
        """Return whether the next line may hold the rest of a key."""
        is_key = self._part.is_key
        is_cut = not is_key and self._part.size != len(PREFIX)
        if not is_key and self._is_before_body():
            return not self._is_before_offset()
        if not (is_cut or self._may_be_mail() or self._is_before_random_text()):
            return False  # as at most line ends; the checks below take longer
        if self._is_before_offset() or self._is_before_entry():
            return False
        if self._is_before_random_text() and self._is_at_width():
            return True
        if not (is_cut or self._is_mail()) or _NAME.match(self._content, self._gap.end()):
            return False
        return self._has_same_quote()

    def _is_before_offset(self) -> bool:
        """Return whether the next line is one of a dump."""
        return _OFFSET.match(self._content, self._gap.end()) is not None

    def _is_before_entry(self) -> bool:
        """Return whether the next line starts like this one, with a name or up to a key."""
        line, start = self._line.lstrip(b" \t>"), self._gap.end()
        line_end = self._content.find(b"\n", start, start + _REACH)
        following = self._content[start : line_end if line_end >= 0 else start + _REACH]
        own = _ENTRY.match(line)
        other = own and _ENTRY.match(following)
        if own and other and own[1] == other[1]:
            return True
        if PREFIX not in line:
            return False
        own_text, own_key, _ = line.partition(PREFIX)
        text, key, _ = following.partition(PREFIX)
        return bool(own_key and key) and _format_shape(own_text) == _format_shape(text)

    def _is_before_random_text(self) -> bool:
        """Return whether the next line begins with a random text, and not like this one.

        A word that begins both lines is a prefix, such as a commit in a blame.
        """
        word = _WORD.match(self._content, self._gap.end())
        if not word or self._line.startswith(word[0]):
            return False
        return _RANDOM.match(word[0]) is not None

    def _is_before_body(self) -> bool:
        """Return whether a part that is no whole key is before a text like the rest of one.

        It is no name either: few names, and no digest, have a digit and letters of both cases.
        A prefix alone on its line is not cut by a width.
        """
        if self._line.strip() in (b"", PREFIX):
            return False
        return _BODY.match(self._content, self._gap.end()) is not None

    def _is_at_width(self) -> bool:
        """Return whether the line was broken at its width."""
        if _PROMPT.match(self._line) and _LAST_LINE.match(self._content, self._gap.end()):
            return True
        is_alone = len(self._line) == self._part.end - self._part.start
        width = _measure(self._line) + self._gap[0].startswith(_SHOWN_END)
        return width >= _MIN_WIDTH and not is_alone and self._is_width(width)

    def _is_width(self, width: int) -> bool:
        """Return whether no line nearby is wider, and the width is a usual one."""
        end = self._part.end
        widths = self._lines.list_widths(max(0, end - _REACH), end + _REACH)
        return max(widths, default=0) <= width and (width in _WIDTHS or widths.count(width) > 1)

    def _has_same_quote(self) -> bool:
        """Return whether both lines start with the same marks of quoted mail."""
        own = _QUOTE.match(self._line)
        return (own[0] if own else b"").split() == (self._gap["quote"] or b"").split()

    def _may_be_mail(self) -> bool:
        match self._gap.lastgroup:
            case "folded":
                return len(self._line) in _FIELD_WIDTHS
            case "quoted" if len(self._line) >= _QUOTE_WIDTH:
                return True
            case _:
                return self._gap[0][:1] == b" "

    def _is_mail(self) -> bool:
        """Return whether a mail program broke the line, or folded a field of its header."""
        if not self._may_be_mail():
            return False
        match self._gap.lastgroup:
            case "folded":
                return self._is_field()
            case "quoted" if len(self._line) >= _QUOTE_WIDTH:
                return True
            case _:
                return _FLOWED.search(self._content) is not None

    def _is_field(self) -> bool:
        """Return whether the line is the value of a field, or continues one."""
        text = self._content[max(0, self._part.end - _REACH) : self._part.end]
        lines = text.split(b"\n")
        while len(lines) > 1 and lines[-1][:1] in (b" ", b"\t"):
            lines.pop()
        return _FIELD.match(lines[-1]) is not None


def _format_shape(text: bytes) -> bytes:
    return _WORD.sub(b"w", text)


def _measure(line: bytes) -> int:
    return len(line.rstrip(b"\r").decode("utf-8", "replace"))
