"""Filters of PDF streams (ISO 32000, 7.4), decoded in sequence and piece by piece."""

from __future__ import annotations

from base64 import a85decode
from binascii import unhexlify
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from io import BytesIO
from itertools import zip_longest

from wakeyscan.core.inflate import ZLIB
from wakeyscan.extractors._stream import CHUNK, PieceReader, Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.compressed import build_inflate_codec
from wakeyscan.extractors.extractor import CUT, ExtractionError, ReadBytes
from wakeyscan.extractors.pdf.predictors import Predictor, build_decoder

_FLATE = (b"FlateDecode", b"Fl")
_LZW = (b"LZWDecode", b"LZW")
_WITH_PREDICTOR = (*_FLATE, *_LZW)
_PIECE = 1 << 20
_CLEAR_TABLE, _END_OF_DATA, _FIRST_ENTRY = 256, 257, 258
"""Codes of LZW: start a new table, end of data, and the first code of a table entry."""
_MAX_WIDTH = 12
_END_OF_RUNS = 128


def open_filtered(
    content: bytes,
    filters: Sequence[bytes],
    early: bool,
    budget: ExtractionBudget,
    predictors: Sequence[Predictor] = (),
) -> ReadBytes:
    """Return a reader of the decoded stream; each filter may have a predictor.

    With `early`, LZW codes grow by a bit one code before they need it.
    """
    read: ReadBytes = BytesIO(content).read
    for name, predictor in zip_longest(filters, predictors[: len(filters)]):
        if name in _FLATE:
            read = Stream(read, build_inflate_codec(ZLIB), budget).read
        elif decode := _find_decoder(name, early):
            read = _decode(decode, read, budget)
        else:
            return partial(_raise_unknown, name)
        if predictor and name in _WITH_PREDICTOR and (decode := build_decoder(predictor)):
            read = _decode(decode, read, budget)
    return read


def _decode(
    decode: Callable[[ReadBytes], Iterator[bytes]], read: ReadBytes, budget: ExtractionBudget
) -> ReadBytes:
    return PieceReader(_count_pieces(decode(partial(_read_in_time, read, budget)), budget)).read


def _find_decoder(name: bytes, early: bool) -> Callable[[ReadBytes], Iterator[bytes]] | None:
    if name in _LZW:
        return partial(_decode_lzw, early=early)
    return {
        b"ASCIIHexDecode": _decode_hex,
        b"AHx": _decode_hex,
        b"ASCII85Decode": _decode_ascii85,
        b"A85": _decode_ascii85,
        b"RunLengthDecode": _decode_run_lengths,
        b"RL": _decode_run_lengths,
    }.get(name)


def _raise_unknown(name: bytes, size: int) -> bytes:
    raise ExtractionError(f"an unknown filter ({name.decode('latin-1')})")


def _read_in_time(read: ReadBytes, budget: ExtractionBudget, size: int) -> bytes:
    budget.check_time()  # much input may give no output
    return read(size)


def _count_pieces(pieces: Iterator[bytes], budget: ExtractionBudget) -> Iterator[bytes]:
    try:
        for piece in pieces:
            budget.count_output(len(piece))
            yield piece
    except ValueError as error:
        raise ExtractionError(f"damaged: {error}") from None


def _decode_hex(read: ReadBytes) -> Iterator[bytes]:
    buffer, end = b"", b""
    while not end and (piece := read(CHUNK)):
        digits, end, _ = piece.partition(b">")
        buffer += b"".join(digits.split())
        even_length = len(buffer) & ~1
        yield unhexlify(buffer[:even_length])
        buffer = buffer[even_length:]
    yield unhexlify(buffer + b"0" * len(buffer))


def _decode_ascii85(read: ReadBytes) -> Iterator[bytes]:
    buffer, end = b"", b""
    has_started = False
    while not end and (piece := read(CHUNK)):
        if not has_started:
            piece = piece.lstrip().removeprefix(b"<~")
        has_started = True
        text, end, _ = piece.partition(b"~")
        buffer += b"".join(text.split()).replace(b"z", b"!!!!!")
        complete = len(buffer) - len(buffer) % 5
        yield a85decode(buffer[:complete])
        buffer = buffer[complete:]
    yield a85decode(buffer)


def _decode_run_lengths(read: ReadBytes) -> Iterator[bytes]:
    buffer = b""
    while piece := read(CHUNK):
        buffer += piece
        out, at = bytearray(), 0
        while at < len(buffer) and (count := buffer[at]) != _END_OF_RUNS:
            end = at + (count + 2 if count < _END_OF_RUNS else 2)
            if end > len(buffer):
                break
            run = buffer[at + 1 : end]
            out += run if count < _END_OF_RUNS else run * (257 - count)
            at = end
        yield bytes(out)
        if at < len(buffer) and buffer[at] == _END_OF_RUNS:
            return
        buffer = buffer[at:]
    yield buffer[1:]
    if buffer:
        raise ExtractionError(CUT)


def _decode_lzw(read: ReadBytes, early: bool) -> Iterator[bytes]:
    table = [bytes((byte,)) for byte in range(256)] + [b"", b""]
    width, previous = 9, b""
    out = bytearray()
    codes = _CodeReader(read)
    while (code := codes.next(width)) not in (_END_OF_DATA, None):
        if code == _CLEAR_TABLE:
            del table[_FIRST_ENTRY:]
            width, previous = 9, b""
            continue
        if code > len(table) or (code == len(table) and not previous):
            yield bytes(out)
            raise ExtractionError("damaged: an LZW code without an entry")
        entry = table[code] if code < len(table) else previous + previous[:1]
        if previous and len(table) < 1 << _MAX_WIDTH:
            table.append(previous + entry[:1])
            width = min(_MAX_WIDTH, (len(table) + early).bit_length())
        previous = entry
        out += entry
        if len(out) > _PIECE:
            yield bytes(out)
            out.clear()
    yield bytes(out)


class _CodeReader:
    """A stream of codes of varying width, high bits first."""

    def __init__(self, read: ReadBytes) -> None:
        self._read = read
        self._bytes = iter(b"")
        self._bits = self._count = 0

    def next(self, width: int) -> int | None:
        """Return the next code of `width` bits, or `None` at the end."""
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
