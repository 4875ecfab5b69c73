"""Hexadecimal, of either case: `7761…`, and arrays of bytes, `0x77, 0x61, …`."""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from collections.abc import Iterator

from wakeyscan.layer import Layer, Piece

NAME = "hex"

_GAPS = (b",0x", b", 0x")
_LONGEST = 1 << 14
"""Characters of a row that are decoded to either side of an anchor."""

_PAIR = rb"[0-9A-Fa-f]{2}"
_GAP = rb"(?:,\s{0,64}0[xX])"


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the digits, in either case; with a gap between the bytes, those of each half.

    A line may end in one half, as every twelve bytes in what `xxd -i` writes.
    """
    if exact_case:
        yield from spell(anchor)
        half = len(anchor) // 2
        for gap in _GAPS:
            for part in (anchor[:half], anchor[half:]):
                digits = gap.join(b"%02x" % letter for letter in part)
                yield from (digits, digits.upper().replace(b"X", b"x"))


def spell(anchor: bytes) -> Iterator[bytes]:
    """Give the digits, in either case."""
    yield hexlify(anchor)
    yield hexlify(anchor).upper()


def rewrap(text: bytes) -> Iterator[bytes]:
    """Give the digits of the beginning of an escaped anchor, in either case."""
    yield from spell(text[:6])


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Layer]:
    """Yield the text of each row of digits that holds one of `marks`."""
    done = -1
    pattern = b"|".join(re.escape(mark) for mark in sorted(marks))
    for hit in re.finditer(pattern, content):
        if hit.start() < done:
            continue
        row = _run_around if re.fullmatch(rb"[0-9A-Fa-f]+", hit[0]) else _row_around
        start, done = row(content, hit.start(), hit.end())
        yield _decoded(content, start, done)


def _run_around(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Give the bounds of digits without gaps, a whole number of bytes before the mark."""
    before = re.match(rb"[0-9A-Fa-f]*", content[max(0, start - _LONGEST) : start][::-1])
    behind = re.compile(b"(?:" + _PAIR + b")*").match(content, start, end + _LONGEST)
    count = before.end() if before else 0
    return start - count + count % 2, behind.end() if behind else end


def _row_around(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Give the bounds of bytes with gaps between."""
    row = re.compile(_PAIR + b"(?:" + _GAP + _PAIR + b")*")
    for found in row.finditer(content, max(0, start - _LONGEST), end + _LONGEST):
        if found.end() >= end:
            return found.span() if found.start() <= start else (start, end)
    return start, end


def _decoded(content: bytes, start: int, end: int) -> Layer:
    pieces: list[Piece] = []
    texts: list[bytes] = []
    for pair in re.compile(b"(?:0[xX])?(" + _PAIR + b")").finditer(content, start, end):
        pieces.append(Piece(len(texts), *pair.span(1)))
        texts.append(unhexlify(pair[1]))
    return Layer(b"".join(texts), (start, end), tuple(pieces))
