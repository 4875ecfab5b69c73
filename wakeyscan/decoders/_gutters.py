"""Gutters between the two parts of a key: what a program writes at the start or end of each line.

A log, a listing, a diff, a comment, a frame or a list of strings has the same text before each of
its lines, but for the digits of times and numbers. In a table, the key goes on in its own cell. A
key that is cut in its prefix, or a little after it, has its rest there, if that looks random.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import CELL_SEPARATOR, find_common_start, read_common_start
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.split_prefix import PREFIX

if TYPE_CHECKING:
    from wakeyscan.decoders._gaps import Part

_MAX_LINE = 1 << 10
"""Bytes of a line that are read."""
_MIN_REST = 12
"""Characters of a rest that other words may follow."""

_ITEM_GAP = rb"(?: \\r )? (?: \\n )? (?P<string> [\"'] ) , [ ]{0,4} (?P=string) (?! \w+ [\"'] )"
TAIL = (
    rb"(?: "
    + _ITEM_GAP
    + rb" | (?: [ \t]{0,200} (?:"
    + CELL_SEPARATOR
    + rb"|[*\#]) [^\r\n]{0,400}+"
    rb" | (?P<columns> [ \t] [^\r\n]{1,599}+ )"
    rb" | (?: \\r )? (?: \\n )? [\"'] (?: , [^\r\n]{0,300} )? \}? ,?"
    rb" | \xe2\x80\xa6 | </ [\w.-]{1,20} > | (?P<break> <br[ ]?/?> ) )? [ \t]{0,200} \r*\n )"
)
"""Pattern of the rest of a line after a part of a key: the end of a cell, a string, an element."""
_LINE_END = lazy_pattern(rb"(?x) " + TAIL)
_SIGN = lazy_pattern(rb"(?:\xe2\x86[\xaa\xb3]|\xe2\x80\xa6)")
"""The sign with which an editor begins the rest of a line."""
_CELL_LINE = lazy_pattern(CELL_SEPARATOR)
_LAST_WORD = lazy_pattern(rb"[A-Za-z0-9_-]*\Z")
_WORD = lazy_pattern(rb"[A-Za-z0-9_-]+")
_RANDOM = lazy_pattern(rb"(?=[\w-]*[0-9])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])")
_MAY_BE_RANDOM = lazy_pattern(rb"(?=[\w-]*[0-9])(?=[\w-]*[A-Za-z])|[\w-]*[a-z][A-Z]|[\w-]*[A-Z]{2}")
_ALONE = lazy_pattern(rb"[ \t]*(?:" + CELL_SEPARATOR + rb"|[\"'*#<]|\\[nr]|\r*\n|\Z)")
_NUMBER = lazy_pattern(rb"[ \t]*([0-9]{1,7})(?:\t|[ ]?[:|])[ ]?")
_NAME = lazy_pattern(rb"[\"']?[ \t]*[:=]")
_TEXT = lazy_pattern(rb"[\"'][^\"']*[ \t][^\"']*\Z")
_OPEN_STRING = (b'"', b"'")


def find_next_part(content: bytes, part: Part) -> int | None:
    """Return where a part of a key goes on in the next line; nothing if it does not."""
    line_end = _LINE_END.match(content, part.end)
    if not line_end or (part.size == len(PREFIX) and _is_alone(content, part)):
        return None
    line = _read_line(content, part.end)
    stop = content.find(b"\n", line_end.end(), line_end.end() + _MAX_LINE)
    following = content[line_end.end() : stop if stop >= 0 else line_end.end() + _MAX_LINE]
    size = _find_text(_LAST_WORD.sub(b"", line), following, line_end)
    if size is None:
        return None
    text = following[size:].lstrip(b" \t")
    return line_end.end() + len(following) - len(text) if _may_go_on(text, part) else None


def _read_line(content: bytes, end: int) -> bytes:
    """Return the line up to an offset."""
    low = max(0, end - _MAX_LINE)
    return content[content.rfind(b"\n", low, end) + 1 or low : end]


def _find_text(own: bytes, following: bytes, line_end: re.Match[bytes]) -> int | None:
    """Return where the text of the next line starts, after the gutter; nothing if it has none."""
    is_string = line_end[0].lstrip(b"\\rn")[:1] in _OPEN_STRING
    if is_string and not _TEXT.search(own):
        return None  # a value, as in a list of parts
    if line_end["string"] or line_end["break"]:
        return 0
    if line_end["columns"] or (own.strip() and not following[: len(own)].strip()):
        return len(own) if not following[: len(own)].strip() else None
    if sign := _SIGN.match(following):
        return sign.end()
    return _measure_gutter(own, following) or None


def _is_alone(content: bytes, part: Part) -> bool:
    """Return whether a whole prefix has no text before it, as a name of a prefix has."""
    before = _read_line(content, part.start)
    return not any(character.isalnum() for character in before.decode("ascii", "ignore"))


def _measure_gutter(own: bytes, following: bytes) -> int:
    """Return the size of the gutter of the next line, or 0."""
    if cells := _CELL_LINE.findall(own):
        return _find_cell(own, following, len(cells))
    numbers = _NUMBER.match(own), _NUMBER.match(following)
    if numbers[0] and numbers[1] and int(numbers[1][1]) == int(numbers[0][1]) + 1:
        return numbers[1].end()
    common = read_common_start(own, following)
    return find_common_start(own, following) or len(common) - len(common.lstrip(b"-"))


def _find_cell(own: bytes, following: bytes, number: int) -> int:
    """Return where the text of a cell starts; the cells before it are empty or the same."""
    ends = [line.end() for line in _CELL_LINE.finditer(following)]
    if len(ends) < number:
        return 0
    left = following[: ends[number - 1]]
    own_left = own[: [line.end() for line in _CELL_LINE.finditer(own)][-1]]
    is_wrapped = not any(map(bytes.strip, _CELL_LINE.split(left))) or left == own_left
    return ends[number - 1] if is_wrapped else 0


def _may_go_on(text: bytes, part: Part) -> bool:
    """Return whether the text of the next line begins like the rest of a key."""
    word = _WORD.match(text)
    if not word or text.startswith(PREFIX) or _NAME.match(text, word.end()):
        return False
    body = word[0].removeprefix(PREFIX[part.size :]) if part.size < len(PREFIX) else word[0]
    if len(body) >= _MIN_REST and _RANDOM.match(body):
        return True
    return _ALONE.match(text, word.end()) is not None and _MAY_BE_RANDOM.match(body) is not None
