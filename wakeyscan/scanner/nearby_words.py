"""Words near a key with a certain end that may still be its rest.

A long one opens the end (see `ends.stray_words`); with a short one, the key is tried too (see
`ends.short_words`). The words beside an encoded key are not a part of its text.
"""

from __future__ import annotations

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.binary_strings import find_prefixed_length
from wakeyscan.scanner.bounds import is_binary
from wakeyscan.scanner.ends.short_words import find_short_words
from wakeyscan.scanner.ends.stray_words import has_stray_word
from wakeyscan.scanner.ends.text_end import Rest, is_before_same_line
from wakeyscan.scanner.whole_keys import MAX_CANDIDATES

if TYPE_CHECKING:
    from wakeyscan.scanner.matcher import Match
    from wakeyscan.scanner.nul_search import NulSearch

_READABLE = ("plain", "folded", "pieces")
"""Names of the encodings whose parts are plain text."""
_LETTERS = lazy_pattern(rb"[A-Za-z0-9_-]+")


def read_nearby_words(match: Match, content: bytes, path: str, nuls: NulSearch) -> Match:
    """Return a key with open bounds, or with candidates, if a word near it may be its rest."""
    if match.bounds is Bounds.OPEN or match.rule.id != API_KEY or match.encoding not in _READABLE:
        return match
    start, end = match.start, match.end
    text = content[start:end]
    if match.elsewhere:
        end = match.elsewhere[-1][1]
        spans = match.elsewhere if match.elsewhere[0][0] >= match.end else ()
        text = b"".join([*_LETTERS.findall(text), *(content[slice(*span)] for span in spans)])
    words = find_short_words(content, (start, end), text, path)
    is_stray = has_stray_word(content, start, end, text, path)
    if not (is_stray or words) or is_binary(content, start, end, nuls):  # as most keys
        return match
    if is_stray and find_prefixed_length(content, start, nuls) != len(text):
        match = match.with_bounds(Bounds.OPEN)
    is_whole = Secret(text, API_KEY) == match.secret and not is_before_same_line(
        content, start, end
    )
    return _add_words(match, end, text, words) if words and is_whole else match


def _add_words(match: Match, end: int, text: bytes, words: list[Rest]) -> Match:
    """Return a key with the text and each of the words as candidates, up to the limit."""
    words = words[: max(0, MAX_CANDIDATES - len(match.candidates))]
    longer = (Secret(text + word.text, API_KEY) for word in words)
    spans = ((end + word.start, end + word.end) for word in words)
    return match._replace(
        candidates=tuple(dict.fromkeys((*match.candidates, *longer))), rests=(*match.rests, *spans)
    )
