"""Base64 of an archive or compressed data, which shows no anchor: found by its signature.

Helm keeps a release in a Secret of Kubernetes as base64 of base64 of gzip.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator
from functools import lru_cache
from heapq import merge

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_index import find_all
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders._base64_lines import BREAK, LETTER, find_letter_before
from wakeyscan.decoders.base64_codec import TAR_LETTERS, decode_base64
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Span
from wakeyscan.extractors.file_types import SIGNATURES, find_zip_end

NAME = "base64"

_PREFIX = KEY_PREFIX.encode()
_SIGNATURE_SIZE = 3
"""Bytes of a signature that are searched for: four letters."""
_PROGRAMS = (b"#!/", b"MZ\x90", b"MZP", b"\x7fEL")
"""First bytes of scripts and programs, which a zip may follow: they unpack themselves."""
_ZLIB = (b"x\x9c", b"x\xda")
"""Signatures of zlib at its default and its best level; too short without a third byte."""
_ZLIB_LETTERS = 3
"""Letters of base64 that identify zlib, after one of `_BEFORE_ZLIB`."""
_BEFORE_ZLIB = (*(bytes([byte]) for byte in b"\n \"'=:,>"), b"\\n")
"""Characters that precede zlib in base64; instead of a line end, also the start of the text."""
_SKIPPABLE_FRAME = b"*M"
"""Second and third byte of a skippable Zstandard frame, which holds no compressed data."""
_MIN_FIRST_LINE = 32
"""Characters of the shortest first line."""
_MIN_SIZE = 42
"""Characters of the shortest run: zlib writes the shortest key in 43."""
_MAX_LINE = 128
"""Maximum characters of a line that is longer than the first line, which a name precedes."""

_WITHIN_RUN = lazy_pattern(
    rb"(?<!\\)" + LETTER + rb"\Z|" + LETTER + rb"(?<![nrt])\Z",
    re.DOTALL,
)
"""End of the text before an offset within a run; `\\n` ends the text before a run."""
_ESCAPE_AT_END = lazy_pattern(rb"(?:%|\\x|\\u00)[0-9A-Fa-f]{2}\Z")
"""An escape before a run, which looks like the middle of one."""
_LETTERS = rb"(?:" + LETTER + rb"|\\{1,7}/|%2[BbFf])"
"""Letters of base64; JSON writers often escape the slash, URLs also escape the plus."""
_PADDING = lazy_pattern(rb"(?:=|%3[Dd]){0,2}")
_LINE = lazy_pattern(_LETTERS + rb"*+")
_NEXT_LINE = lazy_pattern(BREAK + rb"(" + _LETTERS + rb"++)(?=={0,2}(?:[\s\"'`\\<,;)%&]|\Z))")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the signatures of all formats in base64, and in base64 twice.

    The anchor itself does not show in compressed data.
    """
    if anchor != _PREFIX:
        return
    for letters in {_encode_signature(signature) for signature in _list_signatures()}:
        if len(letters) == _ZLIB_LETTERS:
            yield from (before + letters for before in _BEFORE_ZLIB)
        else:
            yield from {letters.replace(b"/", slash) for slash in (b"/", b"_", b"%2F", b"%2f")}
        yield _encode_signature(letters)
    yield from TAR_LETTERS


def _list_signatures() -> Iterator[bytes]:
    for archive_format, signatures in SIGNATURES.items():
        if archive_format == "lfs":  # plain text that starts with a common word
            continue
        for signature in signatures:
            if len(signature) > 2 and signature[1:3] != _SKIPPABLE_FRAME:
                yield signature[:_SIGNATURE_SIZE]
    yield from _PROGRAMS
    yield from (signature + bytes([third << 6]) for signature in _ZLIB for third in range(4))


def _encode_signature(signature: bytes) -> bytes:
    """Return the letters that a signature alone determines; of zlib's last one, two bits."""
    letters = b2a_base64(signature)
    size = _ZLIB_LETTERS if signature[:2] in _ZLIB else 8 * len(signature) // 6
    return letters[:size]


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield nothing: base64 needs no escapes, and double base64 is found by its signature."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield nothing: an encoded anchor does not show in compressed data either."""
    yield from ()


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the bytes of each base64 run that starts with one of the signatures found.

    Those of a program are left to `base64`, unless a zip follows it.
    """
    end = 0
    signature = re.compile(b"|".join(_build_signature_pattern(text) for text in sorted(found)))
    for at, text in merge(*(_find_signatures(content, text) for text in found)):
        start = _find_start(content, at, text)
        if start < end or _is_within_run(content, start):
            continue
        lines = _find_lines(content, start, signature)
        end = lines[-1][1]
        letters = _unescape(b"".join([content[low:high] for low, high in lines]))
        if len(letters) >= _MIN_SIZE and lines[0][1] - start >= _MIN_FIRST_LINE:
            padding = _PADDING.match(content, end)
            span = (start, padding.end() if padding else end)
            plain = decode_base64(letters)
            if not plain.startswith(_PROGRAMS) or find_zip_end(plain, len(plain)):
                yield DecodedText(plain, span)


def _unescape(letters: bytes) -> bytes:
    if b"%" in letters:
        letters = re.sub(rb"%2[Bb]", b"+", re.sub(rb"%2[Ff]", b"/", letters))
    return letters.replace(b"\\", b"")


def _find_signatures(content: bytes, text: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the offset and the letters of a signature; `re` takes ten times as long for it."""
    before, letters = text[:-_ZLIB_LETTERS], text[-_ZLIB_LETTERS:]
    if before not in _BEFORE_ZLIB:
        before, letters = b"", text
    if before == b"\n" and content.startswith(letters):
        yield 0, letters
    for at in find_all(content, text):
        yield at + len(before), letters


def _build_signature_pattern(text: bytes) -> bytes:
    before, letters = text[:-_ZLIB_LETTERS], re.escape(text[-_ZLIB_LETTERS:])
    if before not in _BEFORE_ZLIB:
        return re.escape(text)
    if before == b"\n":
        return rb"(?:(?<=\n)|\A)" + letters
    return rb"(?<=" + re.escape(before) + rb")" + letters


def _find_start(content: bytes, at: int, text: bytes) -> int:
    """Return the start of the run, which is many letters before the signature of a tar file."""
    distance = TAR_LETTERS.get(text, 0)
    return find_letter_before(content, at, distance) if distance else at


def _is_within_run(content: bytes, start: int) -> bool:
    """Return whether an offset is in the middle of a run, or negative."""
    if start < 0:
        return True
    before = content[max(0, start - 6) : start]
    return bool(_WITHIN_RUN.search(before[-2:])) and not _ESCAPE_AT_END.search(before)


def _find_lines(content: bytes, start: int, signature: re.Pattern[bytes]) -> list[Span]:
    """Return the lines of a run, which have the same width except for the first and the last.

    A name may precede the first line; the last may be shorter. A line with a signature starts
    another run.
    """
    line = _LINE.match(content, start)
    spans = [line.span() if line else (start, start)]
    width = last = _measure_width(content, spans[0])
    while last == width:
        line = _NEXT_LINE.match(content, spans[-1][1])
        if not line or signature.match(content, line.start(1)):
            break
        last = _measure_width(content, line.span(1))
        if len(spans) == 1 and width < last <= _MAX_LINE:
            width = last
        if last <= width:
            spans.append(line.span(1))
        if last == width == len(line[1]):  # without an escape
            spans += _find_equal_lines(content, line, signature)
    return spans


def _find_equal_lines(
    content: bytes, line: re.Match[bytes], signature: re.Pattern[bytes]
) -> Iterator[Span]:
    """Yield the next lines that have the break and the width of a line, without an escape."""
    line_break, size = line[0][: line.start(1) - line.start()], len(line[1])
    step = len(line_break) + size
    lines = _compile_equal_lines(line_break, size, signature).match(content, line.end())
    starts = range(line.end() + len(line_break), lines.end() if lines else 0, step)
    return ((start, start + size) for start in starts)


@lru_cache(maxsize=16)
def _compile_equal_lines(
    line_break: bytes, size: int, signature: re.Pattern[bytes]
) -> re.Pattern[bytes]:
    end = re.escape(line_break)
    letters = rb"(?!%b)%b{%d}+" % (signature.pattern, LETTER, size)
    return re.compile(rb"(?:%b%b(?=%b))*+" % (end, letters, end))


def _measure_width(content: bytes, span: Span) -> int:
    """Return the number of letters in a line; an escaped letter counts once."""
    return span[1] - span[0] - content.count(b"\\", *span) - 2 * content.count(b"%", *span)
