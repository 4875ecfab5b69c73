"""Predictors of PDF streams (ISO 32000, 7.4.4.4): those of PNG, and that of TIFF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

from wakeyscan.core.typing import NamedTuple
from wakeyscan.extractors._stream import CHUNK
from wakeyscan.extractors.extractor import ExtractionError, ReadBytes

_TIFF, _PNG = 2, 10
_BYTE, _WORD = 8, 16
_MAX_ROW = 1 << 20
"""Maximum bytes of a row in memory; rows of text have only a few."""

_PARAMETERS = re.compile(rb"/(?:DecodeParms|DP)\s*(\[[^]]{0,400}\]|<<[^<>]{0,200}>>)")
_FILTER_PARAMETERS = re.compile(rb"<<([^<>]*)>>|\bnull\b")
_NUMBER = re.compile(rb"/(Predictor|Colors|BitsPerComponent|Columns)\s+(\d{1,9})(?!\s+\d+\s+R|\d)")


class Predictor(NamedTuple):
    """The transformation of rows of samples before their compression."""

    kind: int = 1
    colors: int = 1
    bits: int = 8
    columns: int = 1

    @property
    def row(self) -> int:
        """Bytes of a row."""
        return (self.colors * self.bits * self.columns + 7) // 8

    @property
    def step(self) -> int:
        """Bytes from a sample to its left neighbor."""
        return (self.colors * self.bits + 7) // 8


def parse_predictors(entry: bytes, count: int) -> list[Predictor]:
    """Parse the predictors of `count` filters from the dictionary of a stream."""
    parameters = _PARAMETERS.search(entry)
    found = (
        [_parse_predictor(one[1] or b"") for one in _FILTER_PARAMETERS.finditer(parameters[1])]
        if parameters
        else []
    )
    if parameters and len(found) == 1:  # it applies to the filter that supports predictors
        found *= count
    return [*found, *[Predictor()] * count][:count]


def _parse_predictor(parameters: bytes) -> Predictor:
    numbers = {name: int(number) for name, number in _NUMBER.findall(parameters)}
    return Predictor(
        kind=numbers.get(b"Predictor", 1),
        colors=numbers.get(b"Colors", 1),
        bits=numbers.get(b"BitsPerComponent", _BYTE),
        columns=numbers.get(b"Columns", 1),
    )


def build_decoder(predictor: Predictor) -> Callable[[ReadBytes], Iterator[bytes]] | None:
    """Return the function that reverses a predictor, or `None` if it changed nothing."""
    if predictor.kind < _TIFF:
        return None
    return lambda read: _decode_rows(read, predictor)


def _decode_rows(read: ReadBytes, parameters: Predictor) -> Iterator[bytes]:
    """Yield the original rows, many at once; the last may be short."""
    is_png = parameters.kind >= _PNG
    if not 0 < parameters.row <= _MAX_ROW:
        raise ExtractionError(f"a predictor with rows of {parameters.row:,} bytes")
    if not is_png and (parameters.kind != _TIFF or parameters.bits not in (_BYTE, _WORD)):
        raise ExtractionError(
            f"an unknown predictor ({parameters.kind}, of {parameters.bits} bits)"
        )
    size, above_row, buffer = parameters.row + is_png, bytes(parameters.row), b""
    while piece := read(CHUNK):
        buffer += piece
        complete = len(buffer) - len(buffer) % size
        rows = (buffer[at : at + size] for at in range(0, complete, size))
        decoded = [above_row := _decode_row(row, above_row, parameters) for row in rows]
        yield b"".join(decoded)
        buffer = buffer[complete:]
    if buffer:
        yield _decode_row(buffer, above_row, parameters)


def _decode_row(row: bytes, above_row: bytes, parameters: Predictor) -> bytes:
    if parameters.kind < _PNG:
        return _decode_tiff(row, parameters)
    filter_type, row = row[0], row[1:]
    match filter_type:
        case 1:
            return _decode_sub(row, parameters.step)
        case 2:
            return bytes([a + b & 0xFF for a, b in zip(row, above_row, strict=False)])
        case 3 | 4:
            return _decode_predicted(
                row,
                above_row,
                parameters.step,
                _predict_average if filter_type == 3 else _predict_paeth,
            )
        case _:
            return row


def _decode_sub(row: bytes, step: int) -> bytes:
    """Add to each byte its left neighbor."""
    out = bytearray(row)
    for first in range(min(step, len(row))):
        out[first::step] = bytes([one & 0xFF for one in accumulate(row[first::step])])
    return bytes(out)


def _decode_tiff(row: bytes, parameters: Predictor) -> bytes:
    if parameters.bits == _BYTE:
        return _decode_sub(row, parameters.colors)
    words = [row[at] << 8 | row[at + 1] for at in range(0, len(row) - 1, 2)]
    for first in range(min(parameters.colors, len(words))):
        words[first :: parameters.colors] = accumulate(words[first :: parameters.colors])
    return b"".join((word & 0xFFFF).to_bytes(2, "big") for word in words) + row[2 * len(words) :]


def _decode_predicted(
    row: bytes, above_row: Iterable[int], step: int, predict: Callable[[int, int, int], int]
) -> bytes:
    """Add to each byte the prediction from its neighbors: left, above and above left."""
    out = bytearray(step)
    above = bytes(step) + bytes(above_row)
    for at, byte in enumerate(row):
        out.append(byte + predict(out[at], above[at + step], above[at]) & 0xFF)
    return bytes(out[step:])


def _predict_average(left: int, above: int, corner: int) -> int:
    return (left + above) // 2


def _predict_paeth(left: int, above: int, corner: int) -> int:
    from_left, from_above = abs(above - corner), abs(left - corner)
    from_corner = abs(left + above - 2 * corner)
    if from_left <= from_above and from_left <= from_corner:
        return left
    return above if from_above <= from_corner else corner
