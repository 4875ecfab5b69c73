"""PDF (ISO 32000): its streams, object streams among them, and the text of pages in one piece."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO, NamedTuple

from wakeyscan.extractors.extractor import (
    ExtractionBudget,
    ExtractionError,
    Member,
    ReadBytes,
    read_whole,
)
from wakeyscan.extractors.pdf import fonts as _pdffonts
from wakeyscan.extractors.pdf import text as _pdftext
from wakeyscan.extractors.pdf.filters import unfiltered
from wakeyscan.extractors.pdf.fonts import Font
from wakeyscan.extractors.pdf.predictors import Predictor, predictors

SEEKS = True

_TOO_LARGE = "a PDF of {:,} bytes; those over {:,} are not opened"
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_NUMBER = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+$")
_FILTER = re.compile(rb"/Filter\s*(\[[^]]{0,200}\]|/\w+)")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R|\d)")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_NO_PAGE = re.compile(
    rb"/Length[123]\b|/Subtype\s*/(?:Type1C|CIDFontType0C|OpenType)\b|/Type\s*/(?:ObjStm|XRef)\b"
)
"""Fonts, and objects: they show nothing, whatever in them looks like it."""
_LATE = re.compile(rb"/EarlyChange\s+0\b")
_PACKED = re.compile(rb"/Type\s*/ObjStm\b")
_REFERENCES = re.compile(rb"/Type\s*/XRef\b")
"""Tables of offsets, which are predicted as a rule, and no text."""
_TABLE = b"/ToUnicode"
_MOST_PIECES = 64
"""Pieces of a stream that are put together to be read for fonts."""

_FURTHEST = 4096
"""Bytes before a stream within which its dictionary begins."""

_LONGEST_NUMBER = 24
"""Bytes before `obj` in which the number of an object stands."""

_NO_TEXT = frozenset(
    (b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode")
)


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the streams by the numbers of their objects; pictures are left out."""
    content = read_whole(file, budget, _TOO_LARGE)
    if _ENCRYPTED.search(content):
        raise ExtractionError("encrypted")
    streams = list(_streams(content))
    known = _TABLE in content or any(stream.packs for stream in streams)
    fonts = _fonts(content, streams, budget) if known else {}
    for stream in streams:
        if not _NO_TEXT.intersection(stream.filters):
            read = _decoded(content, stream, budget)
            text = _Text(read, fonts).read if stream.shows else read
            yield Member(f"object {stream.number}", text)


class _Stream(NamedTuple):
    """A stream: of which object, wrapped in what, and where."""

    number: str
    filters: list[bytes]
    predictors: list[Predictor]
    start: int
    end: int
    early: bool
    """Whether LZW's codes get wider early, as they do unless it says otherwise."""
    packs: bool
    """Whether objects are in it."""
    shows: bool
    """Whether it may be what a page shows."""


def _fonts(
    content: bytes, streams: Iterable[_Stream], budget: ExtractionBudget
) -> dict[bytes, Font]:
    numbered = {stream.number: stream for stream in streams}

    def whole(number: str) -> bytes:
        if number not in numbered:
            return b""
        read = _decoded(content, numbered[number], budget)
        pieces: list[bytes] = []
        with suppress(ExtractionError):
            while (piece := read(_pdftext.LONGEST)) and len(pieces) < _MOST_PIECES:
                pieces.append(piece)
        return b"".join(pieces)

    packed = [whole(one.number) for one in numbered.values() if one.packs]
    return _pdffonts.fonts(_pdffonts.tables_of(content, packed, budget.check_time), whole)


def _streams(content: bytes) -> Iterator[_Stream]:
    at = 0
    while found := _STREAM.search(content, at):
        number, entry = _entry(content[max(at, found.start() - _FURTHEST) : found.start()])
        end = _end(content, found.end(), entry)
        if not _IMAGE.search(entry):
            filters = _FILTER.search(entry)
            names = re.findall(rb"/(\w+)", filters[1]) if filters else []
            early, packs = not _LATE.search(entry), _PACKED.search(entry) is not None
            shows = not _NO_PAGE.search(entry)
            before = [] if _REFERENCES.search(entry) else predictors(entry, len(names))
            yield _Stream(number, names, before, found.end(), end, early, packs, shows)
        at = end


def _entry(before: bytes) -> tuple[str, bytes]:
    """Give the number of the last object in what stands before a stream, and what that says."""
    at = len(before)
    while (at := before.rfind(b"obj", 0, at)) >= 0:
        if number := _NUMBER.search(before, max(0, at - _LONGEST_NUMBER), at):
            return number[1].decode(), before[at + len(b"obj") :]
    return "?", before


def _end(content: bytes, start: int, entry: bytes) -> int:
    if said := _LENGTH.search(entry):
        end = start + int(said[1])
        if content.startswith(
            (b"endstream", b"\nendstream", b"\r\nendstream", b"\rendstream"), end
        ):
            return end
    end = content.find(b"endstream", start)
    return end if end >= 0 else len(content)


def _decoded(content: bytes, stream: _Stream, budget: ExtractionBudget) -> ReadBytes:
    wrapped = content[stream.start : stream.end]
    return unfiltered(wrapped, stream.filters, stream.early, budget, stream.predictors)


class _Text:
    """What a stream holds; of a page's content the text that it shows."""

    def __init__(self, read: ReadBytes, fonts: dict[bytes, Font]) -> None:
        self._read, self._fonts = read, fonts
        self._begun = False

    def read(self, size: int) -> bytes:
        """Read at most so many bytes, or the text as a whole."""
        if self._begun:
            return self._read(size)
        self._begun = True
        pieces, left = [], _pdftext.LONGEST
        fault: ExtractionError | None = None
        try:
            while left > 0 and (piece := self._read(min(left, size))):
                pieces.append(piece)
                left -= len(piece)
        except ExtractionError as closed:
            fault = closed
        content = b"".join(pieces)
        if left > 0 and _pdftext.shows_text(content):
            content = _pdftext.text(content, self._fonts)
        self._read = _chained(content, self._read, fault)
        return self._read(size)


def _chained(content: bytes, read: ReadBytes, fault: ExtractionError | None) -> ReadBytes:
    held = BytesIO(content)

    def chained(size: int) -> bytes:
        if piece := held.read(size):
            return piece
        if fault:
            raise fault
        return read(size)

    return chained
