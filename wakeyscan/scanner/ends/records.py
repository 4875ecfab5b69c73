"""Records: lines of one structure, such as those of a CSV file, with a key as the last field."""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, find_last_line

if TYPE_CHECKING:
    from wakeyscan.scanner.ends.text_end import Lines, TextEnd

_SEPARATORS = (b",", b"\t", b";")
_PLAIN = tuple(
    map(
        re.compile,
        (
            rb"[a-z]{3,}(?:[ ._-][a-z0-9]+)*\Z",
            rb"[0-9]{1,9}\Z",
            rb"[A-Z][a-z]{2,}(?:[ -][A-Za-z][a-z]+)*\Z",
            rb"[\w.+-]+@[\w.-]+\Z",
            rb"[A-Z]{3,}(?:[ _-][A-Z]+)*\Z",
        ),
    )
)
"""Fields that cannot be the rest of a random key."""
_SHORT = (*_PLAIN, lazy_pattern(rb"[a-z]+\Z"))
"""Fields of a table, which no program wraps."""


def is_next_record(lines: Lines, end: TextEnd) -> bool:
    """Return whether the next line has the fields of this one, and they cannot be part of a key."""
    line, following = lines
    if line.count(b'"') % 2 or (following[:1].isspace() and not line[:1].isspace()):
        return False
    for separator in _SEPARATORS:
        if separator in line and line.count(separator) == following.count(separator):
            return _is_record(separator, lines, end)
    return _is_same_columns(line, following)


def _is_record(separator: bytes, lines: Lines, end: TextEnd) -> bool:
    first, other = (line.split(separator)[0] for line in lines)
    if KEY_PREFIX in lines.following.split(separator)[-1]:
        return _is_same_kind(first, other)
    if first == other:  # a gutter
        return False
    previous = find_last_line(end.before[: len(end.before) - len(end.line)].rstrip(b"\r\n"))
    if previous and previous.count(separator) != lines.line.count(separator):
        return False  # a wrapped record has fewer fields
    if file_kinds.is_table(end.path):
        return bool(previous) or _is_same_kind(first, other, _SHORT)
    is_numbered = separator == b"\t" and first.strip().isdigit()
    return not is_numbered and _is_same_kind(first, other)


def _is_same_columns(line: bytes, following: bytes) -> bool:
    """Return whether both lines are columns, and a key is the last of each."""
    own, other = line.split(), following.split()
    is_record = len(own) > 0 and len(other) == len(own) + 1 and other[-1].startswith(KEY_PREFIX)
    return is_record and _is_same_kind(own[0], other[0])


def _is_same_kind(one: bytes, other: bytes, kinds: tuple[re.Pattern[bytes], ...] = _PLAIN) -> bool:
    one, other = (field.strip(b" \t\"'") for field in (one, other))
    return any(kind.match(one) and kind.match(other) for kind in kinds)
