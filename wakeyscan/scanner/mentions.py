"""Mentions: copies of a key in a text, such as the message of a program that has read it.

A program that was given a key from a cut line quotes the cut text, and the quote ends it like a
whole key. So a copy that nothing names has an open end if at another place of the same text an
ellipsis or a random word follows the key, and no rest there can be tried. The value of a name is a
place of its own.
"""

from __future__ import annotations

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import API_KEY
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.text_end import CUT_NOTE
from wakeyscan.scanner.ends.value_names import has_name

if TYPE_CHECKING:
    from wakeyscan.scanner.matcher import Match

_MAX_BEFORE = 160
"""Bytes before a key in which its name is."""
_CUT = lazy_pattern(rb"(?x) [ \t]* (?: \.{2} | \xe2\x80\xa6 | [\[(<{] [ ]? " + CUT_NOTE + b")")
"""An ellipsis, or a note that the text is cut."""
_PROSE = lazy_pattern(rb"[A-Za-z]{2,} [A-Za-z]{2,}:[ \t]*\\*[\"'`]?\Z")
"""Words of a message that end with what looks like a name."""


def open_mentions(before: list[Match], matches: list[Match], content: bytes) -> list[Match]:
    """Return matches, those with open bounds that repeat a doubtful one and have no name.

    `before` are the same matches as without the words near them.
    """
    are_open = [match.bounds is Bounds.OPEN for match in matches]
    if not any(are_open) or all(are_open):  # as in most texts
        return matches
    pairs = zip(before, matches, strict=True)
    doubtful = {match.secret for one, match in pairs if _is_doubtful(one, match, content)}
    return [
        match.with_bounds(Bounds.OPEN)
        if match.secret in doubtful and _is_mention(content, match.start)
        else match
        for match in matches
    ]


def _is_doubtful(before: Match, match: Match, content: bytes) -> bool:
    """Return whether a word or an ellipsis opens an end, and the rest is not a candidate."""
    if match.bounds is not Bounds.OPEN or match.rule.id != API_KEY:
        return False
    if before.bounds is Bounds.OPEN and not _CUT.match(content, match.end):
        return False
    return not any(candidate.begins_with(match.secret) for candidate in match.candidates)


def _is_mention(content: bytes, start: int) -> bool:
    before = content[max(0, start - _MAX_BEFORE) : start]
    return not has_name(before) or _PROSE.search(before) is not None
