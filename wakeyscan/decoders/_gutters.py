"""Gutters between the two parts of a key: what a program writes at the start or end of each line.

A log, a listing, a diff, a comment, a frame or a list of strings has the same text before each of
its lines, but for the digits of times and numbers. In a table, the key goes on in its own cell. A
key that is cut in its prefix, or a little after it, has its rest there, if that looks random.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import (
    CELL_SEPARATOR,
    cut_word,
    find_common_start,
    read_common_start,
)
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders._columns import find_below
from wakeyscan.decoders._gaps import looks_like_words
from wakeyscan.decoders.split_prefix import PREFIX

if TYPE_CHECKING:
    from wakeyscan.decoders._gaps import Part

_MAX_LINE, _MAX_START = 1 << 10, 1 << 7
"""Bytes of a line, and of its start with numbers, that are read."""
_MIN_PREFIX = 4
"""Characters of the rest of a prefix that other words may not have."""
_MIN_FULL = 10
"""Characters of a part that fills its line: its rest may be before other words."""
_MIN_REST = 12
"""Characters of a rest that other words may follow."""

ITEM_GAP = rb"(?: \\r )? (?: \\n )? (?P<string> [\"'] ) , [ ]{0,4} (?P=string) (?! \w+ [\"'] )"
_ITEM_GAP_STARTS = frozenset((b'"', b"'", b"\\", b"\xe2"))
"""The first bytes of a gap that may be within a line, and of a hyphen before it."""
TAIL = (
    rb"(?: (?: \xe2\x80\x90 )? (?: "
    + ITEM_GAP
    + rb" | (?: [ \t]{0,200} (?:"
    + CELL_SEPARATOR
    + rb"|[*\#]) [^\r\n]{0,400}+"
    rb" | (?P<columns> [ \t] [^\r\n]{1,599}+ )"
    rb" | (?: \\r )? (?: \\n )? [\"'] (?: , [^\r\n]{0,300}+ )? [)}]? [,;]?"
    rb" | \xe2\x80\xa6 | \$ | </ [\w.-]{1,20} > | (?P<break> <br[ ]?/?> ) )?"
    rb" [ \t]{0,200} \r*\n ) )"
)
"""Pattern of the rest of a line after a part of a key: the end of a cell, a string, an element."""
_LINE_END = lazy_pattern(rb"(?x) " + TAIL)
_SIGN = lazy_pattern(rb"(?:\xe2\x86[\xaa\xb3]|\xe2\x80\xa6)")
"""The sign with which an editor begins the rest of a line."""
_CELL_LINE = lazy_pattern(CELL_SEPARATOR)
_LETTER_OR_DIGIT = lazy_pattern(rb"[A-Za-z0-9]")
_WORD = lazy_pattern(rb"[A-Za-z0-9_-]+")
_RANDOM = lazy_pattern(rb"(?=[\w-]*[0-9])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])")
_MAY_BE_RANDOM = lazy_pattern(rb"(?=[\w-]*[0-9])(?=[\w-]*[A-Za-z])|[\w-]*[a-z][A-Z]|[\w-]*[A-Z]{2}")
_SIGN_OF_RANDOM = lazy_pattern(rb"[A-Z0-9]")
"""A character that each random word has."""
_ALONE = lazy_pattern(rb"[ \t]*(?:" + CELL_SEPARATOR + rb"|[\"'*#<]|\\[nr]|\r*\n|\Z)")
_NUMBER = lazy_pattern(rb"[ \t]*([0-9]{1,7})(?:\t|[ ]?[:|])[ ]?")
_TOKEN = lazy_pattern(rb"[ ]*(?P<number>[0-9]+)|[\s\S]")
_COUNTED = lazy_pattern(rb"(?:[\w.]*\[|\W*)[0-9]+(?:[.:,][0-9]+)*[^\w.:,]")
"""A start of a line with a number or an index."""
_NAME = lazy_pattern(rb"[\"']?[ \t]*[:=]")
_TEXT = lazy_pattern(rb"[\"'][^\"']*[ \t=:][^\"']*\Z")
_DIVIDED = lazy_pattern(rb"[ ]{2}|\t|[ ][<>;#][ ]|" + CELL_SEPARATOR)
_DUMP = lazy_pattern(rb"[ \t#/*;>]{0,16}(?:0x)?[0-9A-Fa-f]{4,16}(?:h?:|[ ])[ ]*[0-9A-Fa-f]{2}")
"""The start of a line of a dump, whose bytes another decoder reads."""
_OPEN_STRING = (b'"', b"'")


def find_next_part(content: bytes, part: Part) -> int | None:
    """Return where a part of a key goes on in the next line; nothing if it does not."""
    may_be_item = content[part.end : part.end + 1] in _ITEM_GAP_STARTS
    if not may_be_item and not _may_go_on_below(content, part):
        return None  # as at most line ends; the rest takes ten times as long
    line_end = _LINE_END.match(content, part.end)
    if not line_end:
        return None
    following = _read_line_at(content, line_end.end())
    if may_be_item and not _may_hold_rest(following, part):
        return None
    line = _read_line(content, part.end)
    if _is_alone(line, part):
        return None
    is_continued = part.size < part.end - part.start
    own = cut_word(line)
    size = _find_text(own, following, line_end, is_continued)
    is_full = part.is_key and size is not None and _is_full(line, len(line) - len(own), size)
    at = None if size is None else _find_rest(following, size, part, is_full)
    if at is None and _has_columns(line, line_end) and not _DUMP.match(following):
        at = _find_rest_in_column(content, part, line, following)
    return None if at is None else line_end.end() + at


def _may_go_on_below(content: bytes, part: Part) -> bool:
    """Return whether a part may go on in the next line."""
    line_feed = content.find(b"\n", part.end, part.end + _MAX_LINE)
    return line_feed >= 0 and _may_hold_rest(_read_line_at(content, line_feed + 1), part)


def _find_rest_in_column(content: bytes, part: Part, line: bytes, following: bytes) -> int | None:
    """Return where the rest of a key starts in its column of the next line."""
    is_continued = part.size < part.end - part.start
    if is_continued and _ends_in_words(line):
        return None
    row = line + content[part.end : part.end + _MAX_LINE].partition(b"\n")[0]
    below = find_below(row, len(line), following, is_continued=is_continued)
    return _find_rest(following, below.offset, part, below.is_alone) if below else None


def _is_full(line: bytes, length: int, gutter: int) -> bool:
    """Return whether a line has no other text than its last word, of so many letters."""
    is_filled = length >= _MIN_FULL and len(line) - length <= gutter + 1
    return is_filled and not _ends_in_words(line)


def _may_hold_rest(following: bytes, part: Part) -> bool:
    """Return whether a line has what `_may_go_on` asks for."""
    is_short = part.size + _MIN_PREFIX <= len(PREFIX)
    if is_short and PREFIX[part.size :] in following:
        return True
    return _SIGN_OF_RANDOM.search(following) is not None


def _has_columns(line: bytes, line_end: re.Match[bytes]) -> bool:
    """Return whether a line may have cells before a part of a key or after it."""
    if line_end["string"] or line_end["break"]:
        return False
    return line_end["columns"] is not None or _DIVIDED.search(line + line_end[0]) is not None


def _ends_in_words(line: bytes) -> bool:
    """Return whether a line ends with a text like a name."""
    return looks_like_words(line[len(cut_word(line)) :])


def _find_rest(following: bytes, size: int, part: Part, is_alone: bool = False) -> int | None:
    """Return where the rest of a key starts after a gutter of the next line."""
    text = following[size:].lstrip(b" \t")
    return len(following) - len(text) if _may_go_on(text, part, is_alone) else None


def _read_line_at(content: bytes, start: int) -> bytes:
    """Return the line from an offset on."""
    stop = content.find(b"\n", start, start + _MAX_LINE)
    return content[start : stop if stop >= 0 else start + _MAX_LINE]


def _read_line(content: bytes, end: int) -> bytes:
    """Return the line up to an offset."""
    low = max(0, end - _MAX_LINE)
    return content[content.rfind(b"\n", low, end) + 1 or low : end]


def _find_text(
    own: bytes, following: bytes, line_end: re.Match[bytes], is_continued: bool
) -> int | None:
    """Return where the text of the next line starts, after the gutter; nothing if it has none."""
    is_string = line_end[0].lstrip(b"\\rn")[:1] in _OPEN_STRING
    if is_string and not is_continued and not _ends_in_text(own):
        return None  # a value, as in a list of parts
    if line_end["string"] or line_end["break"]:
        return 0
    if line_end["columns"] or (own.strip() and not following[: len(own)].strip()):
        return len(own) if not following[: len(own)].strip() else None
    if sign := _SIGN.match(following):
        return sign.end()
    return _measure_gutter(own, following) or None


def _ends_in_text(own: bytes) -> bool:
    """Return whether the string that starts at the last quote has a blank or a sign."""
    return _TEXT.search(own, max(0, own.rfind(b'"'), own.rfind(b"'"))) is not None


def _is_alone(line: bytes, part: Part) -> bool:
    """Return whether a line has a whole prefix and no text before it, as a name of a prefix has."""
    is_prefix = part.size == part.end - part.start == len(PREFIX)
    return is_prefix and not _LETTER_OR_DIGIT.search(line, 0, len(line) - part.size)


def _measure_gutter(own: bytes, following: bytes) -> int:
    """Return the size of the gutter of the next line, or 0."""
    if cells := _CELL_LINE.findall(own):
        return _find_cell(own, following, len(cells))
    number = _NUMBER.match(own)
    following_number = number and _NUMBER.match(following)
    if number and following_number and int(following_number[1]) == int(number[1]) + 1:
        return following_number.end()
    counted = _measure_counted(own, following) if _COUNTED.match(own) else 0
    if size := counted or find_common_start(own, following):
        return size
    common = read_common_start(own, following)
    return len(common) - len(common.lstrip(b"-"))


def _measure_counted(own: bytes, following: bytes) -> int:
    """Return the size of the same start of two lines, but for numbers of any size before a word."""
    size = 0
    if not _COUNTED.match(following):
        return size
    tokens = _TOKEN.finditer(own, 0, _MAX_START), _TOKEN.finditer(following, 0, _MAX_START)
    for one, other in zip(*tokens, strict=False):
        if one[0] != other[0] and not (one["number"] and other["number"]):
            break
        size = other.end()
    is_in_word = following[size : size + 1].isalnum()
    return len(cut_word(following[:size])) if is_in_word else size


def _find_cell(own: bytes, following: bytes, number: int) -> int:
    """Return where the text of a cell starts; the cells before it are empty or the same."""
    ends = [line.end() for line in _CELL_LINE.finditer(following)]
    if len(ends) < number:
        return 0
    left = following[: ends[number - 1]]
    own_left = own[: [line.end() for line in _CELL_LINE.finditer(own)][-1]]
    is_wrapped = not any(map(bytes.strip, _CELL_LINE.split(left))) or left == own_left
    return ends[number - 1] if is_wrapped else 0


def _may_go_on(text: bytes, part: Part, is_alone: bool) -> bool:
    """Return whether the text of the next line begins like the rest of a key.

    `is_alone`: no other word of the text follows its first one.
    """
    word = _WORD.match(text)
    if not word or text.startswith(PREFIX) or _NAME.match(text, word.end()):
        return False
    body = word[0].removeprefix(PREFIX[part.size :]) if part.size < len(PREFIX) else word[0]
    if len(body) >= _MIN_REST and _RANDOM.match(body):
        return True
    is_alone = is_alone or _ALONE.match(text, word.end()) is not None
    is_in_prefix = part.size + _MIN_PREFIX <= len(PREFIX) and body != word[0]
    return is_alone and (is_in_prefix or _MAY_BE_RANDOM.match(body) is not None)
