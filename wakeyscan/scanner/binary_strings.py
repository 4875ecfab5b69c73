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
_MARKS = 2
"""Bytes behind a string that may look like letters, before one that does not."""

_CHARACTER = (
    rb"(?:[\t\n\f\r\x1b -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})"
)
_END_OF_TEXT = re.compile(rb"[\x80-\xbf]{0,3}" + _CHARACTER + rb"*+")
_BEGINNING_OF_TEXT = re.compile(_CHARACTER + rb"*+(?:[\xc2-\xf4][\x80-\xbf]{0,2})?")
_NO_TEXT = re.compile(rb"(?!" + _CHARACTER + rb")[\0-\xff]")
_ENDS_AS_TEXT = re.compile(_CHARACTER + rb"\Z")
_VISIBLE = re.compile(rb"[ -~]*+")
_LETTER = re.compile(rb"\w")
_WORD = re.compile(rb"[\w-]*+")
_OF_PYTHON = (b"z", b"Z")
"""What stands before a length in compiled Python, where that does not look like binary data."""


def find_prefixed_length(content: bytes, at: int) -> int:
    """Give the length of the string of visible characters that begins at an offset.

    0: nothing counts its bytes, or a text may well have such a character there by chance.
    """
    head = content[max(0, at - max(_WIDE)) : at]
    length = head.rstrip(b"\0")[-1:]
    size, width = ord(length or b"\0"), len(head) - len(head.rstrip(b"\0")) + 1
    shown = _VISIBLE.match(content, at, at + size)
    if size < _SHORTEST or not shown or shown.end() < at + size:
        return 0
    before, behind = content[max(0, at - 1 - _NEAR) : at - 1], content[at + size :][:_NEAR]
    if width == 1 and _LETTER.match(length):
        is_text = _END_OF_TEXT.fullmatch(before) and _BEGINNING_OF_TEXT.fullmatch(behind)
        return 0 if is_text else size
    counts = _is_binary(before, length) if width == 1 else width in _WIDE
    return size if counts and _is_over(behind) else 0


def _is_binary(before: bytes, length: bytes) -> bool:
    """Say whether what stands right before a string is no text."""
    if before.endswith(_OF_PYTHON):
        return not _END_OF_TEXT.fullmatch(before)
    return bool(_NO_TEXT.match(length) or (before and not _ENDS_AS_TEXT.search(before)))


def _is_over(behind: bytes) -> bool:
    """Say whether what seems to go on a word is next to nothing before what is no text."""
    word = _WORD.match(behind)
    return word is not None and word.end() <= _MARKS and bool(_NO_TEXT.match(behind, word.end()))
