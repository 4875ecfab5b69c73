r"""Text as a terminal shows it: without the colors of a wrapped line, overstrikes and changes.

A CI log colors each line of a command that it wraps. `nroff` writes a letter twice to make it bold,
with a backspace between, and `_\bx` for an underlined one. `git diff --word-diff` shows both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders._escapes import decode_escapes, decode_spans
from wakeyscan.decoders.decoder import DecodedText, Span

STRUCK_UNDERSCORE = b"_\x08_"
"""An underscore in bold, or underlined."""

_ESCAPE, _CHANGES = b"\x1b", (b"{+", b"[-")
_COLORS = rb"(?:\x1b\[[0-?]{0,32}[mKhl]){1,8}"
COLORS = lazy_pattern(_COLORS)
_WRAPPED = lazy_pattern(
    rb"wa(?:_(?:l(?:i(?:v(?:e(?:_[A-Za-z0-9_-]{0,15})?)?)?)?)?)?(?:"
    + _COLORS
    + rb"(?![A-Za-z0-9_\x1b-])|[ ]?\r*\n"
    + _COLORS
    + rb")"
)
"""A part of a key that is none, at the end of a line or a cell in color."""
_STRUCK = lazy_pattern(re.escape(STRUCK_UNDERSCORE))
_OVERSTRIKE = rb"(?:[\xc2-\xf4][\x80-\xbf]{1,3}|[^\n\x08])\x08"
"""A character that the next one replaces, or makes bold."""
_CHANGED = lazy_pattern(
    rb"wa_(?:l(?:i(?:v(?:e(?:_[A-Za-z0-9_-]{0,128})?)?)?)?)?(?:\{\+|\[-[A-Za-z0-9_-]{0,128}-\])"
)
"""A part of a key before what a change adds or removes."""
_SIDES = (
    (lazy_pattern(rb"\[-|\{\+|\+\}"), b"[-", b"-]"),
    (lazy_pattern(rb"\{\+|\[-|-\]"), b"{+", b"+}"),
)
"""The signs of a word diff that hide something, and what encloses the text that a side lacks.

The first side is the new text.
"""
_MAX_CHANGE = 256
"""Bytes of a text between two signs that a side lacks."""
_BEFORE, _AFTER = 256, 1024
"""Bytes around a part of a key that are shown with it: each letter of a key may take seven."""


def show_text(content: bytes) -> Iterator[DecodedText]:
    """Yield the text around parts of keys as a terminal shows it."""
    if _ESCAPE in content:
        for span in _list_windows(content, _WRAPPED):
            yield decode_escapes(content, span, COLORS.pattern, _show_nothing)
    if any(map(content.__contains__, _CHANGES)):
        for span in _list_windows(content, _CHANGED):
            for signs, opening, closing in _SIDES:
                hidden = _find_hidden(content, span, signs, opening, closing)
                yield decode_spans(content, span, hidden)
    if STRUCK_UNDERSCORE in content:
        for span in _list_windows(content, _STRUCK):
            yield decode_escapes(content, span, _OVERSTRIKE, _show_nothing)


def _find_hidden(
    content: bytes, span: Span, signs: re.Pattern[bytes], opening: bytes, closing: bytes
) -> Iterator[tuple[int, int, bytes]]:
    """Yield the signs of a word diff, and the texts between `opening` and `closing`.

    A pattern of such a text would read on from each opening that is not closed.
    """
    at, stop = span
    find, code, reach = content.find, opening[0], _MAX_CHANGE + len(closing)
    for sign in signs.finditer(content, *span):
        start, end = sign.span()
        if start < at:
            continue
        if content[start] == code:
            close = find(closing, end, min(stop, end + reach))
            if close < 0 or find(b"\n", end, close) >= 0 or find(b"\r", end, close) >= 0:
                continue
            end = at = close + len(closing)
        yield start, end, b""


def _list_windows(content: bytes, pattern: re.Pattern[bytes]) -> Iterator[Span]:
    """Yield the merged surroundings of the matches of a pattern."""
    start = end = -1
    for found in pattern.finditer(content):
        if end >= 0 and found.start() - _BEFORE > end:
            yield start, end
            end = -1
        if end < 0:
            start = max(0, found.start() - _BEFORE)
        stop = found.end() + _AFTER
        line_end = content.find(b"\n", stop, stop + _BEFORE)  # not within an escape
        end = min(len(content), stop if line_end < 0 else line_end)
    if end >= 0:
        yield start, end


def _show_nothing(escape: re.Match[bytes]) -> bytes:
    return b""
