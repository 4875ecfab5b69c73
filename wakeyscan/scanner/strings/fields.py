"""Fields: a NUL after a text ends a string, or belongs to what follows a field that is full.

A pool of strings, as a compiler writes it, has one NUL between two strings. A field of a structure
has a fixed size. If a text fills it, no NUL follows, but the next field: letters, or an integer
that looks like one.

    pool      error: %s 00 KEY 00 out of memory 00
    fields    02 00 00 00 KEY E U R 00 01 00 00 00

So a NUL proves an end only with two other signs of a pool, or if a size before the text counts it.
"""

from __future__ import annotations

from functools import cache
from re import Pattern
from struct import Struct

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MIN_KEY
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.string_tables import elf, is_program
from wakeyscan.scanner.strings.delimiters import may_delimit
from wakeyscan.scanner.strings.lengths import (
    NO_STRING,
    LengthReading,
    find_text_start,
    read_lengths,
)

_VISIBLE = rb"[\t\n\r\x1b -~]"
_NEXT = lazy_pattern(rb"\0((?:%b|[\xc3-\xf4][\x80-\xbf]{1,3})++)(?=\0|\Z)" % _VISIBLE)
_PREVIOUS = lazy_pattern(rb"\0((?:%b|[\x80-\xbf]{1,3}[\xc3-\xf4])++)(?=\0|\Z)" % _VISIBLE)
"""A string before a text, read backwards."""
_REACH = 192
"""Bytes on either side of a text in which strings are searched."""
_MAX_NEIGHBORS = 3
"""Strings on either side that are examined."""
_MIN_NEIGHBOR, _MIN_LITERAL = 4, 2
"""Bytes of a string that is neither an integer nor a short code, as of a currency; and of one in
the constants of a program, which has fewer structures.
"""
_MIN_WORDS = 8
"""Bytes of a text before a key in it that few fields have: `https://x/?k=`."""
_MIN_SIGNS = 2

# A program aligns its sections, and its long literals

_SENTENCE = lazy_pattern(rb"\0{1,8}((?=[!-$&-~]*+[ %%])%b++)(?=\0|\Z)" % _VISIBLE)
"""A literal with a blank or a format, which is no field."""
_FIRST = lazy_pattern(rb"\0{1,12}\x02\0\x01")
"""The number that begins the constants of a program, read backwards."""
_LAST = lazy_pattern(rb"\0{1,8}(?:\x01\x1b\x03;|GCC: )")
"""The section after the constants: how to unwind the stack, or the name of the compiler."""
_ALIGNMENT = 8

# Sizes

_INTEGERS = tuple(map(Struct, (">I", "<I", "<Q")))
"""Integers with more NULs than a text; one of eight bytes may end with one of four."""
_LOW = 0x7F
"""The bits of a size in a byte; a text of more bytes has one of two bytes."""
_MAX_NAME = 64
_MAX_TAGS = 1 << 10
"""Bytes before a text in which a tag of TIFF is searched."""
_TAGS, _ASCII = (Struct(">HI"), Struct("<HI")), 2
"""The type of a value in TIFF and the number of its bytes, and the type of a text."""

# The ends of a full field

_ROUND = (8, 4)
_MAX_LETTERS = 4
"""Letters of an integer after a field."""


class _Side(NamedTuple):
    """What is on one side of a text."""

    near: bytes
    """Bytes from the text on, in the direction away from it, up to the end of all strings."""
    is_all: bool
    """Whether the end of all strings is the end of these bytes."""
    string: Pattern[bytes]
    section: Pattern[bytes]
    """Another end of all strings in a program."""


def is_in_pool(content: bytes, start: int, end: int) -> bool:
    """Return whether a NUL, or the end of the content, ends the string of a key."""
    is_literal = is_program(content)
    section = elf.find_section(content, start) if is_literal else None
    if section and section.has_only_strings:
        return True
    is_constant = is_literal and not (section and section.is_writable)
    least = _MIN_LITERAL if is_constant else _MIN_NEIGHBOR
    low, high = section[:2] if section else (0, len(content))
    text = find_text_start(content, start)
    words = start - text >= _MIN_WORDS
    before = _count_signs(_look_before(content, text, low), least, is_literal)
    after = _count_signs(_look_after(content, end, high), least, is_literal)
    is_between = is_literal or words or (before and after)
    if is_between and words + before + after >= _MIN_SIGNS:
        return True
    return any(_is_counted(content, at, end) for at in {start, text})


def list_full_ends(content: bytes, start: int, end: int) -> list[int]:
    """Return where a field may end that a key fills, if the next one begins with its last letters.

    Most programs give a field a round size.
    """
    text = find_text_start(content, start)
    rounded = [text + (end - 1 - text) // unit * unit for unit in _ROUND]
    near = [end - count for count in range(1, _MAX_LETTERS + 1)]
    ends = dict.fromkeys((near[0], *rounded, *near[1:], rounded[0] - _ROUND[0]))
    return [one for one in ends if one >= start + MIN_KEY]


def _look_before(content: bytes, at: int, low: int) -> _Side:
    """Return the bytes before an offset, in the reverse order."""
    first = max(low, at - _REACH)
    return _Side(content[first:at][::-1], first == low, _PREVIOUS, _FIRST)


def _look_after(content: bytes, at: int, high: int) -> _Side:
    last = min(high, at + _REACH)
    return _Side(content[at:last], last == high and at < last, _NEXT, _LAST)


def _count_signs(side: _Side, least: int, is_literal: bool) -> int:
    """Return how many strings, and whether the end of all strings, are on a side of a text."""
    signs = at = 0
    padding = _ALIGNMENT if is_literal else 1
    for _ in range(_MAX_NEIGHBORS):
        rest = side.near[at:] if side.is_all and len(side.near) - at <= padding else b"\1"
        if not rest.strip(b"\0") or (is_literal and side.section.match(side.near, at)):
            return signs + 1
        string = side.string.match(side.near, at)
        if not string and is_literal:
            string = _SENTENCE.match(side.near, at)
        if not string:
            break
        signs += len(string[1]) >= least
        at = string.end()
    return signs


def _is_counted(content: bytes, start: int, end: int) -> bool:
    """Return whether a size before a text counts its bytes, or also the NUL."""
    size = end - start
    if content.endswith(_list_integers(size), 0, start) or _has_tag(content, start, size):
        return True
    if _is_value(content, start, size) or _is_value(content, start - 1, size + 1):
        return True
    return content[start - 1] & _LOW == size + 1 & _LOW and any(
        reading.end == end and _counts_nul(content, reading)
        for reading in read_lengths(content, start, NO_STRING)
    )


@cache
def _list_integers(size: int) -> tuple[bytes, ...]:
    """List the integers that count the bytes of a text, or also its NUL."""
    numbers = (size, size + 1)
    return tuple(integer.pack(number) for number in numbers for integer in _INTEGERS)


def _counts_nul(content: bytes, reading: LengthReading) -> bool:
    """Return whether a length counts the NUL of a text, and is not the end of another one."""
    is_own = reading.kind.less == 1 and not reading.zeros[1]
    return is_own and not may_delimit(content, reading, NO_STRING)


def _is_value(content: bytes, start: int, size: int) -> bool:
    """Return whether the sizes of a name and of a value precede both, as in LevelDB."""
    low, byte = max(1, start - _MAX_NAME), b"%c" % (size & _LOW)
    at = content.rfind(byte, low, start)
    while at >= 0 and content[at - 1] != start - at - 1:
        at = content.rfind(byte, low, at)
    return at >= 0 and size <= _LOW


def _has_tag(content: bytes, start: int, size: int) -> bool:
    """Return whether a tag of TIFF, as in a photo, counts the bytes of a text and its NUL."""
    low = max(0, start - _MAX_TAGS)
    tags = (tag.pack(_ASCII, size + 1) for tag in _TAGS)
    return any(content.find(tag, low, start) >= 0 for tag in tags)
