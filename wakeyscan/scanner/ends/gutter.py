"""Gutters: what two lines begin with that is not part of their text.

Quoted mail, comments, line numbers, names of services and the signs of a diff are gutters. A secret
that a line end cuts continues after the gutter of the next line; in a diff, of the next line of the
same side.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import cut_word, read_common_start
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.text_end import Lines, TextEnd, split_line

_MAX_ROUNDS = 3
"""Gutters after each other, such as a line number before a comment sign."""

NUMBERED = lazy_pattern(
    rb"""(?x) (?: [\w./-]{1,100} [:-] )? [ \t]*+ ([0-9]{1,7})
    (?: \t | (?: [ \t]*+ (?: \| | \xe2\x94[\x82\x83] ) | [:-] | [ ]{1,2} ) [ ]? )"""
)
"""A line number, maybe after a file name."""
BLAME = lazy_pattern(
    rb"""(?x) [ ]{0,8} \^? [0-9a-f]{7,40} [ ]
    [^\r\n()]{0,60} \( [^\r\n()]{10,90} [ ] [0-9]{1,6} \) [ ]?"""
)
"""Commit, author, date and line number, as `git blame` writes them."""
SERVICE = lazy_pattern(rb"[\w.-]{1,60}[ ]*\|[ ]|\[[\w.:-]{1,60}\][ ]")
"""Name of a service, at the start of each line that it writes."""

_MAX_OTHER_SIDE = 20
"""Lines of the other side that are skipped."""
_SIGNS = (b"+", b"-", b" ", b"@", b"\\", b"")
"""First columns of a diff."""
_ENDS = (b"@", b"\\", b"")
"""First columns after which nothing continues."""


def strip_service(lines: Lines) -> Lines:
    """Return both lines without the name of a service if they share it, else unchanged."""
    own = SERVICE.match(lines.line)
    other = own and SERVICE.match(lines.following)
    if own and other and own[0] == other[0]:
        return Lines(lines.line[own.end() :], lines.following[other.end() :])
    return lines


def strip_gutters(lines: Lines) -> Lines:
    """Return both lines without the gutters that they share."""
    for _ in range(_MAX_ROUNDS):
        stripped = _strip_prefix(_strip_numbers(lines))
        if stripped == lines:
            break
        lines = stripped
    return lines


def is_in_diff(lines: Lines, end: TextEnd) -> bool:
    """Return whether both lines have the first column of a diff; two list items have not."""
    sign, next_sign = lines.line[:1], lines.following[:1]
    if sign not in _SIGNS or next_sign not in _SIGNS:
        return False
    if file_kinds.is_diff(end.path) or b"\n@@ -" in b"\n" + end.before:
        return True
    are_items = lines.line[:2] == b"- " and next_sign in (b"-", b" ", b"")
    return sign not in (b"", b" ") and lines.line[1:2] != sign and not are_items


def list_continuations(lines: Lines, later: bytes) -> list[Lines] | None:
    """Return the lines that may continue a line of a diff, without the first column.

    `later` is the text after the next line. Return `None` if there are too many.
    """
    sign, following = lines.line[:1], lines.following
    continuations: list[Lines] = []
    for _ in range(_MAX_OTHER_SIDE):
        if following[:1] in _ENDS:
            return continuations
        continuations.append(Lines(lines.line[1:], following[1:]))
        if following[:1] == b" " or following[:1] == sign != b" ":
            return continuations
        following, later = split_line(later)
    return None


def _strip_numbers(lines: Lines) -> Lines:
    for pattern in (BLAME, NUMBERED):
        own, other = (pattern.match(line) for line in lines)
        if own and other and (pattern is BLAME or int(other[1]) == int(own[1]) + 1):
            return Lines(lines.line[own.end() :], lines.following[other.end() :])
    return lines


def _strip_prefix(lines: Lines) -> Lines:
    """Return the lines without their common prefix, up to its last character that ends a word."""
    common = read_common_start(lines.line, lines.following)
    size = len(common if common in (b"-", b"--") else cut_word(common))
    return Lines(lines.line[size:], lines.following[size:])
