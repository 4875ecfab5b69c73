"""Makes an object of another and a delta (gitformat-pack), no larger than it says.

dulwich, which does so where git itself made the pack, makes of a delta whatever it orders: 7 bytes
copy 16 MB.
"""

from __future__ import annotations

from wakeyscan.extractors.extractor import ExtractionError
from wakeyscan.git.delta import read_delta_size

_DAMAGED = "damaged: a delta is not as the format says"


def applied(base: bytes, delta: bytes, most: int) -> bytes:
    """Apply a delta; raises `ExtractionError` where it is damaged, or makes over `most` bytes."""
    try:
        return _applied(base, delta, most)
    except IndexError:
        raise ExtractionError(_DAMAGED) from None


def _applied(base: bytes, delta: bytes, most: int) -> bytes:
    said, at = read_delta_size(delta, 0)
    size, at = read_delta_size(delta, at)
    if size > most:
        raise ExtractionError(f"an object of {size:,} bytes; those over {most:,} are not held")
    made = bytearray()
    while at < len(delta):
        order, at = delta[at], at + 1
        if order & 0x80:
            start, length, at = _copied(delta, order, at)
            piece = base[start : start + length]
        else:
            length, piece = order, delta[at : at + order]
            at += order
        made += piece
        if not length or len(piece) != length or len(made) > size:
            raise ExtractionError(_DAMAGED)
    if len(made) != size or said != len(base):
        raise ExtractionError(_DAMAGED)
    return bytes(made)


def literals(delta: bytes) -> bytes:
    """Give the text that a delta brings by itself, a line for each piece; raises `ExtractionError`."""
    pieces: list[bytes] = []
    try:
        _, at = read_delta_size(delta, 0)
        _, at = read_delta_size(delta, at)
        while at < len(delta):
            order, at = delta[at], at + 1
            if order & 0x80:
                *_, at = _copied(delta, order, at)
                pieces.append(b"\n")
            else:
                pieces.append(delta[at : at + order])
                at += order
    except IndexError:
        raise ExtractionError(_DAMAGED) from None
    return b"".join(pieces)


def _copied(delta: bytes, order: int, at: int) -> tuple[int, int, int]:
    """Read which bytes to copy: of offset and length only the bytes that are not zero are there."""
    numbers = 0
    for bit in range(7):
        if order >> bit & 1:
            numbers |= delta[at] << (8 * bit)
            at += 1
    return numbers & 0xFFFF_FFFF, (numbers >> 32) or 0x10000, at
