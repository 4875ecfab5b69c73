"""Base64 arithmetic: the letters that encode a text, and decoding without padding."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

from wakeyscan.extractors.file_types import TAR_OFFSET, TAR_SIGNATURE

URLSAFE_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
"""Translation table between the two alphabets."""


def encode_at(text: bytes, offset: int) -> tuple[bytes, int]:
    """Return the letters that `text` at byte `offset` alone determines, and their position.

    Neighboring bytes share the first and the last letter, unless a group of three starts or ends
    there. Such letters are omitted.
    """
    shift, skipped = offset % 3, 4 * (offset // 3)
    letters = b2a_base64(b"\0" * shift + text + b"\0" * (-(shift + len(text)) % 3))
    first, stop = (8 * shift + 5) // 6, 8 * (shift + len(text)) // 6
    return letters[first:stop], skipped + first


def decode_base64(letters: bytes) -> bytes:
    """Decode base64 of either alphabet without padding; a single letter left over is dropped."""
    letters = letters[: len(letters) - (len(letters) % 4 == 1)].translate(URLSAFE_TO_STANDARD)
    return a2b_base64(letters + b"=" * (-len(letters) % 4))


def decode_credential(text: bytes) -> bytes:
    """Decode base64, padded or not; raise `ValueError` if a single letter is left over."""
    letters = text.rstrip(b"=")
    if len(letters) % 4 == 1:
        raise ValueError("a single letter is left over")
    return decode_base64(letters)


def is_complete(letters: bytes) -> bool:
    """Return whether letters without padding end at a byte boundary, with zeros in unused bits."""
    rest = len(letters) % 4
    if rest < 2:
        return rest == 0
    bits = a2b_base64(letters[-rest:].translate(URLSAFE_TO_STANDARD) + b"A" * (4 - rest))
    return not any(bits[rest - 1 :])


_TAR_LETTERS = encode_at(TAR_SIGNATURE, TAR_OFFSET)

TAR_LETTERS = dict((_TAR_LETTERS, encode_at(*_TAR_LETTERS)))
"""The signature of a tar file in base64, and in base64 twice, each with its position."""
