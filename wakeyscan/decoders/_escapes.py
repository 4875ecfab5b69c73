"""Escapes of single characters, such as `%77`: search strings for them, and decoding.

A style is a bytes format for the number of one byte, such as `%%%02X` for percent-encoding. Writers
escape all characters of a word or only some, so a search looks for the first escaped character.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.decoders._listed_segments import ListedSegments
from wakeyscan.decoders.decoder import DecodedText, Span

_DecodeEscape = Callable[["re.Match[bytes]"], bytes]
"""Returns the text that an escape stands for."""

_ALPHANUMERICS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_NOT_INTROS = bytes(c for c in range(256) if c not in b"%\\&=")
_PREFIX_SIZE = 6
"""Bytes of an escaped text that identify it."""
_SPECIFIC_SIZE = 5
"""Bytes of an escape that is specific enough to be searched for alone."""

CONTEXT_BEFORE, CONTEXT_AFTER = 256, 2048
"""Bytes decoded around an encoded anchor: room for a key that is escaped three times."""

KEY_REST = rb"[A-Za-z0-9_-]{0,128}"
"""Characters between an unescaped anchor and the first escape after it."""


def list_first_escapes(word: bytes, styles: Iterable[bytes], intro: bytes) -> Iterator[bytes]:
    """Yield byte strings; `word` contains at least one of them if any part of it is escaped.

    After two plain letters, the `intro` of an escape is rare enough to be searched for alone. That
    also finds escapes of escapes.
    """
    for style in styles:
        first, second = style % word[0], style % word[1]
        if len(first) >= _SPECIFIC_SIZE:
            yield first
        else:
            yield from (first + word[1:2], first + intro)
        yield word[:1] + second
    for count in range(2, len(word)):
        yield word[:count] + intro


def escape_in_each_style(word: bytes, styles: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `word` with all characters escaped, and with all but letters and digits escaped."""
    for style in styles:
        yield escape(word, style)
        yield escape(word, style, keep=_ALPHANUMERICS)


def escape_again(text: bytes, styles: Iterable[bytes]) -> Iterator[bytes]:
    """Yield prefixes of `text`, which is escaped already, after it is escaped once more."""
    for style in styles:
        yield escape(text[:2], style)
        if text[0] not in _ALPHANUMERICS:
            yield escape(text[:_PREFIX_SIZE], style, keep=_NOT_INTROS)
        if text[0] not in _ALPHANUMERICS or text[1] == 0:
            yield escape(text[:_PREFIX_SIZE], style, keep=_ALPHANUMERICS)


def escape(text: bytes, style: bytes, keep: bytes = b"") -> bytes:
    """Return `text` with each character escaped that is not in `keep`."""
    return b"".join(bytes([c]) if c in keep else style % c for c in text)


def find_escaped_spans(
    content: bytes,
    anchors: Iterable[bytes],
    intro: bytes,
    escape_pattern: bytes,
    after: int = CONTEXT_AFTER,
) -> Iterator[Span]:
    """Yield the surroundings of encoded anchors, merged if they overlap.

    An anchor without `intro` in it is a plain one. It counts only if an escape, which matches
    `escape_pattern`, follows within the characters of a key. `after` is how
    many bytes after an anchor belong to its surroundings.
    """
    if intro not in content:
        return
    start = end = -1
    for hit in re.finditer(_build_anchor_pattern(anchors, intro, escape_pattern), content):
        if end >= 0 and hit.start() - CONTEXT_BEFORE > end:
            yield start, end
            end = -1
        if end < 0:
            start = max(0, hit.start() - CONTEXT_BEFORE)
        end = min(len(content), hit.end() + after)
    if end >= 0:
        yield start, end


def _build_anchor_pattern(anchors: Iterable[bytes], intro: bytes, escape_pattern: bytes) -> bytes:
    escape_follows = b"(?=" + KEY_REST + escape_pattern + b")"
    return b"|".join(
        re.escape(anchor) + (b"" if intro in anchor else escape_follows)
        for anchor in sorted(anchors, key=len, reverse=True)
    )


class _EscapedParts:
    """The parts of a text with escapes: each escape is one, and so is the text between two.

    A text may have thousands of them, and mostly has no match that needs them.
    """

    def __init__(self, span: Span) -> None:
        self._span = span
        self._escapes = array("Q")
        """Start, end and decoded size of each escape."""

    def add(self, start: int, end: int, size: int) -> None:
        """Add the escape at `start:end`, which is decoded to `size` bytes."""
        self._escapes.extend((start, end, size))

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        """Yield the decoded size of each part, and the start and the end of its source."""
        at, stop = self._span
        numbers = iter(self._escapes)
        for start, end, size in zip(numbers, numbers, numbers, strict=True):
            yield start - at, at, start
            yield size, start, end
            at = end
        yield stop - at, at, stop


def decode_escapes(
    content: bytes, span: Span, pattern: bytes, decode: _DecodeEscape
) -> DecodedText:
    """Return the text in `span`, with each match of `pattern` replaced by its decoded form."""
    escapes = re.compile(pattern).finditer(content, *span)
    return decode_spans(content, span, ((*one.span(), decode(one)) for one in escapes))


def decode_spans(
    content: bytes, span: Span, decoded: Iterable[tuple[int, int, bytes]]
) -> DecodedText:
    """Return the text in `span`, with parts replaced: each has a start, an end and its text."""
    texts, at, parts = list[bytes](), span[0], _EscapedParts(span)
    for start, end, text in decoded:
        texts += (content[at:start], text)
        parts.add(start, end, len(text))
        at = end
    texts.append(content[at : span[1]])
    return DecodedText(b"".join(texts), span, ListedSegments(parts))
