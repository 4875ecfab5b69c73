"""Lines of hexadecimal digits of one width, as `xxd -p -c 32` and `fold` write them.

The tool and its width are not known, so digests and other values may follow: a line continues a
key only if it is text.
"""

from __future__ import annotations

from array import array
from binascii import unhexlify
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX, MIN_KEY
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders._rows import RowSegments
from wakeyscan.decoders.decoder import DecodedText

_PREFIX = KEY_PREFIX.encode()
_MIN_BODY = MIN_KEY - len(_PREFIX)
"""Characters after the prefix of the shortest key."""
_MAX_LINE = 512
"""Digits of the longest line that is read."""
_MAX_ABOVE, _MAX_BELOW = 2, 48
"""Lines above and below a part of the prefix that may hold the rest of its key."""
_DIGITS = lazy_pattern(rb"(?:[0-9A-Fa-f]{2}){1,%d}+(?=(\r?\n)|\Z)" % (_MAX_LINE // 2))
_TEXT = lazy_pattern(
    rb"[\x80-\xbf]{0,3}(?:[\t\r\n -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})*+(?:[\xc2-\xf4][\x80-\xbf]{0,2})?"
)
"""Printable text in UTF-8, which may start and end within a character."""


class _Line(NamedTuple):
    """A line of digits, and the start of the line below it."""

    text: bytes
    start: int
    end: int
    below: int

    @property
    def size(self) -> int:
        """Bytes that it represents."""
        return len(self.text)

    @property
    def starts_key(self) -> bool:
        """Whether it begins with a key, as in a list of values."""
        return self.text.startswith(_PREFIX)


def decode_hex_lines(content: bytes, at: int) -> DecodedText | None:
    """Return the bytes of the lines around an offset, if several have one width.

    A shorter last line is a value of its own if the key looks whole without it.
    """
    line = _read_line(content, _find_line_start(content, at))
    if not line or not line.start <= at < line.end:
        return None
    above = [*_read_above(content, line)]
    below = [*_read_below(content, line)] if not above or above[0].size == line.size else []
    lines = [line, *below] if _PREFIX in line.text else [*reversed(above), line, *below]
    width = max(one.size for one in (line, *above))
    full = [one for one in (*above, line, *below) if one.size == width and not one.starts_key]
    is_wrapped = len(full) > 1
    body = lines[0].text.partition(_PREFIX)[2]
    if len(lines) < 2 or not (is_wrapped or len(body) < _MIN_BODY):
        return None
    return _join_lines(lines)


def _find_line_start(content: bytes, at: int) -> int:
    return content.rfind(b"\n", max(0, at - _MAX_LINE), at) + 1


def _read_line(content: bytes, start: int) -> _Line | None:
    found = _DIGITS.match(content, start)
    if not found:
        return None
    return _Line(unhexlify(found[0]), start, found.end(), max(found.end(), found.end(1)))


def _read_above(content: bytes, line: _Line) -> Iterator[_Line]:
    """Yield the lines above one that may be the last, from the bottom, if they have one width."""
    width, first = line.size, line
    for _ in range(_MAX_ABOVE):
        above = _read_line(content, _find_line_start(content, max(0, line.start - 1)))
        if not above or above.below != line.start or above.size < width:
            return
        if line is not first and above.size != width:
            return
        yield above
        line, width = above, above.size


def _read_below(content: bytes, line: _Line) -> Iterator[_Line]:
    """Yield the lines of text below one, all but the last of its width."""
    width = line.size
    for _ in range(_MAX_BELOW):
        below = _read_line(content, line.below) if line.below > line.end else None
        if not below or below.size > width or below.starts_key:
            return
        if not _TEXT.fullmatch(below.text):
            return
        yield below
        if below.size < width:
            return
        line = below


def _join_lines(lines: list[_Line]) -> DecodedText:
    starts = array("Q", (at for line in lines for at in range(line.start, line.end, 2)))
    return DecodedText(
        b"".join(line.text for line in lines),
        (lines[0].start, lines[-1].end),
        RowSegments(starts, b"\2" * len(starts)),
    )
