"""Text in several encoded words of a mail header: `=?utf-8?Q?wa=5Flive=5F…?= =?utf-8?Q?…?=`.

RFC 2047 limits an encoded word to 75 characters, and drops the blanks and line ends between two of
them. An underscore represents a space. A single word in base64 is decoded as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.base64_codec import decode_base64
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Segment, Span
from wakeyscan.decoders.split_prefix import PREFIX

NAME = "encoded-words"

_SEAMS = tuple(b"?=" + gap + b"=?" for gap in (b"\n ", b"\n\t", b"\r\n ", b"\r\n\t", b" "))
_TEXT = rb"[!->@-~]{1,1024}"
_WORD = lazy_pattern(rb"=\?([\w.*-]{1,64})\?([BbQq])\?(" + _TEXT + rb")\?=")
_SEAM = rb"(?:\r?\n[ \t]|[ \t]){1,4}"
_WORDS = lazy_pattern(_WORD.pattern + rb"(?:" + _SEAM + _WORD.pattern + rb"){0,256}")
_QUOTED = lazy_pattern(rb"=([0-9A-Fa-f]{2})|[^=]+|=")
"""An escape, or text without escapes."""
_NO_LETTERS = lazy_pattern(rb"[^A-Za-z0-9+/_-]+")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the characters between two encoded words, and the start of an escaped prefix."""
    if anchor == PREFIX:
        yield from _SEAMS
        yield from (b"wa=5F", b"wa=5f")


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield nothing: mail headers are rarely encoded again."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield nothing: escaped text in several encoded words is not decoded."""
    yield from ()


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text of each sequence of encoded words that holds a key prefix."""
    for words in _WORDS.finditer(content):
        decoded = _decode_words(content, words)
        if PREFIX in decoded.content:
            yield decoded


def _decode_words(content: bytes, words: re.Match[bytes]) -> DecodedText:
    texts, segments, offset = list[bytes](), list[Segment](), 0
    for text, span in _list_pieces(content, words):
        texts.append(text)
        segments.append(Segment(offset, *span))
        offset += len(text)
    # A blank follows: the last word ends its text.
    return DecodedText(b"".join((*texts, b" ")), words.span(), tuple(segments))


def _list_pieces(content: bytes, words: re.Match[bytes]) -> Iterator[tuple[bytes, Span]]:
    """Yield each decoded word, or its plain and escaped parts, with its source."""
    for word in _WORD.finditer(content, *words.span()):
        is_utf8 = word[1].upper().startswith(b"UTF")
        if word[2] in b"Bb":
            yield _decode_letters(word[3]), word.span(3)
        else:
            for piece in _QUOTED.finditer(content, *word.span(3)):
                text = _decode_quoted(piece)
                # Only ASCII matters: any character delimits a key.
                yield text if is_utf8 else text.decode("latin-1").encode(), piece.span()


def _decode_letters(text: bytes) -> bytes:
    """Decode a word in base64 up to its padding, without the other bytes that a sender put in."""
    return decode_base64(_NO_LETTERS.sub(b"", text.partition(b"=")[0]))


def _decode_quoted(piece: re.Match[bytes]) -> bytes:
    return bytes.fromhex(piece[1].decode("ascii")) if piece[1] else piece[0].replace(b"_", b" ")
