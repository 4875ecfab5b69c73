"""Delimiters of a text in binary data, which look like lengths: `=` before a key counts 61.

Lines and C strings have a delimiter on either side of a key. If the first one counts a few
characters less than the key has, the rest looks like the type of the next value. So a length
proves an end that cuts letters off only if neither side can be text:

    before   a byte that no text has, and maybe types; or a string with a length that no text has
    after    a control character that separates no texts; or a string whose length is a byte that
             no text has, or that precedes such a byte
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.strings.lengths import (
    MAX_MARKS,
    LengthReading,
    find_text_start,
    has_cbor_before,
    has_string_before,
    is_type,
)
from wakeyscan.scanner.strings.records import list_next_strings

_CHARACTER = (
    rb"[\0\t\n\x0b\x0c\r\x1b-\x1f -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}"
)
"""A character of a text in UTF-8, or a control character between texts."""
_LAST = lazy_pattern(rb"(?:\A|%b)\Z" % _CHARACTER)
_NEXT = lazy_pattern(rb"\Z|%b" % _CHARACTER)
_CONTROL = lazy_pattern(rb"[\x01-\x08\x0e-\x1a\x7f]")
"""A control character that is not between texts."""
_LINE = lazy_pattern(rb"\Z|[\t\n\r -~]")
"""The end of the content, or a character of a line in ASCII."""
_VISIBLE = lazy_pattern(rb"[\t\n\r -~]")
"""A character of a line, which may follow letters that belong to the next value."""
_LONGEST = 4
"""Bytes of the longest character."""
_MAX_TYPES = 2
"""Types before a length."""


def may_delimit(content: bytes, reading: LengthReading, previous_end: int) -> bool:
    """Return whether a length may be a delimiter before a key, or another character of a text.

    Another string with a length is known to end at `previous_end`.
    """
    first, (before, after) = reading.start, reading.zeros
    if not _is_after_text(content, first + before + 1):
        return False
    if 0 <= first - previous_end < MAX_MARKS or _is_after_string(content, reading):
        return False
    is_typed = before or after or reading.is_in_known_format or not _LINE.match(content, first - 1)
    starts = _list_type_starts(content, first) if is_typed else [first]
    return all(_is_after_text(content, at) for at in starts)


def proves_end(
    content: bytes, end: int, run_end: int, reading: LengthReading, previous_end: int
) -> bool:
    """Return whether a length proves an end before the letters `content[end:run_end]`, if any.

    A compressor may go on with a copy of the rest of a key, so even the end of all letters is open
    after a delimiter.
    """
    may_be_text = may_delimit(content, reading, previous_end)
    starts = _list_type_starts(content, reading.start)
    if end == run_end and may_be_text:
        return any(_starts_value(content, at) for at in starts)
    has_string = any(
        not (_is_before_text(content, length) and _is_before_text(content, text_end))
        for length, text_end in list_next_strings(content, end, run_end, reading)
    )
    if end == run_end:
        is_known = reading.is_typed or reading.is_in_known_format
        return has_string or is_known or not _VISIBLE.match(content, end)
    if may_be_text:
        is_terminated = content.startswith(b"\0", run_end)
        return has_string and not is_terminated and any(_starts_value(content, at) for at in starts)
    return has_string or _begins_value(content, run_end, reading)


def _begins_value(content: bytes, at: int, reading: LengthReading) -> bool:
    """Return whether a byte at an offset belongs to a value after its type, and to no text.

    The same byte before a length and here separates texts, as in FIX messages.
    """
    if reading.is_in_known_format:
        return not _LINE.match(content, at)
    starts = _list_type_starts(content, reading.start)
    before = next((content[end - 1] for end in starts if not _is_after_text(content, end)), None)
    return _CONTROL.match(content, at) is not None and content[at] != before


def _starts_value(content: bytes, at: int) -> bool:
    """Return whether nothing, a NUL or a byte that no text has precedes an offset."""
    return content[at - 1 : at] in (b"", b"\0") or not _is_after_text(content, at)


def _is_after_string(content: bytes, reading: LengthReading) -> bool:
    """Return whether a string precedes a length, and one that is no character precedes that."""
    first, zeros = reading.start, reading.zeros[1]
    if not zeros and _is_after_text(content, find_text_start(content, first)):
        return False
    has_string = has_string_before(content, first, zeros, reading.kind)
    return has_string or has_cbor_before(content, first)


def _list_type_starts(content: bytes, end: int) -> Iterator[int]:
    """Yield where the types before a length at an offset may start, the offset itself first."""
    for start in range(end, max(-1, end - _MAX_TYPES - 1), -1):
        yield start
        if not is_type(content, start - 1):
            return


def _is_after_text(content: bytes, at: int) -> bool:
    return _LAST.search(content, max(0, at - _LONGEST), at) is not None


def _is_before_text(content: bytes, at: int) -> bool:
    return _NEXT.match(content, at) is not None
