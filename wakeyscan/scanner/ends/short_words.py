"""Short words near a secret that may be its last letters.

A text that is cut near its end leaves one to four letters in the next cell, row, literal, element
or message. They are too few to tell from a number, a unit or an abbreviation (see `stray_words`).
So they do not open an end; the secret is also tried with each of them. No secret is that short.

The word is alone between the signs that also enclose the secret, or between which its text ends:

    quotes          the same quote on both sides
    tags            the text of an element
    bars            a cell
    , ; tab         a field
    a line end      after the same sign, as in a list, a chat or a log, or a line of its own
    a blank         directly after the secret

The value of another name is none, nor is a word that people write in such a place.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from string import ascii_letters, digits

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, Rest
from wakeyscan.scanner.ends.value_columns import read_names
from wakeyscan.scanner.ends.words import may_be_rest

if TYPE_CHECKING:
    import re

    from wakeyscan.decoders.decoder import Span

MAX_SHORT_WORDS = 3
"""Words that are tried: each costs a request."""

_REACH = 1 << 9
"""Bytes after a secret in which a word is tried."""
_MAX_WORDS = 8
"""Words between the same signs that are judged."""
_MAX_LINE = 256
"""Bytes before a secret in which its line starts."""

_WORD = rb"(?P<word>[A-Za-z0-9][A-Za-z0-9_-]{0,3})"
_LINE_END = rb"(?=[ \t]*(?:[\r\n]|\Z))"
_ENCLOSED: dict[bytes, re.Pattern[bytes]] = {
    **{
        quote: lazy_pattern(quote + _WORD + rb"(?=\\*" + quote + rb"(?!\s*:))")
        for quote in (b'"', b"'", b"`")
    },
    b"<": lazy_pattern(rb">\s*" + _WORD + rb"(?=\s*<)"),
    b"|": lazy_pattern(rb"[\n|][ \t]*" + _WORD + rb"(?=[ \t]*(?:[|\r\n]|\Z))"),
    **{
        sign: lazy_pattern(rb"[\n" + sign + rb"][ ]*" + _WORD + rb"(?=[ ]*[\r\n" + sign + rb"]|\Z)")
        for sign in (b",", b";", b"\t")
    },
}
"""A word between signs, by the first sign after the secret."""
_AT_LINE_END: dict[bytes, re.Pattern[bytes]] = {
    sign: lazy_pattern(b"\\" + sign + rb"[ \t]*" + _WORD + _LINE_END)
    for sign in (b":", b">", b"]", b"|", b"-", b",", b";", b"\t", b"\n")
}
"""The last word of a line, by the sign before it."""
_AFTER_WORDS, _LETTERS = (b" ", b"="), frozenset(map(str.encode, ascii_letters + digits))
_LINE_ENDS, _BLANKS = (b"", b"\n", b"\r"), (b" ", b"\t")
_WORD_ALONE = lazy_pattern(_WORD + rb"(?=\s|\Z)")
_NEXT = lazy_pattern(rb"[ \t]+" + _WORD + rb"(?=\s|\Z)")
_MAX_TEXT = 32
"""Bytes from a word on that tell whether it begins a text of people."""
_CAPITAL, _SMALL = lazy_pattern(rb"[A-Z]"), lazy_pattern(rb"[a-z]")
_HEXADECIMAL = lazy_pattern(rb"[0-9a-f]+\Z")


def find_short_words(content: bytes, span: Span, text: bytes, path: str = "") -> list[Rest]:
    """Return the short words after a span that may be the rest of the secret `text` there."""
    start, end = span
    is_last = content[end : end + 1] in _LINE_ENDS and content[start - 1 : start] in _AFTER_WORDS
    if is_last and content[start - 2 : start - 1] in _LETTERS:  # as in most logs
        return []
    stop = content.find(KEY_PREFIX, end, end + _REACH)
    after = content[end : stop if stop >= 0 else end + _REACH]
    found = _find_fitting(content[max(0, start - _MAX_LINE) : start], after, text)
    if not found:  # as for most keys
        return []
    names = read_names(content, start, path)
    words = [word for word in found if names.may_be_same(end, end + word[0])]
    words.sort(key=lambda word: after[slice(*word)].isdigit())
    return [Rest(after[slice(*word)], *word) for word in words[:MAX_SHORT_WORDS]]


@lru_cache(maxsize=32)  # a text may repeat a line thousands of times
def _find_fitting(before: bytes, after: bytes, text: bytes) -> tuple[Span, ...]:
    """Return the short words after a secret that have the kinds of its letters."""
    spans = _find_words(before, after)
    body = text[len(KEY_PREFIX) :] if spans else b""
    return tuple([span for span in spans if _fits(after, span, body)])


def _find_words(before: bytes, after: bytes) -> list[Span]:
    """Return the short words after a secret, each between the same signs or in its column."""
    sign = after.lstrip(b" \\")[:1]
    pattern = _ENCLOSED.get(sign)
    if not pattern and sign in _LINE_ENDS:
        pattern = _AT_LINE_END.get(before.rstrip(b" ")[-1:] or b"\n")
    if pattern:
        return [word.span("word") for word in islice(pattern.finditer(after), _MAX_WORDS)]
    if after[:1] not in _BLANKS:
        return []
    next_word = _NEXT.match(after)
    return [*([next_word.span("word")] if next_word else []), *_find_below(before, after)]


def _find_below(before: bytes, after: bytes) -> list[Span]:
    """Return the word in the column of a secret on the next line."""
    column, line_end = len(before) - before.rfind(b"\n") - 1, after.find(b"\n")
    at = line_end + 1 + column
    if line_end < 0 or not 0 < column < len(before) or after[at - 1 : at] != b" ":
        return []
    word = _WORD_ALONE.match(after, at)
    return [word.span("word")] if word and after.find(b"\n", at - column, at) < 0 else []


def _fits(after: bytes, span: Span, text: bytes) -> bool:
    """Return whether a word has letters of the kinds that the body of a secret has."""
    word = after[slice(*span)]
    if _HEXADECIMAL.match(text):
        return _HEXADECIMAL.match(word) is not None
    if not may_be_rest(word, after[span[0] : span[0] + _MAX_TEXT]):
        return False
    if _CAPITAL.search(word) and not _CAPITAL.search(text):
        return False
    return bool(_SMALL.search(text) or not _SMALL.search(word))
