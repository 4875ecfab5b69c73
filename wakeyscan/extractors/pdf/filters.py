"""Undoes the filters of a PDF's streams (ISO 32000, 7.4), one behind the other, piece by piece."""

from __future__ import annotations

from base64 import a85decode
from binascii import unhexlify
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import zip_longest

from wakeyscan.core.inflate import ZLIB
from wakeyscan.extractors._stream import CHUNK, PieceReader, Stream
from wakeyscan.extractors.compressed import build_inflate_codec
from wakeyscan.extractors.extractor import CUT, ExtractionBudget, ExtractionError, ReadBytes
from wakeyscan.extractors.pdf.predictors import Predictor, undone

_FLATE = (b"FlateDecode", b"Fl")
_LZW = (b"LZWDecode", b"LZW")
_PREDICTED = (*_FLATE, *_LZW)
_PIECE = 1 << 20
_CLEAR, _OVER, _FIRST = 256, 257, 258
"""Codes of LZW: that begin a new table, and end it all; and the first of the table's own."""
_WIDEST = 12
_END_OF_RUNS = 128


def unfiltered(
    content: bytes,
    filters: Sequence[bytes],
    early: bool,
    budget: ExtractionBudget,
    predictors: Sequence[Predictor] = (),
) -> ReadBytes:
    """Undo filters, the first one first, each with its predictor.

    `early`: LZW's codes get wider one before they must.
    """
    read: ReadBytes = BytesIO(content).read
    for name, predictor in zip_longest(filters, predictors[: len(filters)]):
        if name in _FLATE:
            read = Stream(read, build_inflate_codec(ZLIB), budget).read
        elif undo := _undo(name, early):
            read = _undoing(undo, read, budget)
        else:
            return partial(_refuse, name)
        if predictor and name in _PREDICTED and (undo := undone(predictor)):
            read = _undoing(undo, read, budget)
    return read


def _undoing(
    undo: Callable[[ReadBytes], Iterator[bytes]], read: ReadBytes, budget: ExtractionBudget
) -> ReadBytes:
    return PieceReader(_counted(undo(partial(_patient, read, budget)), budget)).read


def _undo(name: bytes, early: bool) -> Callable[[ReadBytes], Iterator[bytes]] | None:
    if name in _LZW:
        return partial(_lzw, early=early)
    return {
        b"ASCIIHexDecode": _hex,
        b"AHx": _hex,
        b"ASCII85Decode": _ascii85,
        b"A85": _ascii85,
        b"RunLengthDecode": _runs,
        b"RL": _runs,
    }.get(name)


def _refuse(name: bytes, size: int) -> bytes:
    raise ExtractionError(f"a filter that is not known here ({name.decode('latin-1')})")


def _patient(read: ReadBytes, budget: ExtractionBudget, size: int) -> bytes:
    budget.check_time()  # much may go in of which nothing comes out
    return read(size)


def _counted(pieces: Iterator[bytes], budget: ExtractionBudget) -> Iterator[bytes]:
    try:
        for piece in pieces:
            budget.count_output(len(piece))
            yield piece
    except ValueError as error:
        raise ExtractionError(f"damaged: {error}") from None


def _hex(read: ReadBytes) -> Iterator[bytes]:
    held, end = b"", b""
    while not end and (piece := read(CHUNK)):
        digits, end, _ = piece.partition(b">")
        held += b"".join(digits.split())
        even = len(held) & ~1
        yield unhexlify(held[:even])
        held = held[even:]
    yield unhexlify(held + b"0" * len(held))


def _ascii85(read: ReadBytes) -> Iterator[bytes]:
    held, end = b"", b""
    begun = False
    while not end and (piece := read(CHUNK)):
        if not begun:
            piece = piece.lstrip().removeprefix(b"<~")
        begun = True
        text, end, _ = piece.partition(b"~")
        held += b"".join(text.split()).replace(b"z", b"!!!!!")
        whole = len(held) - len(held) % 5
        yield a85decode(held[:whole])
        held = held[whole:]
    yield a85decode(held)


def _runs(read: ReadBytes) -> Iterator[bytes]:
    held = b""
    while piece := read(CHUNK):
        held += piece
        out, at = bytearray(), 0
        while at < len(held) and (count := held[at]) != _END_OF_RUNS:
            end = at + (count + 2 if count < _END_OF_RUNS else 2)
            if end > len(held):
                break
            run = held[at + 1 : end]
            out += run if count < _END_OF_RUNS else run * (257 - count)
            at = end
        yield bytes(out)
        if at < len(held) and held[at] == _END_OF_RUNS:
            return
        held = held[at:]
    yield held[1:]
    if held:
        raise ExtractionError(CUT)


def _lzw(read: ReadBytes, early: bool) -> Iterator[bytes]:
    table = [bytes((byte,)) for byte in range(256)] + [b"", b""]
    width, before = 9, b""
    out = bytearray()
    codes = _Codes(read)
    while (code := codes.next(width)) not in (_OVER, None):
        if code == _CLEAR:
            del table[_FIRST:]
            width, before = 9, b""
            continue
        if code > len(table) or (code == len(table) and not before):
            yield bytes(out)
            raise ExtractionError("damaged: a code of LZW that stands for nothing")
        entry = table[code] if code < len(table) else before + before[:1]
        if before and len(table) < 1 << _WIDEST:
            table.append(before + entry[:1])
            width = min(_WIDEST, (len(table) + early).bit_length())
        before = entry
        out += entry
        if len(out) > _PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


class _Codes:
    """Codes of so many bits, the highest first."""

    def __init__(self, read: ReadBytes) -> None:
        self._read = read
        self._bytes = iter(b"")
        self._bits = self._count = 0

    def next(self, width: int) -> int | None:
        """Give the next code; `None` where no more come."""
        while self._count < width:
            byte = next(self._bytes, None)
            if byte is None:
                self._bytes = iter(self._read(CHUNK))
                if (byte := next(self._bytes, None)) is None:
                    return None
            self._bits = (self._bits << 8 | byte) & 0xFFFFF
            self._count += 8
        self._count -= width
        return self._bits >> self._count & (1 << width) - 1
