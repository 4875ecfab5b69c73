"""Git's delta format (gitformat-pack): copies from a base object, and new bytes between them."""

from __future__ import annotations

from dulwich.errors import ApplyDeltaError
from dulwich.pack import apply_delta as _apply_delta  # compiled; it falls back to plain Python

DELTA_ERRORS = (ApplyDeltaError, IndexError)
"""Errors that `apply_delta` raises for a corrupt delta."""


def read_delta_size(delta: bytes, at: int) -> tuple[int, int]:
    """Return one of the two sizes at the start of a delta, and its end; raise `IndexError`."""
    size = shift = 0
    while True:
        byte = delta[at]
        size |= (byte & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if byte < 0x80:
            return size, at


def apply_delta(base: bytes, delta: bytes, limit: int) -> bytes | None:
    """Return the object that a delta builds from its base, or `None` if it exceeds `limit` bytes.

    Raise one of `DELTA_ERRORS`. dulwich allocates the size that the delta claims before it reads
    on. Claims below 2 MiB, in at most three bytes, are not decoded here.
    """
    if delta[1] < 0x80 and delta[3] < 0x80:  # nearly all deltas: both sizes are below 16 KiB
        return b"".join(_apply_delta(base, delta))
    at = 1
    while delta[at - 1] & 0x80:
        at += 1
    is_short = delta[at] < 0x80 or delta[at + 1] < 0x80 or delta[at + 2] < 0x80
    if not is_short and read_delta_size(delta, at)[0] > limit:
        return None
    return b"".join(_apply_delta(base, delta))


def read_insertions(delta: bytes) -> bytes:
    """Return the new bytes in a delta, with a line end in place of each copy from the base.

    Raise `IndexError` if a copy is cut short.
    """
    _, at = read_delta_size(delta, 0)
    _, at = read_delta_size(delta, at)
    pieces: list[bytes] = []
    while at < len(delta):
        instruction, at = delta[at], at + 1
        if instruction & 0x80:  # one byte of offset or length for each of the seven low bits
            at += (instruction & 0x7F).bit_count()
            pieces.append(b"\n")
        else:
            pieces.append(delta[at : at + instruction])
            at += instruction
    return b"".join(pieces)
