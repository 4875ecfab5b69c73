"""Lines of wrapped output that something stores as records: objects, elements, literals of a list.

A program wraps a text at a width, and each line becomes a record of its own. So after a text with a
secret at its end, the record that begins like this one may hold the rest.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import is_same_but_digits
from wakeyscan.scanner.ends.text_end import Rest, TextEnd
from wakeyscan.scanner.ends.words import may_be_rest

_TEXT = lazy_pattern(
    rb"[\"'`>](?!(?:(?:Proxy-)?Authorization: )?\w+ \Z)([^\"'`<>]*[ \t][^\"'`<>]*)\Z"
)
"""The start of a literal or of an element that holds more than the secret and a scheme."""
_CLOSING = (b'"', b"'", b"`", b"<", b"\\")
_NEXT_LINE = lazy_pattern(rb"[^\r\n]{0,400}\r*\n")
_NEXT_IN_LINE = lazy_pattern(
    rb"""(?x) (?: \\+ (?: r\\+ )? n )? \\*["']
    (?: [^"'{\r\n]{0,40} | [^"'\r\n]{0,40}
      (?<=[{ ]) (?: " [\w.-]{1,40} " [ ]? : [ ]? [\w.]{0,24} [ ]? ,? [ ]? ){1,4} )
    \\*["'] (?= (?P<word> [A-Za-z0-9_-]{1,120} ) )"""
)
"""The next literal of a list, or of the next object in it, on the same line."""
_WORD = lazy_pattern(rb"[A-Za-z0-9_-]{1,120}+(?!\\*[\"']\s*[:=])")


def find_next_entry(end: TextEnd) -> Rest | None:
    """Return the first word of the next record if it may be the rest of the secret."""
    if not end.after.startswith(_CLOSING):
        return None
    text = _TEXT.search(end.line)
    if not text:
        return None
    return _find_on_next_line(end, text.start(1)) or _find_on_same_line(end)


def _find_on_next_line(end: TextEnd, size: int) -> Rest | None:
    line_end = _NEXT_LINE.match(end.after)
    if not line_end:
        return None
    at = line_end.end()
    if not is_same_but_digits(end.after[at : at + size], end.line[:size]):
        return None
    return _find_word(end.after, at + size)


def _find_on_same_line(end: TextEnd) -> Rest | None:
    found = _NEXT_IN_LINE.match(end.after)
    return _find_word(end.after, found.end()) if found else None


def _find_word(text: bytes, at: int) -> Rest | None:
    """Return the word at an offset, unless it is another key, or known."""
    word = _WORD.match(text, at)
    if not word or not may_be_rest(word[0], text[at : at + 160]):
        return None
    return Rest(word[0], *word.span())
