"""Inline ignore comments: `wakeyscan:ignore -- reason`, and those of other scanners.

Comments of other scanners count only with `--honor-foreign-ignores`.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_index import find_line
from wakeyscan.core.occurrences import Occurrences
from wakeyscan.core.typing import NamedTuple
from wakeyscan.suppression.comment_syntax import find_comment_end, opens_comment
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
    words: tuple[bytes, ...]
    """Every comment contains one of these in any case; they are found faster than a pattern."""


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

_OWN_PATTERNS = _CommentPatterns(
    same_line=_OWN, line_before=_OWN, around_string=_OWN, words=(b"wakeyscan:ignore",)
)
_FOREIGN_PATTERNS = _CommentPatterns(
    same_line=_FOREIGN_SAME_LINE,
    line_before=_FOREIGN_LINE_BEFORE,
    around_string=_KINGFISHER,
    words=(b"kingfisher:", b"leaks:allow", b"trufflehog:", b"ggignore", b"pragma:"),
)

_NAMES = (
    *("wakeyscan:ignore", "gitleaks:allow", "betterleaks:allow", "trufflehog:ignore", "ggignore"),
    *("kingfisher:ignore", "kingfisher:allow", "pragma: allowlist", "pragma: whitelist"),
)


class InlineComments:
    """The ignore comments of a text; the keys must be asked for in ascending order."""

    def __init__(self, content: bytes) -> None:
        strings = MultilineStrings(content)
        self._own = _CommentSearch(content, _OWN_PATTERNS, strings)
        self._foreign = _CommentSearch(content, _FOREIGN_PATTERNS, strings)

    def find_own(self, start: int, end: int) -> InlineComment | None:
        """Return the `wakeyscan:ignore` comment for `start:end`.

        It is on the same line, or alone on the line before. For a multi-line string, its first
        line, its last line and the line before it also count.
        """
        return self._own.find(start, end)

    def find_foreign(self, start: int, end: int) -> InlineComment | None:
        """Return the comment of another scanner in a place where that scanner honors it."""
        return self._foreign.find(start, end)


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


class _CommentSearch:
    """Search for the comments of one tool in a text."""

    def __init__(self, content: bytes, patterns: _CommentPatterns, strings: MultilineStrings):
        self._content, self._patterns, self._strings = content, patterns, strings
        anywhere = lazy_pattern(patterns.same_line + b"|" + patterns.line_before)
        self._anywhere = Occurrences(content, anywhere, patterns.words)
        around = lazy_pattern(patterns.around_string)
        self._around = Occurrences(content, around, patterns.words)
        lower = content.lower()
        self._may_exist = any(word in lower for word in patterns.words)

    def find(self, start: int, end: int) -> InlineComment | None:
        """Return the comment for `start:end`."""
        if not self._may_exist:
            return None
        nearby = max(0, start - REACH), min(len(self._content), end + REACH)
        if not self._anywhere.find_first(*nearby):
            return None
        line = find_line(self._content, start, end, _MAX_DISTANCE)
        comment = self._find_on_line(line, self._patterns.same_line)
        comment = comment or self._find_on_line_before(line[0], self._patterns.line_before)
        if comment or not self._around.find_first(*nearby):
            return comment
        string = self._strings.find_around(start, end)
        return self._find_around_string(string) if string else None

    def _find_on_line(self, bounds: tuple[int, int], pattern: bytes) -> InlineComment | None:
        low, high = bounds
        line = self._content[low:high]
        if not (found := self._search(line, pattern)):
            return None
        name = found[0][max(0, found[0].find(b"pragma")) :]
        end = find_comment_end(line, found)[0]
        dashes = line.find(b"--", found.end(), end)
        start = end if dashes < 0 else min(end, dashes + 2)
        return InlineComment(name.decode("ascii").lower(), (low + start, low + end))

    def _find_on_line_before(self, start: int, pattern: bytes) -> InlineComment | None:
        """Return the comment that is alone on the line before the one that begins at `start`."""
        content = self._content
        line_end = start - 2 if content[max(0, start - 2) : start] == b"\r\n" else start - 1
        if line_end < 0:
            return None
        low, high = find_line(content, line_end, line_end, _MAX_DISTANCE)
        line = content[low:high]
        if not (found := self._search(line, pattern)) or not opens_comment(line[: found.start()]):
            return None
        is_alone = line[find_comment_end(line, found)[1] :].strip() in (b"", b"}")
        return self._find_on_line((low, high), pattern) if is_alone else None

    def _find_around_string(self, string: tuple[int, int]) -> InlineComment | None:
        pattern = self._patterns.around_string
        first, last = (find_line(self._content, at, at, _MAX_DISTANCE) for at in string)
        return (
            self._find_on_line(first, pattern)
            or self._find_on_line(last, pattern)
            or self._find_on_line_before(first[0], pattern)
        )

    def _search(self, text: bytes, pattern: bytes) -> re.Match[bytes] | None:
        lower = text.lower()
        may_exist = any(word in lower for word in self._patterns.words)
        return re.search(pattern, text) if may_exist else None
