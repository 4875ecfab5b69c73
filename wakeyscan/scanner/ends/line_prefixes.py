"""Prefixes: what a program writes before each line of a text, and what is left without it.

A later time, or one with a level after it that the same program wrote, is no prefix of the next
line: then that line is another entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.ends import gutter, log_entries
from wakeyscan.scanner.ends.text_end import Lines, TextEnd, split_line

_MAX_LINES_BEFORE, _MAX_LINES = 4, 6
"""Numbers of lines before and after the line of a secret that are read."""

_TIME = lazy_pattern(
    rb"(?x)"
    + log_entries.STAMP
    + rb"(?P<tag> [ ]\S{1,60}[ ][\w./-]{1,60} (?: \[[\w.]{1,10}\] )? : (?=[ ])"
    rb" | [ ]?-[ ] [\w.-]{1,60} [ ]-[ ] [A-Z]{4,8} [ ]- (?=[ ]) )? [ \t]?"
)
"""A time, maybe with a host and a program, or with a logger and a level."""
_COLLECTED = lazy_pattern(rb".*(?:\.[0-9]{7,9}(?:Z|[+-][0-9])|[ ]std(?:out|err)[ ])")
"""A time that a collector of logs wrote: a level after it belongs to the text."""
_FIELDS = lazy_pattern(rb"(?:[^\t\r\n]{1,60}\t){1,3}(?=[0-9]{4}-[0-9]{2}-[0-9]{2}T)")
"""Names of a job and of its step, before a time."""
_SIGNS = lazy_pattern(rb"(?:>[ ]?){1,3}|[#;]+[ ]?|//[ ]?|[ ]+\*[ ]")
"""Marks of quoted mail, and of comments."""
_MAY_BE_PREFIX = lazy_pattern(
    rb"[ \t]*+(?:[0-9A-Z^<>#;/*\[]|[\w./-]+[:|-]|[\w.-]+[ ]*\||[0-9a-f]{7})|[^\t]*\t[^\t]*\t"
)
"""The start of any of these, which most lines of code do not have."""
_SIDES = {
    b"+": lazy_pattern(rb"[+ ]"),
    b"-": lazy_pattern(rb"[- ]"),
    b" ": lazy_pattern(rb"[ +]"),
}
"""First columns of the lines of one text in a diff, by the first column of the secret's line."""


class _Prefix(NamedTuple):
    """A prefix, and the check whether two lines that have it belong to one text."""

    pattern: re.Pattern[bytes]
    is_shared: Callable[[re.Match[bytes], re.Match[bytes]], bool]


def _is_same(own: re.Match[bytes], other: re.Match[bytes]) -> bool:
    return own[0].strip() == other[0].strip()


def _is_next_number(own: re.Match[bytes], other: re.Match[bytes]) -> bool:
    return int(other[1]) == int(own[1]) + 1


def _is_same_time(own: re.Match[bytes], other: re.Match[bytes]) -> bool:
    if log_entries.cut_fraction(own[0]) != log_entries.cut_fraction(other[0]):
        return False
    if own["tag"] or _COLLECTED.match(own[0]):
        return True
    return not log_entries.begins_with_level(other.string[other.end() :])


_PREFIXES = (
    _Prefix(_TIME, _is_same_time),
    _Prefix(_FIELDS, _is_same),
    _Prefix(gutter.NUMBERED, _is_next_number),
    _Prefix(gutter.BLAME, lambda own, other: True),
    _Prefix(gutter.SERVICE, _is_same),
    _Prefix(_SIGNS, _is_same),
)


def strip_signs(end: TextEnd, lines: Lines) -> Iterator[TextEnd]:
    """Yield the end in one of the texts that a diff compares."""
    side = _SIDES.get(lines.line[:1])
    if side and lines.following and gutter.is_in_diff(lines, end):
        yield _strip(end, side)._replace(path="")


def strip_prefixes(end: TextEnd, lines: Lines) -> Iterator[TextEnd]:
    """Yield the end in a text whose lines have one prefix less, unless it is in a diff."""
    prefix = _find_prefix(lines)
    if prefix and not gutter.is_in_diff(lines, end):
        yield _strip(end, prefix)


def measure_prefixes(end: TextEnd) -> int:
    """Return the size of the prefixes of the next line that the line of the secret has too.

    The first line of a text may have something else before a time.
    """
    line, following = end.find_lines()
    rest = following
    while pattern := _find_prefix(Lines(line, rest)):
        line, rest = (_cut(one, pattern) or b"" for one in (line, rest))
    return len(following) - len(strip_times(rest))


def strip_times(line: bytes) -> bytes:
    """Return a line without the times before its text, each maybe with a host and a program."""
    while time := _TIME.match(line):
        line = line[time.end() :]
    return line


def _find_prefix(lines: Lines) -> re.Pattern[bytes] | None:
    line, following = lines
    if not line or not following or not _MAY_BE_PREFIX.match(line):
        return None
    for prefix in _PREFIXES:
        own = prefix.pattern.match(line)
        other = prefix.pattern.match(following) if own else None
        if own and other and prefix.is_shared(own, other):
            return prefix.pattern
        if other and prefix.pattern is _TIME:  # its digits look like line numbers
            break
    return None


def _strip(end: TextEnd, pattern: re.Pattern[bytes]) -> TextEnd:
    """Return the lines around an end without a prefix; other lines are left out."""
    line = end.line
    previous = end.before[: len(end.before) - len(line)].splitlines()[-_MAX_LINES_BEFORE:]
    own, text = split_line(end.after)
    before = [_cut(one, pattern) for one in (*previous, line)]
    after = [_cut(one, pattern) for one in text.splitlines()[:_MAX_LINES]]
    return end._replace(
        before=b"\n".join(one for one in before if one is not None),
        after=b"\n".join((own, *(one for one in after if one is not None))),
    )


def _cut(line: bytes, pattern: re.Pattern[bytes]) -> bytes | None:
    prefix = pattern.match(line)
    return line[prefix.end() :] if prefix else None
