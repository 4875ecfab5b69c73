"""Lines of wrapped output that something stores as records: objects, elements, literals of a list.

A program wraps a text at a width, and each line becomes a record of its own. So after a text with a
secret at its end, the record that begins like this one may hold the rest.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends.next_literal import NextLiteral
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, TextEnd
from wakeyscan.scanner.ends.words import begins_with_word, is_certain_name

_TEXT = lazy_pattern(
    rb"[\"'`>](?!(?:(?:Proxy-)?Authorization: )?\w+ \Z)([^\"'`<>]*[ \t][^\"'`<>]*)\Z"
)
"""The start of a literal or of an element that holds more than the secret and a scheme."""
_CLOSING = (b'"', b"'", b"`", b"<", b"\\")
_NEXT_LINE = lazy_pattern(rb"[^\r\n]{0,400}\r*\n")
_NEXT_IN_LINE = lazy_pattern(
    rb"""(?x) (?: \\+ (?: r\\+ )? n )? \\*["'] [^"'\r\n]{0,40}
    (?: " [\w.-]{1,40} " [ ]? : [ ]? [\w.]{0,24} [ ]? ,? [ ]? ){0,4}
    \\*["'] (?= (?P<word> [A-Za-z0-9_-]{1,120} ) )"""
)
"""The next literal of a list, or of the next object in it, on the same line."""
_WORD = lazy_pattern(rb"[A-Za-z0-9_-]{1,120}(?!\\*[\"']\s*[:=])")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


def find_next_entry(end: TextEnd) -> NextLiteral | None:
    """Return the first word of the next record if it may be the rest of the secret."""
    if not end.after.startswith(_CLOSING):
        return None
    text = _TEXT.search(end.line)
    if not text:
        return None
    return _find_on_next_line(end, text.start(1)) or _find_on_same_line(end)


def _find_on_next_line(end: TextEnd, size: int) -> NextLiteral | None:
    line_end = _NEXT_LINE.match(end.after)
    if not line_end:
        return None
    at, start = line_end.end(), end.line[:size]
    following = end.after[at : at + size]
    if following.translate(_DIGITS) != start.translate(_DIGITS):
        return None
    return _find_word(end.after, at + size)


def _find_on_same_line(end: TextEnd) -> NextLiteral | None:
    found = _NEXT_IN_LINE.match(end.after)
    return _find_word(end.after, found.end()) if found else None


def _find_word(text: bytes, at: int) -> NextLiteral | None:
    """Return the word at an offset, unless it is another key, or known."""
    word = _WORD.match(text, at)
    if not word or word[0].startswith(KEY_PREFIX):
        return None
    if is_certain_name(word[0]) or begins_with_word(text[at : at + 160]):
        return None
    return NextLiteral(word[0], *word.span())
