"""Escapes of single characters: how an escaped word looks, and how escapes are taken off.

A style is a bytes format for the number of one byte, as `%%%02X` for percent-encoding. Any
characters of a word may be escaped, all or a few, so what is looked for is the first that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.decoders.decoder import DecodedText, Segment

_WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_NO_INTRO = bytes(c for c in range(256) if c not in b"%\\&=")
_HEAD = 6
"""Bytes of an escaped text that are enough to know it by."""
_SURE = 5
"""Bytes of an escape that are enough to know it by."""

BEFORE, AFTER = 256, 2048
"""Bytes around a disguised anchor that are unwrapped: a key, escaped thrice, and what is near."""

KEY_REST = rb"[A-Za-z0-9_-]{0,128}"
"""What may stand between an anchor that is not escaped and the first escape behind it."""


def first_escapes(word: bytes, styles: Iterable[bytes], intro: bytes) -> Iterator[bytes]:
    """Yield literals one of which stands in `word` wherever some of it is escaped.

    Behind two plain letters the `intro` of an escape is rare enough to be looked for by itself,
    whatever it is an escape of: so escapes of escapes are found, too.
    """
    for style in styles:
        first, second = style % word[0], style % word[1]
        yield from (first,) if len(first) >= _SURE else (first + word[1:2], first + intro)
        yield word[:1] + second
    for plain in range(2, len(word)):
        yield word[:plain] + intro


def spelled(word: bytes, styles: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `word` wholly escaped, and with its letters and digits left alone."""
    for style in styles:
        yield escaped(word, style, b"")
        yield escaped(word, style, _WORD)


def heads(text: bytes, styles: Iterable[bytes]) -> Iterator[bytes]:
    """Yield how a text that is escaped already begins when it is escaped once more."""
    for style in styles:
        yield escaped(text[:2], style, b"")
        if text[0] not in _WORD:
            yield escaped(text[:_HEAD], style, _NO_INTRO)
        if text[0] not in _WORD or text[1] == 0:
            yield escaped(text[:_HEAD], style, _WORD)


def escaped(text: bytes, style: bytes, plain: bytes) -> bytes:
    """Escape a text, but for the characters in `plain`."""
    return b"".join(bytes([c]) if c in plain else style % c for c in text)


def stretches(
    content: bytes, marks: Iterable[bytes], intro: bytes, continued: bytes
) -> Iterator[tuple[int, int]]:
    """Yield what lies around the marks, merged where it meets.

    A mark without an `intro` in it is an anchor in the clear: it counts only where an escape,
    of which `continued` is the pattern, stands in what may be the rest of a key.
    """
    pattern = b"|".join(
        re.escape(mark) if intro in mark else re.escape(mark) + b"(?=" + KEY_REST + continued + b")"
        for mark in sorted(marks, key=len, reverse=True)
    )
    start = end = -1
    for hit in re.finditer(pattern, content):
        if end >= 0 and hit.start() - BEFORE > end:
            yield start, end
            end = -1
        if end < 0:
            start = max(0, hit.start() - BEFORE)
        end = min(len(content), hit.end() + AFTER)
    if end >= 0:
        yield start, end


def taken_off(
    content: bytes, start: int, end: int, pattern: bytes, decode: Callable[[re.Match[bytes]], bytes]
) -> DecodedText:
    """Take the escapes off `content[start:end]`."""
    texts: list[bytes] = []
    pieces: list[Segment] = []
    at, done = 0, start
    for found in re.compile(pattern).finditer(content, start, end):
        low, high = found.span()
        plain, text = content[done:low], decode(found)
        if plain:
            pieces.append(Segment(at, done, low))
        if text:
            pieces.append(Segment(at + len(plain), low, high))
        texts += (plain, text)
        at, done = at + len(plain) + len(text), high
    if done < end:
        pieces.append(Segment(at, done, end))
    return DecodedText(b"".join((*texts, content[done:end])), (start, end), tuple(pieces))
