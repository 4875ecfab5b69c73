"""Knows the strings of binary data by the length that stands before them.

Compiled Python and Java, pickles, Protocol Buffers, MessagePack, CBOR, LevelDB and DEX write a
string as its length and its bytes, with nothing behind it. So its length, if it looks like a letter
or a digit, seems to be a part of the word, and so does what comes next.
"""

from __future__ import annotations

import re

_SHORTEST = 8
_WIDE = (4, 8)
"""Bytes of a length in several, the low one first; the others are 0 here."""
_NEAR = 16
"""Bytes around a string in which there is one that no text has."""

_CHARACTER = (
    rb"(?:[\t\n\f\r\x1b -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})"
)
_TEXT = re.compile(_CHARACTER + rb"*+")
_END_OF_TEXT = re.compile(rb"[\x80-\xbf]{0,3}" + _CHARACTER + rb"*+")
_BEGINNING_OF_TEXT = re.compile(_CHARACTER + rb"*+(?:[\xc2-\xf4][\x80-\xbf]{0,2})?")
_ENDS_AS_TEXT = re.compile(_CHARACTER + rb"\Z")
_VISIBLE = re.compile(rb"[ -~]*+")
_WORD = re.compile(rb"[\w-]*+")
_CLOSING = {b"(": b")", b"<": b">", b"[": b"]", b"{": b"}"}
_OF_PYTHON = (b"z", b"Z")
"""What stands before a length in compiled Python, where that does not look like binary data."""


def counted(content: bytes, at: int) -> int:
    """Give the length of the string of visible characters that begins at an offset.

    0: nothing counts its bytes, or a text may well have such a character there by chance.
    """
    zeros = content[max(0, at - max(_WIDE)) : at]
    length = zeros.rstrip(b"\0")[-1:]
    size, width = ord(length or b"\0"), len(zeros) - len(zeros.rstrip(b"\0")) + 1
    shown = _VISIBLE.match(content, at, at + size)
    if size < _SHORTEST or not shown or shown.end() < at + size:
        return 0
    if width > 1:
        return size if width in _WIDE else 0
    before, behind = content[max(0, at - 1 - _NEAR) : at - 1], content[at + size :][:_NEAR]
    if _WORD.fullmatch(length):
        is_text = _END_OF_TEXT.fullmatch(before) and _BEGINNING_OF_TEXT.fullmatch(behind)
        return 0 if is_text else size
    return size if _is_binary(before, length) and not _is_closed(content, at, length) else 0


def _is_binary(before: bytes, length: bytes) -> bool:
    """Say whether what stands right before a string is no text."""
    if before.endswith(_OF_PYTHON):
        return not _END_OF_TEXT.fullmatch(before)
    return not (_TEXT.fullmatch(length) and (not before or _ENDS_AS_TEXT.search(before)))


def _is_closed(content: bytes, at: int, length: bytes) -> bool:
    """Say whether a word stands between two of the same character, or between brackets."""
    word = _WORD.match(content, at)
    return word is not None and content.startswith(_CLOSING.get(length, length), word.end())
