"""What a person has accepted, and why: the mark `wakeyscan:ignore -- reason` beside a key.

The marks of other scanners are known too; they count only where that is asked for.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wakeyscan.core.line_index import find_line
from wakeyscan.suppression.multiline_strings import REACH, Literals

_FAR = 2000
"""Bytes to either side within which a line is looked at."""


class InlineComment(NamedTuple):
    """What is written beside a key."""

    name: str
    """As `wakeyscan:ignore` or `gitleaks:allow`."""
    reason: tuple[int, int]
    """Where the reason stands: offsets, half-open; empty where none is given."""


class _Habit(NamedTuple):
    """Where the marks of a kind count: patterns, compiled only when a key is found."""

    here: bytes
    """On the line of a key."""
    before: bytes
    """Alone on the line before."""
    around: bytes
    """On the first and the last line of a literal over several lines, or before it."""


_OWN = rb"wakeyscan:ignore(?!\w|-\w)"
_KINGFISHER = rb"(?<!\w)(?:(?i:kingfisher:ignore)|kingfisher:allow)(?!\w)"

# As measured with betterleaks 2.0 (which heeds gitleaks' mark too) and kingfisher 2.14, and read
# in the source of detect-secrets 1.5, where the mark must be a comment.
_HERE = (
    rb"(?<!\w)(?:gitleaks:allow|betterleaks:allow|trufflehog:ignore|ggignore)(?!\w)|"
    + _KINGFISHER
    + rb"|(?:#|//|/\*|'|--)[# \t]*pragma: ?(?:allow|white)list[ -]secret(?!\w)"
)
_BEFORE = _KINGFISHER + rb"|pragma: ?allowlist[ -]nextline[ -]secret(?!\w)"

_OURS = _Habit(_OWN, _OWN, _OWN)
_THEIRS = _Habit(_HERE, _BEFORE, _KINGFISHER)
_WORDS = (b"ignore", b"allow", b"pragma")
"""One of them is in every mark, in lower case."""

_NAMES = (
    *("wakeyscan:ignore", "gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "ggignore"),
    *("kingfisher:ignore", "kingfisher:allow", "pragma: allowlist", "pragma: whitelist"),
)


def find_own_comment(
    content: bytes, start: int, end: int, literals: Literals
) -> InlineComment | None:
    """Give our mark on the line of `start:end`, or alone on the line before.

    Of a literal over several lines, its first and its last line count too, and the one before.
    """
    return _mark(content, start, end, _OURS, literals)


def find_foreign_comment(
    content: bytes, start: int, end: int, literals: Literals
) -> InlineComment | None:
    """Give a mark of another scanner, where that scanner would heed it."""
    return _mark(content, start, end, _THEIRS, literals)


def format_ignored(mark: InlineComment, reason: str) -> str:
    """Say for what a finding is ignored, given the text of the reason, which may be empty."""
    if mark.name == _NAMES[0]:
        return f"{mark.name}: {reason or 'no reason given'}"
    return f"{mark.name}: {reason}" if reason else f"{mark.name} (no reason given)"


def format_not_honored(mark: InlineComment) -> str:
    """Say of a finding that is reported that another scanner's mark stands beside it."""
    return f"{mark.name} stands here, and counts with --honor-foreign-ignores"


def is_inline(reason: str) -> bool:
    """Say whether a finding is ignored for a mark beside it, not for an entry elsewhere."""
    return reason.startswith(_NAMES)


def _mark(
    content: bytes, start: int, end: int, habit: _Habit, literals: Literals
) -> InlineComment | None:
    low, high = find_line(content, start, end, _FAR)
    mark = _written(content, low, high, habit.here) or _alone_before(content, low, habit.before)
    if mark or not _search(content[max(0, start - REACH) : end + REACH], habit.around):
        return mark
    span = literals.around(start, end)
    return _beside(content, span, habit.around) if span else None


def _search(text: bytes, pattern: bytes) -> re.Match[bytes] | None:
    lower = text.lower()
    return re.search(pattern, text) if any(word in lower for word in _WORDS) else None


def _written(content: bytes, low: int, high: int, pattern: bytes) -> InlineComment | None:
    """Give the mark on the line `low:high`."""
    line = content[low:high]
    if not (found := _search(line, pattern)):
        return None
    name = found[0][max(0, found[0].find(b"pragma")) :]
    ends = _end_of_comment(line, found)[0]
    dashes = line.find(b"--", found.end(), ends)
    start = ends if dashes < 0 else min(ends, dashes + 2)
    return InlineComment(name.decode("ascii").lower(), (low + start, low + ends))


def _alone_before(content: bytes, low: int, pattern: bytes) -> InlineComment | None:
    """Give the mark that is all there is on the line before the one that begins at `low`."""
    break_at = low - 2 if content[max(0, low - 2) : low] == b"\r\n" else low - 1
    if break_at < 0:
        return None
    low, high = find_line(content, break_at, break_at, _FAR)
    line = content[low:high]
    if not (found := _search(line, pattern)) or not _opens(line[: found.start()]):
        return None
    alone = line[_end_of_comment(line, found)[1] :].strip() in (b"", b"}")
    return _written(content, low, high, pattern) if alone else None


def _beside(content: bytes, span: tuple[int, int], pattern: bytes) -> InlineComment | None:
    first, last = (find_line(content, at, at, _FAR) for at in span)
    return (
        _written(content, *first, pattern)
        or _written(content, *last, pattern)
        or _alone_before(content, first[0], pattern)
    )


_PAIRS = (
    (b"<!--", b"-->"),
    (b"{{!--", b"--}}"),
    (b"<%--", b"--%>"),
    (b"<#--", b"-->"),
    (b"/*", b"*/"),
    (b"/+", b"+/"),
    (b"{#", b"#}"),
    (b"<%", b"%>"),
    (b"(*", b"*)"),
    (b"{{", b"}}"),
    (b"--[[", b"]]"),
    (b"@*", b"*@"),
    (b"{*", b"*}"),
    (b"{-", b"-}"),
    (b"<#", b"#>"),
    (b"#|", b"|#"),
)
"""What begins a comment that has an end, and what ends it; the longer ones first."""


def _end_of_comment(line: bytes, found: re.Match[bytes]) -> tuple[int, int]:
    """Give where what closes the comment of a mark begins and ends, on its line.

    There may be code behind it, and a key in that: no part of the reason.
    """
    before = line[: found.start()]
    begun = ((before.rfind(opening), closing) for opening, closing in _PAIRS)
    at, closing = max(begun, key=lambda pair: pair[0])
    if at >= 0 and closing not in before[at:]:
        ends = line.find(closing, found.end())
        if ends >= 0:
            return ends, ends + len(closing)
    end = len(line.rstrip())  # a comment may have begun on a line before
    text = line[found.end() : end]
    closed = next((closing for _, closing in _PAIRS if text.endswith(closing)), b"")
    return end - len(closed), end


_OPENINGS = rb"[#/*+<>!;%({\[=|~:.@\\ \t-]*|['\"]|[.']\\\"|@?rem|dnl|@c|@comment|c|nb\."
"""What stands before a mark in a comment that has its line for itself."""


def _opens(before: bytes) -> bool:
    return re.fullmatch(_OPENINGS, before.strip().lower()) is not None
