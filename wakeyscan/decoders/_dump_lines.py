"""The lines of a dump, as far as one follows the other by its offset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from wakeyscan.core.line_index import find_line
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders.decoder import DecodedText, Segment

_ANCHOR = KEY_PREFIX.encode()
_LONGEST = 512
"""Bytes of a line."""
_BEFORE, _BEHIND = 3, 48
"""Lines around that with a mark that may hold the rest of its key."""


class Line(NamedTuple):
    """A line of a dump."""

    offset: bytes
    words: tuple[tuple[bytes, int, int], ...]
    """What each stands for, and where it is in the text."""

    @property
    def size(self) -> int:
        """Bytes that it stands for."""
        return sum(len(text) for text, _, _ in self.words)

    def begins_with(self, text: bytes) -> bool:
        """Say whether a text stands at its beginning."""
        return b"".join(word for word, _, _ in self.words).startswith(text)


Read = Callable[[bytes, int, int], "Line | None"]
"""Reads the line between two offsets of a text, if it is one of a dump."""


def around(content: bytes, at: int, read: Read) -> Iterator[Line]:
    """Yield the lines of the dump around an offset, as far as they follow each other."""
    low, high = find_line(content, at, at, _LONGEST)
    line = read(content, low, high)
    if not line:
        return
    before = [line]
    while low > 0 and len(before) <= _BEFORE:
        at = low - len(_break_at(content, low - 2) or b"\n")
        low, ends = find_line(content, at, at, _LONGEST)
        above = read(content, low, ends)
        if not above or not _follows(before[-1], above):
            break
        before.append(above)
    yield from reversed(before)
    for _ in range(_BEHIND):
        at = high + len(_break_at(content, high) or b"\n")
        low, high = find_line(content, at, at, _LONGEST)
        below = read(content, low, high) if at < len(content) else None
        if not below or not _follows(below, line):
            break
        line = below
        yield line


def _break_at(content: bytes, at: int) -> bytes:
    """Give a line's end of two characters, if one is at an offset."""
    return b"\r\n" if at >= 0 and content[at : at + 2] == b"\r\n" else b""


def _follows(below: Line, above: Line) -> bool:
    """Say whether an offset counts the bytes from that before it, in whatever base.

    Where there are none a line that begins with a key is one of its own.
    """
    if not above.offset or not below.offset:
        return above.offset == below.offset and not below.begins_with(_ANCHOR)
    for base in (16, 8, 10):
        try:
            if int(below.offset, base) - int(above.offset, base) == above.size:
                return True
        except ValueError:
            continue
    return False


def build_decoded_text(lines: list[Line]) -> DecodedText:
    """Give the bytes of lines, each with its place."""
    pieces, at = [], 0
    for text, start, end in (word for line in lines for word in line.words):
        pieces.append(Segment(at, start, end))
        at += len(text)
    content = b"".join(text for line in lines for text, _, _ in line.words)
    return DecodedText(content, (pieces[0].start, pieces[-1].end), tuple(pieces))
