"""PDF (ISO 32000): its streams, object streams among them, and the text of pages in one piece."""

from __future__ import annotations

import re
from base64 import a85decode
from binascii import unhexlify
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import BinaryIO, NamedTuple

from wakeyscan.containers import _pdffonts, _pdftext
from wakeyscan.containers._pdffonts import Font
from wakeyscan.containers._stream import Stream
from wakeyscan.deflate import FAULTS, ZLIB, Inflater
from wakeyscan.member import Budget, Closed, Member, Read, read_whole

SEEKS = True

_TOO_LARGE = "a PDF of {:,} bytes; those over {:,} are not opened"
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
_FILTER = re.compile(rb"/Filter\s*(\[[^]]{0,200}\]|/\w+)")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R|\d)")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_PACKED = re.compile(rb"/Type\s*/ObjStm\b")
_TABLE = b"/ToUnicode"
_MOST_PIECES = 64
"""Pieces of a stream that are put together to be read for fonts."""

_FURTHEST = 4096
"""Bytes before a stream within which its dictionary begins."""

_NO_TEXT = frozenset(
    (b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode")
)
_FLATE, _HEX, _ASCII85 = (
    (b"FlateDecode", b"Fl"),
    (b"ASCIIHexDecode", b"AHx"),
    (b"ASCII85Decode", b"A85"),
)


def open(file: BinaryIO, budget: Budget) -> Iterator[Member]:
    """Yield the streams by the numbers of their objects; pictures are left out."""
    content = read_whole(file, budget, _TOO_LARGE)
    if _ENCRYPTED.search(content):
        raise Closed("encrypted")
    fonts = _fonts(content, budget) if _TABLE in content or _PACKED.search(content) else {}
    for stream in _streams(content):
        if not _NO_TEXT.intersection(stream.filters):
            text = _Text(_decoded(content, stream, budget), fonts)
            yield Member(f"object {stream.number}", text.read)


class _Stream(NamedTuple):
    """A stream: of which object, wrapped in what, and where."""

    number: str
    filters: list[bytes]
    start: int
    end: int
    packs: bool
    """Whether objects are in it."""


def _fonts(content: bytes, budget: Budget) -> dict[bytes, Font]:
    streams = {stream.number: stream for stream in _streams(content)}

    def unfiltered(number: str) -> bytes:
        if number not in streams:
            return b""
        read = _decoded(content, streams[number], budget)
        pieces: list[bytes] = []
        with suppress(Closed):
            while (piece := read(_pdftext.LONGEST)) and len(pieces) < _MOST_PIECES:
                pieces.append(piece)
        return b"".join(pieces)

    packed = [unfiltered(one.number) for one in streams.values() if one.packs]
    return _pdffonts.fonts(_pdffonts.tables_of(content, packed, budget.wait), unfiltered)


def _streams(content: bytes) -> Iterator[_Stream]:
    at = 0
    while found := _STREAM.search(content, at):
        before = content[max(0, found.start() - _FURTHEST) : found.start()]
        objects = list(_OBJECT.finditer(before))
        number = objects[-1][1].decode() if objects else "?"
        entry = before[objects[-1].end() :] if objects else before
        start = found.end()
        end = _end(content, start, entry)
        filters = _FILTER.search(entry)
        if not _IMAGE.search(entry):
            names = re.findall(rb"/(\w+)", filters[1]) if filters else []
            yield _Stream(number, names, start, end, _PACKED.search(entry) is not None)
        at = end


def _end(content: bytes, start: int, entry: bytes) -> int:
    if said := _LENGTH.search(entry):
        end = start + int(said[1])
        if content.startswith(
            (b"endstream", b"\nendstream", b"\r\nendstream", b"\rendstream"), end
        ):
            return end
    end = content.find(b"endstream", start)
    return end if end >= 0 else len(content)


def _decoded(content: bytes, stream: _Stream, budget: Budget) -> Read:
    """Undo the filters, of which all but the last make less of what they are given."""
    content, filters = content[stream.start : stream.end], stream.filters
    for number, name in enumerate(filters):
        try:
            if name in _HEX:
                digits = re.sub(rb"\s", b"", content.partition(b">")[0])
                content = unhexlify(digits + b"0" * (len(digits) % 2))
            elif name in _ASCII85:
                content = a85decode(content.partition(b"~>")[0].removeprefix(b"<~"))
            elif name in _FLATE and number == len(filters) - 1:
                return Stream(BytesIO(content).read, lambda: Inflater(ZLIB), FAULTS, budget).read
            else:
                return _closed(f"a filter that is not known here ({name.decode('latin-1')})")
        except ValueError as error:
            return _closed(f"damaged: {error}")
    return BytesIO(content).read


def _closed(reason: str) -> Read:
    def read(size: int) -> bytes:
        raise Closed(reason)

    return read


class _Text:
    """What a stream holds; of a page's content the text that it shows."""

    def __init__(self, read: Read, fonts: dict[bytes, Font]) -> None:
        self._read, self._fonts = read, fonts
        self._begun = False

    def read(self, size: int) -> bytes:
        """Read at most so many bytes, or the text as a whole."""
        if self._begun:
            return self._read(size)
        self._begun = True
        pieces, left = [], _pdftext.LONGEST
        fault: Closed | None = None
        try:
            while left > 0 and (piece := self._read(min(left, size))):
                pieces.append(piece)
                left -= len(piece)
        except Closed as closed:
            fault = closed
        content = b"".join(pieces)
        if left > 0 and _pdftext.shows_text(content):
            content = _pdftext.text(content, self._fonts)
        self._read = _chained(content, self._read, fault)
        return self._read(size)


def _chained(content: bytes, read: Read, fault: Closed | None) -> Read:
    held = BytesIO(content)

    def chained(size: int) -> bytes:
        if piece := held.read(size):
            return piece
        if fault:
            raise fault
        return read(size)

    return chained
