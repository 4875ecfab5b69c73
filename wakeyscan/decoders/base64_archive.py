"""Base64 of what was compressed or archived: known by how it begins, decoded to its end.

What is in it shows no anchor. A Secret that Helm keeps a release in is base64 of base64 of gzip.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator

from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders import _base64_lines
from wakeyscan.decoders._base64_text import IN_TAR, from_base64
from wakeyscan.decoders.decoder import DecodedText, FoundForms, Span
from wakeyscan.extractors.file_types import SIGNATURES

NAME = "base64"

_ANCHOR = KEY_PREFIX.encode()
_TELLING = 3
"""Bytes of a signature that are looked for: four letters."""
_ZLIB = (b"x\x9c", b"x\xda")
"""Two bytes are too few: those of the level that is the default and of the best, and a third."""
_FEW = 3
"""Letters that these are looked for by."""
_BEFORE = (*(bytes([byte]) for byte in b"\n \"'=:,>"), b"\\n")
"""What stands before them; where it is a line's end, it may be nothing, too."""
_FRAME_SKIPPED = b"*M"
"""In what begins a frame that is no Zstandard: nobody puts one into a text."""
_FIRST = 32
"""Characters of a first line."""
_SHORTEST = 64
"""Characters of them all: with less, nothing that is packed holds a key."""
_WIDEST = 128
"""Characters of a line behind a first one that is shorter, for the name that stands before it."""

_INSIDE = re.compile(
    rb"(?<!\\)" + _base64_lines.LETTER + rb"\Z|" + _base64_lines.LETTER + rb"(?<![nrt])\Z",
    re.DOTALL,
)
"""What is before the middle of a run; `\\n` is before its beginning."""
_ESCAPE = re.compile(rb"(?:%|\\x|\\u00)[0-9A-Fa-f]{2}\Z")
"""What looks like the middle of a run, and is before its beginning, too."""
_LETTERS = rb"(?:" + _base64_lines.LETTER + rb"|\\{1,7}/|%2[BbFf])"
"""A slash is escaped in much of JSON, and with the plus in a URL."""
_PADDING = re.compile(rb"(?:=|%3[Dd]){0,2}")
_RUN = re.compile(_LETTERS + rb"*+")
_NEXT = re.compile(
    _base64_lines.BREAK + rb"(" + _LETTERS + rb"++)(?=={0,2}(?:[\s\"'`\\<,;)%&]|\Z))"
)
_BACKSLASHES = re.compile(rb"\\+")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give how base64 of each format begins, and base64 of that: the anchor does not show."""
    if anchor != _ANCHOR:
        return
    for once in {_begun(beginning) for beginning in _beginnings()}:
        if len(once) == _FEW:
            yield from (before + once for before in _BEFORE)
        else:
            yield from {once.replace(b"/", slash) for slash in (b"/", b"_", b"%2F", b"%2f")}
        yield _begun(once)
    yield from IN_TAR


def _beginnings() -> Iterator[bytes]:
    for form, marks in SIGNATURES.items():
        if form != "lfs":  # a text that begins with a common word, and has nothing packed in it
            yield from (
                mark[:_TELLING] for mark in marks if len(mark) > 2 and mark[1:3] != _FRAME_SKIPPED
            )
    yield from (mark + bytes([third << 6]) for mark in _ZLIB for third in range(4))


def _begun(beginning: bytes) -> bytes:
    """Give the letters that a beginning alone decides on; of zlib's the last has two bits."""
    letters = b2a_base64(beginning)
    return letters[:_FEW] if beginning[:2] in _ZLIB else letters[: 8 * len(beginning) // 6]


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: nobody escapes what base64 makes safe already, but with base64."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: an escaped anchor does not show either."""
    yield from ()


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield the bytes of each run of base64 that begins with one of `marks`."""
    at = 0
    begins = re.compile(b"|".join(_pattern(mark) for mark in sorted(marks)))
    for hit in begins.finditer(content):
        start = _beginning(content, hit)
        if start < at or _is_inside(content, start):
            continue
        spans = _lines(content, start, begins)
        text = _unescaped(b"".join(content[low:high] for low, high in spans))
        at = spans[-1][1]
        if len(text) >= _SHORTEST and spans[0][1] - start >= _FIRST:
            padding = _PADDING.match(content, at)
            yield DecodedText(from_base64(text), (start, padding.end() if padding else at))


def _unescaped(text: bytes) -> bytes:
    if b"%" in text:
        text = re.sub(rb"%2[Bb]", b"+", re.sub(rb"%2[Ff]", b"/", text))
    return _BACKSLASHES.sub(b"", text)


def _pattern(mark: bytes) -> bytes:
    before, letters = mark[:-_FEW], re.escape(mark[-_FEW:])
    if before not in _BEFORE:
        return re.escape(mark)
    if before == b"\n":  # or nothing
        return rb"(?:(?<=\n)|\A)" + letters
    return rb"(?<=" + re.escape(before) + rb")" + letters


def _beginning(content: bytes, hit: re.Match[bytes]) -> int:
    """Say where the run begins that a mark tells of; of a tar, many letters before it."""
    distance = IN_TAR.get(hit[0], 0)
    return _base64_lines.letters_before(content, hit.start(), distance) if distance else hit.start()


def _is_inside(content: bytes, start: int) -> bool:
    """Say whether an offset is in the middle of a run, or is none."""
    if start < 0:
        return True
    before = content[max(0, start - 6) : start]
    return bool(_INSIDE.search(before[-2:])) and not _ESCAPE.search(before)


def _lines(content: bytes, start: int, begins: re.Pattern[bytes]) -> list[Span]:
    """List the lines of a run: all as long as the first, which something may stand before.

    The last may be shorter. What begins as a run does is another one.
    """
    found = _RUN.match(content, start)
    spans = [found.span() if found else (start, start)]
    width = last = _width(content, spans[0])
    while last == width:
        found = _NEXT.match(content, spans[-1][1])
        if not found or begins.match(content, found.start(1)):
            break
        last = _width(content, found.span(1))
        if len(spans) == 1 and width < last <= _WIDEST:
            width = last
        if last <= width:
            spans.append(found.span(1))
    return spans


def _width(content: bytes, span: Span) -> int:
    """Count the letters of a line, escaped ones as one."""
    return span[1] - span[0] - content.count(b"\\", *span) - 2 * content.count(b"%", *span)
