"""Lines: what two of them start with, such as a time or a number, and what divides their cells."""

from __future__ import annotations

CELL_SEPARATOR = rb"(?:\||\xc2\xa6|\xe2[\x94\x95][\x80-\xbf])"
"""Pattern of a line between two cells: a bar, or any sign of a frame, U+2500 to U+257F.

One table may have several: npm's `table` writes its edges with other signs than its columns.
"""
_MAX_START = 128
"""Bytes of two lines that are compared."""
_WORD_CHARACTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


def is_same_but_digits(one: bytes, other: bytes) -> bool:
    """Return whether two texts differ in digits only, as times and numbers do."""
    return one.translate(_DIGITS) == other.translate(_DIGITS)


def find_common_start(one: bytes, other: bytes) -> int:
    """Return where the common start of two texts ends, before the word in which they differ.

    They may differ in digits before it.
    """
    if len(one) <= _MAX_START and other.startswith(one):
        return len(cut_word(one))  # as mostly
    return len(cut_word(read_common_start(one.translate(_DIGITS), other.translate(_DIGITS))))


def read_common_start(one: bytes, other: bytes) -> bytes:
    """Return the text with which two texts start, up to a limit."""
    size = min(len(one), len(other), _MAX_START)
    if one[:size] == other[:size]:
        return one[:size]
    return one[: next(at for at in range(size) if one[at] != other[at])]


def cut_word(text: bytes) -> bytes:
    """Return a text up to its last character that ends a word."""
    return text.rstrip(_WORD_CHARACTERS)
