"""Inline ignore comments: `wakeyscan:ignore -- reason`, and those of other scanners.

Comments of other scanners count only with `--honor-foreign-ignores`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wakeyscan.core.line_index import find_line
from wakeyscan.suppression.multiline_strings import REACH, MultilineStrings

_MAX_DISTANCE = 2000
"""Maximum bytes to search on either side of a key for the ends of its line."""


class InlineComment(NamedTuple):
    """An ignore comment that applies to a key."""

    name: str
    """For example `wakeyscan:ignore` or `gitleaks:allow`."""
    reason: tuple[int, int]
    """Half-open range of offsets of the reason; empty if none is given."""


class _CommentPatterns(NamedTuple):
    """Patterns of comments by their place; `re` compiles them only when a key is found."""

    same_line: bytes
    """On the line of a key."""
    line_before: bytes
    """Alone on the line before."""
    around_string: bytes
    """On the first or last line of a multi-line string, or alone on the line before it."""


_OWN = rb"wakeyscan:ignore(?!\w|-\w)"
_KINGFISHER = rb"(?<!\w)(?:(?i:kingfisher:ignore)|kingfisher:allow)(?!\w)"

# As measured with betterleaks 2.0, which also honors gitleaks:allow, and kingfisher 2.14; and as in
# the source of detect-secrets 1.5, which requires a comment.
_FOREIGN_SAME_LINE = (
    rb"(?<!\w)(?:gitleaks:allow|betterleaks:allow|trufflehog:ignore|ggignore)(?!\w)|"
    + _KINGFISHER
    + rb"|(?:#|//|/\*|'|--)[# \t]*pragma: ?(?:allow|white)list[ -]secret(?!\w)"
)
_FOREIGN_LINE_BEFORE = _KINGFISHER + rb"|pragma: ?allowlist[ -]nextline[ -]secret(?!\w)"

_OWN_PATTERNS = _CommentPatterns(same_line=_OWN, line_before=_OWN, around_string=_OWN)
_FOREIGN_PATTERNS = _CommentPatterns(
    same_line=_FOREIGN_SAME_LINE, line_before=_FOREIGN_LINE_BEFORE, around_string=_KINGFISHER
)
_WORDS = (b"ignore", b"allow", b"pragma")
"""Every comment contains one of these words, in any case."""

_NAMES = (
    *("wakeyscan:ignore", "gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "ggignore"),
    *("kingfisher:ignore", "kingfisher:allow", "pragma: allowlist", "pragma: whitelist"),
)


def find_own_comment(
    content: bytes, start: int, end: int, strings: MultilineStrings
) -> InlineComment | None:
    """Return the `wakeyscan:ignore` comment for `start:end`.

    It is on the same line, or alone on the line before. For a multi-line string, its first line,
    its last line and the line before it count too.
    """
    return _find_comment(content, start, end, _OWN_PATTERNS, strings)


def find_foreign_comment(
    content: bytes, start: int, end: int, strings: MultilineStrings
) -> InlineComment | None:
    """Return the comment of another scanner in a place where that scanner honors it."""
    return _find_comment(content, start, end, _FOREIGN_PATTERNS, strings)


def format_ignored(comment: InlineComment, reason: str) -> str:
    """Return the reason why a finding is ignored; the comment's own reason may be empty."""
    if comment.name == _NAMES[0]:
        return f"{comment.name}: {reason or 'no reason given'}"
    return f"{comment.name}: {reason}" if reason else f"{comment.name} (no reason given)"


def format_not_honored(comment: InlineComment) -> str:
    """Return the note for a finding that another scanner's comment does not suppress."""
    return f"{comment.name} found here; honored only with --honor-foreign-ignores"


def is_inline(reason: str) -> bool:
    """Return whether an inline comment, and not the ignore file, gave a finding's reason."""
    return reason.startswith(_NAMES)


def _find_comment(
    content: bytes, start: int, end: int, patterns: _CommentPatterns, strings: MultilineStrings
) -> InlineComment | None:
    line = find_line(content, start, end, _MAX_DISTANCE)
    comment = _find_on_line(content, line, patterns.same_line)
    comment = comment or _find_on_line_before(content, line[0], patterns.line_before)
    nearby = content[max(0, start - REACH) : end + REACH]
    if comment or not _search(nearby, patterns.around_string):
        return comment
    string = strings.find_around(start, end)
    return _find_around_string(content, string, patterns.around_string) if string else None


def _search(text: bytes, pattern: bytes) -> re.Match[bytes] | None:
    """Search a pattern, but only in a text with one of its words: that is much faster."""
    lower = text.lower()
    return re.search(pattern, text) if any(word in lower for word in _WORDS) else None


def _find_on_line(content: bytes, bounds: tuple[int, int], pattern: bytes) -> InlineComment | None:
    low, high = bounds
    line = content[low:high]
    if not (found := _search(line, pattern)):
        return None
    name = found[0][max(0, found[0].find(b"pragma")) :]
    end = _find_comment_end(line, found)[0]
    dashes = line.find(b"--", found.end(), end)
    start = end if dashes < 0 else min(end, dashes + 2)
    return InlineComment(name.decode("ascii").lower(), (low + start, low + end))


def _find_on_line_before(content: bytes, start: int, pattern: bytes) -> InlineComment | None:
    """Return the comment that is alone on the line before the one that begins at `start`."""
    line_end = start - 2 if content[max(0, start - 2) : start] == b"\r\n" else start - 1
    if line_end < 0:
        return None
    low, high = find_line(content, line_end, line_end, _MAX_DISTANCE)
    line = content[low:high]
    if not (found := _search(line, pattern)) or not _opens_comment(line[: found.start()]):
        return None
    is_alone = line[_find_comment_end(line, found)[1] :].strip() in (b"", b"}")
    return _find_on_line(content, (low, high), pattern) if is_alone else None


def _find_around_string(
    content: bytes, string: tuple[int, int], pattern: bytes
) -> InlineComment | None:
    first, last = (find_line(content, at, at, _MAX_DISTANCE) for at in string)
    return (
        _find_on_line(content, first, pattern)
        or _find_on_line(content, last, pattern)
        or _find_on_line_before(content, first[0], pattern)
    )


_DELIMITERS = (
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
"""Delimiters of block comments, longer ones first."""


def _find_comment_end(line: bytes, found: re.Match[bytes]) -> tuple[int, int]:
    """Return the range of the delimiter that closes a comment on its line.

    Code after the delimiter may hold a key, which must not become part of the reason.
    """
    before = line[: found.start()]
    openings = ((before.rfind(opening), closing) for opening, closing in _DELIMITERS)
    at, closing = max(openings, key=lambda pair: pair[0])
    if at >= 0 and closing not in before[at:]:
        closing_at = line.find(closing, found.end())
        if closing_at >= 0:
            return closing_at, closing_at + len(closing)
    end = len(line.rstrip())  # the comment may have begun on an earlier line
    text = line[found.end() : end]
    trailing = next((closing for _, closing in _DELIMITERS if text.endswith(closing)), b"")
    return end - len(trailing), end


_OPENINGS = rb"[#/*+<>!;%({\[=|~:.@\\ \t-]*|['\"]|[.']\\\"|@?rem|dnl|@c|@comment|c|nb\."
"""Text between the beginning of a line and the ignore comment, in many languages."""


def _opens_comment(before: bytes) -> bool:
    return re.fullmatch(_OPENINGS, before.strip().lower()) is not None
