"""Base64 arithmetic: which letters encode a text, and how letters without padding decode."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

from wakeyscan.extractors.file_types import TAR, TAR_AT

_FROM_URLSAFE = bytes.maketrans(b"-_", b"+/")


def within_base64(text: bytes, at: int) -> tuple[bytes, int]:
    """Give the letters of base64 that a text alone decides on, which is at a byte, and where."""
    shift, skipped = at % 3, 4 * (at // 3)
    letters = b2a_base64(b"\0" * shift + text + b"\0" * (-(shift + len(text)) % 3))
    first, last = (8 * shift + 5) // 6, 8 * (shift + len(text)) // 6
    return letters[first:last], skipped + first


_ONCE = within_base64(TAR, TAR_AT)


IN_TAR = dict((_ONCE, within_base64(*_ONCE)))
"""What tells a tar in base64, and in that of it, and how many letters before it that begins."""


def from_base64(text: bytes) -> bytes:
    """Decode base64 of either alphabet, without padding; a letter that is over is left out."""
    text = text[: len(text) - (len(text) % 4 == 1)].translate(_FROM_URLSAFE)
    return a2b_base64(text + b"=" * (-len(text) % 4))


def is_whole(letters: bytes) -> bool:
    """Say whether letters without padding end where a byte does, and the bits left over are 0."""
    over = len(letters) % 4
    if over < 2:
        return over == 0
    bits = a2b_base64(letters[-over:].translate(_FROM_URLSAFE) + b"A" * (4 - over))
    return not any(bits[over - 1 :])
