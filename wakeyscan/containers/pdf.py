"""PDF (ISO 32000): its streams, object streams among them, and the text of pages in one piece."""

from __future__ import annotations

import re
from base64 import a85decode
from binascii import unhexlify
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from wakeyscan.containers import _pdftext
from wakeyscan.containers._stream import Stream
from wakeyscan.deflate import FAULTS, ZLIB, Inflater
from wakeyscan.member import Budget, Closed, Member, Read

SEEKS = True

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_OBJECT = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj\b")
_FILTER = re.compile(rb"/Filter\s*(\[[^]]{0,200}\]|/\w+)")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R|\d)")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
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
    size, held = file.seek(0, 2), budget.bounds.held
    if size > held:
        raise Closed(f"a PDF of {size:,} bytes; those over {held:,} are not opened")
    file.seek(0)
    content = file.read()
    if _ENCRYPTED.search(content):
        raise Closed("encrypted")
    for number, filters, start, end in _streams(content):
        if not _NO_TEXT.intersection(filters):
            stream = _Text(_decoded(content[start:end], filters, budget))
            yield Member(f"object {number}", stream.read)


def _streams(content: bytes) -> Iterator[tuple[str, list[bytes], int, int]]:
    """Yield each stream: its object's number, its filters, and where it is."""
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
            yield number, re.findall(rb"/(\w+)", filters[1]) if filters else [], start, end
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


def _decoded(content: bytes, filters: list[bytes], budget: Budget) -> Read:
    """Undo the filters, of which all but the last make less of what they are given."""
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

    def __init__(self, read: Read) -> None:
        self._read = read
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
            content = _pdftext.text(content)
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
