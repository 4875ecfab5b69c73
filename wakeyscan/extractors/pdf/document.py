"""PDF (ISO 32000): its streams, including object streams, and the text of each page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from io import BytesIO
from itertools import chain

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import (
    ExtractionError,
    Member,
    OpaqueContent,
    ReadBytes,
    read_whole,
)
from wakeyscan.extractors.pdf import fonts as _pdffonts
from wakeyscan.extractors.pdf import pages as _pdfpages
from wakeyscan.extractors.pdf import text as _pdftext
from wakeyscan.extractors.pdf.filters import open_filtered
from wakeyscan.extractors.pdf.predictors import Predictor, parse_predictors

if TYPE_CHECKING:
    from typing import BinaryIO

    from wakeyscan.extractors.isolated import process
    from wakeyscan.extractors.pdf.fonts import Font
else:
    process = lazy_import("wakeyscan.extractors.isolated.process")  # few PDFs are encrypted

SEEKS = True

_DECRYPTION = ("pypdf", "cryptography")
_MISSING = "encrypted; pip install 'wakeyscan[pdf]' to have it read if it opens without a password"
_TOO_LARGE = "a PDF of {:,} bytes, over the limit of {:,}: not opened"
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_NUMBER = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+$")
_FILTER = re.compile(rb"/Filter\s*(\[[^]]{0,200}\]|/\w+)")
_LENGTH = re.compile(rb"/Length\s+(\d{1,12})(?!\s+\d+\s+R|\d)")
_ENCRYPTED = re.compile(rb"/Encrypt\s*(<<|\d+\s+\d+\s+R)")
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_NOT_A_PAGE = re.compile(
    rb"/Length[123]\b|/Subtype\s*/(?:Type1C|CIDFontType0C|OpenType)\b|/Type\s*/(?:ObjStm|XRef)\b"
)
"""Fonts and object streams: they show no text, although they may contain similar bytes."""
_LATE_CHANGE = re.compile(rb"/EarlyChange\s+0\b")
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_CROSS_REFERENCES = re.compile(rb"/Type\s*/XRef\b")
"""Tables of offsets, which usually have a predictor and hold no text."""
_FONT_TABLE = b"/ToUnicode"
_MAX_PIECES = 64
"""Pieces of a stream that are read to find fonts."""

_MAX_DICTIONARY = 4096
"""Maximum bytes before a stream that hold its dictionary."""

_MAX_NUMBER = 24
"""Maximum bytes before `obj` that hold the number of the object."""

_IMAGE_FILTERS = frozenset(
    (b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode")
)


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the streams, named by the numbers of their objects, without images."""
    content = read_whole(file, budget, _TOO_LARGE)
    if _ENCRYPTED.search(content):
        if not all(map(find_spec, _DECRYPTION)):
            raise OpaqueContent(_MISSING)
        yield from process.read_isolated("encrypted-pdf", BytesIO(content), budget)
        return
    streams = list(_find_streams(content))
    has_fonts = _FONT_TABLE in content or any(stream.is_object_stream for stream in streams)
    object_streams = _read_object_streams(content, streams, budget) if has_fonts else []
    fonts = _read_fonts(content, streams, object_streams, budget) if has_fonts else {}
    for group in _group_streams(content, streams, object_streams):
        reads = [_open_stream(content, stream, budget) for stream in group]
        read = _PageReader(reads, fonts).read if group[0].is_page else reads[0]
        yield Member(f"object {group[0].number}", read)


class _Stream(NamedTuple):
    """A stream of an object, and its encoding."""

    number: str
    filters: list[bytes]
    predictors: list[Predictor]
    start: int
    end: int
    has_early_change: bool
    """Whether LZW codes grow a code early, which is the default."""
    is_object_stream: bool
    """Whether it is an object stream."""
    is_page: bool
    """Whether it may be the content of a page."""


def _group_streams(
    content: bytes, streams: Sequence[_Stream], object_streams: Sequence[bytes]
) -> Iterator[list[_Stream]]:
    """Yield the streams without images; those of one page together, each of them once."""
    objects = chain.from_iterable(map(_pdffonts.parse_object_stream, object_streams))
    numbered = {stream.number: stream for stream in streams if stream.is_page}
    used: set[int] = set()
    groups: dict[int, list[_Stream]] = {}
    for numbers in _pdfpages.list_contents(content, objects, object_streams):
        group = [numbered[number] for number in dict.fromkeys(numbers) if number in numbered]
        group = [stream for stream in group if stream.start not in used]
        used.update(stream.start for stream in group)
        if group:
            groups[group[0].start] = group
    for stream in streams:
        group = groups.get(stream.start, [] if stream.start in used else [stream])
        shown = [one for one in group if not _IMAGE_FILTERS.intersection(one.filters)]
        if shown:
            yield shown


def _read_object_streams(
    content: bytes, streams: Iterable[_Stream], budget: ExtractionBudget
) -> list[bytes]:
    numbered = {stream.number: stream for stream in streams}
    return [
        _read_some(_open_stream(content, stream, budget))
        for stream in numbered.values()
        if stream.is_object_stream
    ]


def _read_fonts(
    content: bytes,
    streams: Iterable[_Stream],
    object_streams: Iterable[bytes],
    budget: ExtractionBudget,
) -> dict[bytes, Font]:
    numbered = {stream.number: stream for stream in streams}

    def read_object(number: str) -> bytes:
        stream = numbered.get(number)
        return _read_some(_open_stream(content, stream, budget)) if stream else b""

    return _pdffonts.read_fonts(
        _pdffonts.find_tables(content, object_streams, budget.check_time), read_object
    )


def _read_some(read: ReadBytes) -> bytes:
    """Return the readable content of a stream, up to a limit."""
    pieces: list[bytes] = []
    with suppress(ExtractionError):
        while (piece := read(_pdftext.MAX_PAGE)) and len(pieces) < _MAX_PIECES:
            pieces.append(piece)
    return b"".join(pieces)


def _find_streams(content: bytes) -> Iterator[_Stream]:
    at = 0
    while found := _STREAM.search(content, at):
        number, entry = _find_dictionary(
            content[max(at, found.start() - _MAX_DICTIONARY) : found.start()]
        )
        end = _find_end(content, found.end(), entry)
        if not _IMAGE.search(entry):
            filters = _FILTER.search(entry)
            names = re.findall(rb"/(\w+)", filters[1]) if filters else []
            is_table = _CROSS_REFERENCES.search(entry) is not None
            yield _Stream(
                number=number,
                filters=names,
                predictors=[] if is_table else parse_predictors(entry, len(names)),
                start=found.end(),
                end=end,
                has_early_change=not _LATE_CHANGE.search(entry),
                is_object_stream=_OBJECT_STREAM.search(entry) is not None,
                is_page=not _NOT_A_PAGE.search(entry),
            )
        at = end


def _find_dictionary(before: bytes) -> tuple[str, bytes]:
    """Return the number and the dictionary of the last object before a stream."""
    at = len(before)
    while (at := before.rfind(b"obj", 0, at)) >= 0:
        if number := _NUMBER.search(before, max(0, at - _MAX_NUMBER), at):
            return number[1].decode(), before[at + len(b"obj") :]
    return "?", before


def _find_end(content: bytes, start: int, entry: bytes) -> int:
    if length := _LENGTH.search(entry):
        end = start + int(length[1])
        if content.startswith(
            (b"endstream", b"\nendstream", b"\r\nendstream", b"\rendstream"), end
        ):
            return end
    end = content.find(b"endstream", start)
    return end if end >= 0 else len(content)


def _open_stream(content: bytes, stream: _Stream, budget: ExtractionBudget) -> ReadBytes:
    encoded = content[stream.start : stream.end]
    return open_filtered(
        encoded, stream.filters, stream.has_early_change, budget, stream.predictors
    )


class _PageReader:
    """The content of streams, or the text if they are the content of a page."""

    def __init__(self, reads: Sequence[ReadBytes], fonts: dict[bytes, Font]) -> None:
        self._reads, self._fonts = list(reads), fonts
        self._read: ReadBytes | None = None

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes."""
        if not self._read:
            self._read = self._start(size)
        return self._read(size)

    def _start(self, size: int) -> ReadBytes:
        parts, left = [], _pdftext.MAX_PAGE
        error: ExtractionError | None = None
        while self._reads and left > 0:
            pieces: list[bytes] = []
            try:
                while left > 0 and (piece := self._reads[0](min(left, size))):
                    pieces.append(piece)
                    left -= len(piece)
            except ExtractionError as raised:
                error = error or raised
            parts.append(b"".join(pieces))
            if left > 0:
                self._reads.pop(0)
        content = _pdfpages.join_streams(parts)
        if left > 0 and _pdftext.shows_text(content):
            content = _pdftext.text(content, self._fonts)
        return _chain(content, self._reads, error)


def _chain(content: bytes, reads: Sequence[ReadBytes], error: ExtractionError | None) -> ReadBytes:
    rest = [BytesIO(content).read, *reads]

    def read_chained(size: int) -> bytes:
        while rest:
            if piece := rest[0](size):
                return piece
            rest.pop(0)
        if error:
            raise error
        return b""

    return read_chained
