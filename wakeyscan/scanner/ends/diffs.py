"""Diffs: a line continues on the next line of the same side, not always on the next one."""

from __future__ import annotations

from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.text_end import Lines, TextEnd, split_line

_MAX_LINES = 20
"""Lines of the other side that are skipped."""
_SIGNS = (b"+", b"-", b" ", b"@", b"\\", b"")
"""First columns of a diff."""
_ENDS = (b"@", b"\\", b"")
"""First columns after which nothing continues."""


def is_in_diff(lines: Lines, end: TextEnd) -> bool:
    """Return whether both lines have the first column of a diff; two list items have not."""
    sign, next_sign = lines.line[:1], lines.following[:1]
    if sign not in _SIGNS or next_sign not in _SIGNS:
        return False
    if file_kinds.is_diff(end.path) or b"\n@@ -" in end.before:
        return True
    are_items = lines.line[:2] == b"- " and next_sign in (b"-", b" ", b"")
    return sign not in (b"", b" ") and lines.line[1:2] != sign and not are_items


def list_continuations(lines: Lines, later: bytes) -> list[Lines] | None:
    """Return the lines that may continue a line of a diff, without the first column.

    `later` is the text after the next line. Return `None` if there are too many.
    """
    sign, following = lines.line[:1], lines.following
    continuations: list[Lines] = []
    for _ in range(_MAX_LINES):
        if following[:1] in _ENDS:
            return continuations
        continuations.append(Lines(lines.line[1:], following[1:]))
        if following[:1] == b" " or following[:1] == sign != b" ":
            return continuations
        following, later = split_line(later)
    return None
