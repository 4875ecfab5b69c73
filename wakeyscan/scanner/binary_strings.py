"""Strings in binary data, recognized by the length before them.

Compiled Python and Java, pickles, Protocol Buffers, MessagePack, CBOR, LevelDB and DEX write a
string as its length and its bytes, without a terminator. If the length looks like a letter or a
digit, it seems to be a part of the word, and so does the byte after the string.
"""

from __future__ import annotations

import re

_MIN_LENGTH = 8
"""Bytes of the shortest string."""
_WIDE_LENGTHS = (4, 8)
"""Sizes of a length of several bytes, the lowest first; the other bytes are 0 here."""
_AROUND = 16
"""Bytes on either side of a string; in binary data, at least one of them never occurs in text."""
_MAX_MARKS = 2
"""Bytes after a string that may look like letters, before a byte that never occurs in text."""

_CHARACTER = (
    rb"(?:[\t\n\f\r\x1b -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})"
)
"""Pattern of a character of a text in UTF-8."""
_TEXT_BEFORE = re.compile(rb"[\x80-\xbf]{0,3}" + _CHARACTER + rb"*+")
_TEXT_AFTER = re.compile(_CHARACTER + rb"*+(?:[\xc2-\xf4][\x80-\xbf]{0,2})?")
_NOT_TEXT = re.compile(rb"(?!" + _CHARACTER + rb")[\0-\xff]")
_ENDS_AS_TEXT = re.compile(_CHARACTER + rb"\Z")
_VISIBLE = re.compile(rb"[ -~]*+")
_LETTER = re.compile(rb"\w")
_WORD = re.compile(rb"[\w-]*+")
_PYTHON_TYPES = (b"z", b"Z")
"""Type of a string before its length in compiled Python, which looks like text."""


def find_prefixed_length(content: bytes, at: int) -> int:
    """Return the length of the string of visible characters at an offset, if a length precedes it.

    Return 0 if no length precedes it, or if a text may have such a character there by chance.
    """
    head = content[max(0, at - max(_WIDE_LENGTHS)) : at]
    length = head.rstrip(b"\0")[-1:]
    size, width = ord(length or b"\0"), len(head) - len(head.rstrip(b"\0")) + 1
    visible = _VISIBLE.match(content, at, at + size)
    if size < _MIN_LENGTH or not visible or visible.end() < at + size:
        return 0
    end = at + size
    before, after = content[max(0, at - 1 - _AROUND) : at - 1], content[end : end + _AROUND]
    if width == 1 and _LETTER.match(length):
        is_text = _TEXT_BEFORE.fullmatch(before) and _TEXT_AFTER.fullmatch(after)
        return 0 if is_text else size
    is_length = _is_binary(before, length) if width == 1 else width in _WIDE_LENGTHS
    return size if is_length and _is_end(after) else 0


def _is_binary(before: bytes, length: bytes) -> bool:
    """Return whether the bytes directly before a string are not text."""
    if before.endswith(_PYTHON_TYPES):
        return not _TEXT_BEFORE.fullmatch(before)
    return bool(_NOT_TEXT.match(length) or (before and not _ENDS_AS_TEXT.search(before)))


def _is_end(after: bytes) -> bool:
    """Return whether at most a few letters follow before a byte that never occurs in text."""
    word = _WORD.match(after)
    return (
        word is not None and word.end() <= _MAX_MARKS and bool(_NOT_TEXT.match(after, word.end()))
    )
