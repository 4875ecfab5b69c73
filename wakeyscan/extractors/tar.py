"""tar: ustar, pax and GNU's, read from front to back, archives one behind the other too.

Not with `tarfile`: it reads extended headers whole, however large they claim to be, and until
Python's fixes of CVE-2024-6232 and CVE-2025-8194 a few bytes keep it busy for ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from wakeyscan.extractors.extractor import CUT, ExtractionBudget, ExtractionError, Member, ReadBytes

SEEKS = False

_BLOCK = 512
_NOTHING = bytes(_BLOCK)
_LONGEST = 1 << 20
"""Bytes of an extended header; the longest path of any system has 4096."""

_LINKS, _FOLDER, _EMPTY = (b"1", b"2"), b"5", (b"3", b"4", b"6")
_LONG_NAME, _LONG_LINK, _PAX, _PAX_FOR_ALL, _SPARSE = b"L", b"K", b"x", b"g", b"S"


class _Header(NamedTuple):
    name: bytes
    kind: bytes
    size: int
    link: bytes
    extended: bool
    """Whether blocks follow that say where the holes of a sparse file are."""


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield all entries, folders too, for their names; of a link, where it leads to."""
    known: dict[bytes, bytes] = {}
    first = True
    while block := _exactly(file.read, _BLOCK):
        if block == _NOTHING:  # the end of an archive, or of the padding behind it
            budget.check_time()
            continue
        header = _parsed(block, first)
        first = False
        if header.kind in (_LONG_NAME, _LONG_LINK, _PAX, _PAX_FOR_ALL):
            known |= _extended(header, file.read)
            continue
        yield from _entry(header, known, file)
        known = {}


def _entry(header: _Header, known: dict[bytes, bytes], file: BinaryIO) -> Iterator[Member]:
    more = header.extended
    while more:  # a block more that says where holes are
        more = _exactly(file.read, _BLOCK)[504:505] == b"\1"
    link = known.get(b"linkpath", header.link)
    size = 0 if header.kind in (*_LINKS, _FOLDER, *_EMPTY) else _size(known, header.size)
    name = os.fsdecode(known.get(b"GNU.sparse.name") or known.get(b"path", header.name))
    name = name.removeprefix("./")
    if header.kind in _LINKS:
        yield Member(name, BytesIO(link).read, len(link))
        return
    part = _Part(file.read, size)
    yield Member(name, part.read, size)
    part.skip(-size % _BLOCK)


class _Part:
    """The bytes of one entry, of which whoever reads them may leave some."""

    def __init__(self, read: ReadBytes, size: int) -> None:
        self._read, self._left = read, size

    def read(self, size: int) -> bytes:
        """Read at most so many bytes of what is left."""
        piece = self._read(min(size, self._left))
        self._left -= len(piece)
        if not piece and self._left and size:
            raise ExtractionError(CUT)
        return piece

    def skip(self, padding: int) -> None:
        """Pass over what is left, and what stands behind it; at the end there need be none."""
        while self._left:
            self.read(1 << 20)
        _exactly(self._read, padding, short=True)


def _parsed(block: bytes, first: bool) -> _Header:
    """Read a header (POSIX ustar, and GNU's); `first`: it may be anything, and no tar at all."""
    claimed = _number(block[148:156])
    blank = block[:148] + b" " * 8 + block[156:]
    signed = sum(byte - 256 * (byte > 127) for byte in blank) if claimed != sum(blank) else claimed
    size = _number(block[124:136])
    if claimed != signed or size is None or size < 0:
        raise ExtractionError("damaged: a header is not as the format says", gap=not first)
    name, kind, gnu = _text(block[:100]), block[156:157], block[257:265] == b"ustar  \0"
    if not gnu and (prefix := _text(block[345:500])):
        name = prefix + b"/" + name
    extended = gnu and kind == _SPARSE and block[482:483] == b"\1"
    return _Header(name, kind, size, _text(block[157:257]), extended)


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes) -> int | None:
    """Read octal digits, or GNU's two's complement behind a byte with the high bit."""
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], signed=field[0] == 0xFF)
    digits = _text(field).strip(b" ")
    if digits.strip(b"01234567"):
        return None
    return int(digits or b"0", 8)


def _extended(header: _Header, read: ReadBytes) -> dict[bytes, bytes]:
    """Read what a header says of the entry behind it, or of all."""
    if header.size > _LONGEST:
        raise ExtractionError(f"damaged: a header of {header.size:,} bytes")
    text = _exactly(read, header.size)
    _exactly(read, -header.size % _BLOCK, short=True)
    if header.kind == _LONG_NAME:
        return {b"path": _text(text)}
    if header.kind == _LONG_LINK:
        return {b"linkpath": _text(text)}
    return dict(_records(text)) if header.kind == _PAX else {}


def _records(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield what a pax header holds: `LENGTH NAME=VALUE` and a line end, over and over."""
    at = 0
    while at < len(text) and (blank := text.find(b" ", at, at + 20)) > at:
        digits = text[at:blank]
        if not digits.isdigit() or (end := at + int(digits)) <= blank:
            return
        name, _, value = text[blank + 1 : end - 1].partition(b"=")
        yield name, value
        at = end


def _size(known: dict[bytes, bytes], size: int) -> int:
    said = known.get(b"size", b"")
    return int(said) if said.isdigit() and len(said) < 20 else size


def _exactly(read: ReadBytes, wanted: int, short: bool = False) -> bytes:
    """Read so many bytes, or none at the very end; raises `ExtractionError` in between."""
    pieces: list[bytes] = []
    left = wanted
    while left and (piece := read(left)):
        pieces.append(piece)
        left -= len(piece)
    if left and pieces and not short:
        raise ExtractionError(CUT)
    return b"".join(pieces)
