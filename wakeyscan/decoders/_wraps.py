"""Lines that a terminal or a log viewer breaks at its width."""

from __future__ import annotations

import re

from wakeyscan.decoders._gaps import Part

_WIDTHS = frozenset((76, 78, 79, 80, 100, 120, 132, 160, 200))
"""Common widths of a terminal."""
_MIN_WIDTH = 20
_REACH = 1 << 12
"""Bytes around a line end in which other lines show the width."""

_WORD = re.compile(rb"[A-Za-z0-9_-]+")
_RANDOM = re.compile(rb"(?=.*[0-9])(?=.*[A-Za-z])|.*[a-z][A-Z]|.*[A-Z]{2}.*[a-z]")
_LAST_LINE = re.compile(rb"[A-Za-z0-9_-]+[\"']?[ \t]*(?:\r*\n|\Z)")
_PROMPT = re.compile(rb"(?:[\w.@:~/()\[\] -]{0,60}[$#%]|PS [A-Z]:[^>]{0,60}>) \S")


def is_wrapped(content: bytes, line: bytes, part: Part, next_line: int) -> bool:
    """Return whether a line with a key was broken at its width, and continues at `next_line`."""
    word = _WORD.match(content, next_line)
    if not part.is_key or not word or not _RANDOM.match(word[0]):
        return False
    if _PROMPT.match(line) and _LAST_LINE.match(content, next_line):
        return True
    is_alone = len(line) == part.end - part.start
    width = _measure(line)
    return width >= _MIN_WIDTH and not is_alone and _is_width(content, width, part.end)


def _is_width(content: bytes, width: int, end: int) -> bool:
    """Return whether no line near the end of a line is wider, and the width is a usual one."""
    nearby = content[max(0, end - _REACH) : end + _REACH].split(b"\n")
    widths = [_measure(line) for line in nearby[end > _REACH : -1]]
    return max(widths, default=0) <= width and (width in _WIDTHS or widths.count(width) > 1)


def _measure(line: bytes) -> int:
    return len(line.rstrip(b"\r").decode("utf-8", "replace"))
