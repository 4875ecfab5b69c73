"""Undoes the predictors of a PDF's streams (ISO 32000, 7.4.4.4): those of PNG, and that of TIFF."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from wakeyscan.extractors._stream import CHUNK
from wakeyscan.extractors.extractor import ExtractionError, ReadBytes

_TIFF, _PNG = 2, 10
_BYTE, _WORD = 8, 16
_LONGEST = 1 << 20
"""Bytes of a row that are held: of text, rows have a few."""

_PARAMETERS = re.compile(rb"/(?:DecodeParms|DP)\s*(\[[^]]{0,400}\]|<<[^<>]{0,200}>>)")
_EACH = re.compile(rb"<<([^<>]*)>>|\bnull\b")
_NUMBER = re.compile(rb"/(Predictor|Colors|BitsPerComponent|Columns)\s+(\d{1,9})(?!\s+\d+\s+R|\d)")


class Predictor(NamedTuple):
    """What was done to rows of samples before they were compressed."""

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
        """Bytes from a sample to that to its left."""
        return (self.colors * self.bits + 7) // 8


def predictors(entry: bytes, count: int) -> list[Predictor]:
    """Give the predictors of so many filters from the dictionary of a stream."""
    said = _PARAMETERS.search(entry)
    found = [_predictor(one[1] or b"") for one in _EACH.finditer(said[1])] if said else []
    if said and len(found) == 1:  # it is that of whichever filter knows any
        found *= count
    return [*found, *[Predictor()] * count][:count]


def _predictor(said: bytes) -> Predictor:
    numbers = {name: int(number) for name, number in _NUMBER.findall(said)}
    return Predictor(
        numbers.get(b"Predictor", 1),
        numbers.get(b"Colors", 1),
        numbers.get(b"BitsPerComponent", _BYTE),
        numbers.get(b"Columns", 1),
    )


def undone(predictor: Predictor) -> Callable[[ReadBytes], Iterator[bytes]] | None:
    """Give what undoes a predictor; `None`: there is nothing to undo."""
    if predictor.kind < _TIFF:
        return None
    return lambda read: _rows(read, predictor)


def _rows(read: ReadBytes, said: Predictor) -> Iterator[bytes]:
    """Yield rows, undone, many at once; the last may be short."""
    png = said.kind >= _PNG
    if not 0 < said.row <= _LONGEST:
        raise ExtractionError(f"a predictor with rows of {said.row:,} bytes")
    if not png and (said.kind != _TIFF or said.bits not in (_BYTE, _WORD)):
        raise ExtractionError(
            f"a predictor that is not known here ({said.kind}, of {said.bits} bits)"
        )
    size, before, held = said.row + png, bytes(said.row), b""
    while piece := read(CHUNK):
        held += piece
        whole = len(held) - len(held) % size
        rows = (held[at : at + size] for at in range(0, whole, size))
        done = [before := _undone(row, before, said) for row in rows]
        yield b"".join(done)
        held = held[whole:]
    if held:
        yield _undone(held, before, said)


def _undone(row: bytes, before: bytes, said: Predictor) -> bytes:
    if said.kind < _PNG:
        return _tiff(row, said)
    tag, row = row[0], row[1:]
    match tag:
        case 1:
            return _summed(row, said.step)
        case 2:
            return bytes([a + b & 0xFF for a, b in zip(row, before, strict=False)])
        case 3 | 4:
            return _predicted(row, before, said.step, _mean if tag == 3 else _paeth)
        case _:
            return row


def _summed(row: bytes, step: int) -> bytes:
    """Add to each byte that to its left."""
    out = bytearray(row)
    for first in range(min(step, len(row))):
        out[first::step] = bytes([one & 0xFF for one in accumulate(row[first::step])])
    return bytes(out)


def _tiff(row: bytes, said: Predictor) -> bytes:
    if said.bits == _BYTE:
        return _summed(row, said.colors)
    words = [row[at] << 8 | row[at + 1] for at in range(0, len(row) - 1, 2)]
    for first in range(min(said.colors, len(words))):
        words[first :: said.colors] = accumulate(words[first :: said.colors])
    return b"".join((word & 0xFFFF).to_bytes(2, "big") for word in words) + row[2 * len(words) :]


def _predicted(
    row: bytes, before: Iterable[int], step: int, predict: Callable[[int, int, int], int]
) -> bytes:
    """Add to each byte what those to its left, above, and left of that tell."""
    out = bytearray(step)
    above = bytes(step) + bytes(before)
    for at, byte in enumerate(row):
        out.append(byte + predict(out[at], above[at + step], above[at]) & 0xFF)
    return bytes(out[step:])


def _mean(left: int, above: int, corner: int) -> int:
    return (left + above) // 2


def _paeth(left: int, above: int, corner: int) -> int:
    from_left, from_above = abs(above - corner), abs(left - corner)
    from_corner = abs(left + above - 2 * corner)
    if from_left <= from_above and from_left <= from_corner:
        return left
    return above if from_above <= from_corner else corner
