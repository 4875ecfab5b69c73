"""Rivals: lengths that name another end of a string than the most likely one.

A byte before a key may be its length, or a character of a longer text that has its own length:

    8c 32 key                a key of 50 bytes after a type, or a text of pickle that begins with 2
    1f name = key 01 more    a key of 61 bytes, or a text with a control character
    39 key 31 05 hello       a key and a digit, or a key with its length plus one, and a text
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.secret import MIN_KEY
from wakeyscan.scanner.strings.delimiters import may_delimit
from wakeyscan.scanner.strings.lengths import (
    MAX_MARKS,
    LengthReading,
    find_text_start,
    is_type,
    is_visible,
    read_lengths,
)
from wakeyscan.scanner.strings.records import list_next_strings

_MIN_WEIGHT, _MIN_WEIGHT_OF_OTHERS = 6, 14
"""Bits of evidence of the length of a longer text, and of one that counts more than the bytes."""
_MAX_HEAD = 64
"""Characters of a text before a key in it that are examined."""


def has_other_length(content: bytes, start: int, run_end: int, end: int, previous_end: int) -> bool:
    """Return whether a length names another end: of a longer text, or in spite of quotes.

    The letters from the start of the key end at `run_end`, and the most likely end is `end`.
    """
    for string in (start, *_list_outer_starts(content, start)):
        is_own = string == start
        for reading in read_lengths(content, string, previous_end):
            is_near = run_end - reading.end <= MAX_MARKS
            is_likely = is_near if is_own else not is_type(content, reading.start)
            is_other = start + MIN_KEY <= reading.end <= run_end and reading.end != end
            is_certain = is_other and is_likely and not reading.kind.doubt
            if is_certain and (
                reading.is_in_known_format or not may_delimit(content, reading, previous_end)
            ):
                return True
    return False


def is_in_longer_text(
    content: bytes, start: int, run_end: int, own: LengthReading, previous_end: int
) -> bool:
    """Return whether the letters of a key may be in a text that has a length and ends after them.

    Such a text has other characters before the key, and may have control characters after it. Of
    two lengths of one byte, the one after a type is more likely. Lua has no type that is visible.
    """
    text = max(find_text_start(content, start), start - _MAX_HEAD)
    is_typed = is_type(content, own.start - 1) and own.kind.less != 1
    return any(
        run_end <= reading.end and _holds_text(content, string, reading)
        for string in range(text, start)
        for reading in read_lengths(content, string, previous_end)
        if not is_typed or any(reading.zeros) or _is_after_type(content, reading, own, text)
    )


def _is_after_type(content: bytes, reading: LengthReading, own: LengthReading, text: int) -> bool:
    """Return whether a type, or another string, precedes a length that may be a type itself.

    The visible characters start at `text`: a type after some of them is a part of a word.
    """
    before = reading.start - 1
    doubt = reading.kind.doubt
    if doubt and reading.weight + doubt >= _MIN_WEIGHT_OF_OTHERS:
        return True
    return (
        before <= text
        and is_type(content, before)
        and not (reading.start + 1 == own.start and is_visible(content, before))
    )


def _holds_text(content: bytes, start: int, reading: LengthReading) -> bool:
    """Return whether a length before an offset is that of a text in UTF-8."""
    end, doubt = reading.end, reading.kind.doubt
    least = _MIN_WEIGHT_OF_OTHERS if doubt else _MIN_WEIGHT
    if end > len(content) or reading.weight + doubt < least:
        return False
    if reading.is_in_known_format and doubt:
        return False
    return (any(reading.zeros) or not is_visible(content, end)) and _is_utf_8(content[start:end])


def has_next_string(content: bytes, start: int, run_end: int, previous_end: int) -> bool:
    """Return whether a length names an end before the last letters, which begin another string.

    They have the length of that string, or the type that precedes the length of the key.
    """
    return any(
        length < run_end or content[reading.end] == content[reading.start - 1]
        for reading in read_lengths(content, start, previous_end)
        if start + MIN_KEY <= reading.end < run_end
        for length, _ in list_next_strings(content, reading.end, run_end, reading)
    )


def _is_utf_8(text: bytes) -> bool:
    try:
        return "\0" not in text.decode()
    except UnicodeDecodeError:
        return False


def _list_outer_starts(content: bytes, start: int) -> Iterator[int]:
    """Yield where a text may start that holds a key: just before it, or after another string."""
    text = find_text_start(content, start)
    after = text + content[text - 1] if text else start
    for string in (start - 2, start - 1, after + 1, after + 2):
        if text <= string < start:
            yield string
