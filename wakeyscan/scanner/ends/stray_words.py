"""Stray words: random words near a secret that nothing explains.

The proofs of an end know how programs and people divide a text. One that they do not know leaves
the rest of the secret nearby: in another cell, item, element, statement or record. So a random word
after a secret, or before it on its line, opens its end, unless something explains what it is:

    a name          another name than that of the secret (see `value_names` and `value_columns`)
    a key           the search ends there
    a digest        it has hexadecimal digits only, and the secret has other letters too
    a path, a URL   a slash, a dot or a sign of base64 is beside it
    other letters   it has small or capital letters only, and the secret not, or vice versa

The word is not tried as the rest: it may be another secret, which the API would receive.
"""

from __future__ import annotations

from itertools import islice

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MAX_KEY
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.text_end import KEY_PREFIX
from wakeyscan.scanner.ends.value_columns import read_names
from wakeyscan.scanner.ends.words import has_long_parts, looks_random

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_REACH = 1 << 9
"""Bytes after a secret in which a word opens its end."""
_REACH_BEFORE = 160
"""Bytes before it, on its line: parts may be joined in reverse order."""
_MAX_WORDS = 8
"""Words on either side that are judged."""

_START, _END = (
    rb"(?:(?<![\w./+@#%\\-])(?<!==)|(?<=\\[bfnrt]))",
    rb"""(?![\w/+@(%-]|\.\w|\\*["'\])]{0,2}[ \t]*(?:=(?!=)|:))""",
)
"""What is beside a word that is no part of a path or an address, and no name."""
_SMALL, _CAPITAL = lazy_pattern(rb"[a-z]"), lazy_pattern(rb"[A-Z]")
_MIXED_WORD = lazy_pattern(
    _START
    + rb"(?:(?=[A-Z0-9_-]*[a-z])(?=[a-z0-9_-]*[A-Z])|(?=[0-9]*+(?:[a-z]{3,}+|[a-z]{2}[0-9]++[a-z]++"
    + rb"|[a-z][0-9]++(?:[a-z]{2,}+|[a-z][0-9]++[a-z]++))[0-9]))"
    + rb"[A-Za-z0-9_-]{3,120}+"
    + _END
)
"""A word of small and capital letters, or of small ones and several numbers.

The latter is `(?:[0-9]*[a-z]+){3}[0-9]`, which takes the third power of the steps for letters only.
"""
_SMALL_WORD = lazy_pattern(_START + rb"[a-z0-9_-]{3,120}+" + _END)
_CAPITAL_WORD = lazy_pattern(_START + rb"[A-Z0-9_-]{3,120}+" + _END)
_DIGEST = lazy_pattern(rb"(?:0x)?(?:[0-9a-f-]+|[0-9A-F-]+)\Z")
_DIGEST_SIZES = (32, 40, 64, 96, 128)
_WORD_BEFORE = lazy_pattern(rb"[A-Za-z]{2,} \Z")
_DIGITS = lazy_pattern(rb"[0-9]+")
_MIN_PARTS = ((6, 2.5), (8, 2.8), (120, 3.2))
"""Letters of the words in a name on average, by the size of the name."""

Place = tuple[int, int]
"""Offsets of the start and the end of a part of a text."""


def has_stray_word(content: bytes, start: int, end: int, text: bytes, path: str = "") -> bool:
    """Return whether nothing explains a random word near the secret `text`.

    `start` and `end` are the offsets of its first part and of the end of its last one. The path
    distinguishes tables, in which another cell of a record has another name.
    """
    pattern = _select_pattern(text)
    stop, low = content.find(KEY_PREFIX, end, end + _REACH), max(0, start - _REACH_BEFORE)
    after = end, stop if stop >= 0 else end + _REACH
    low = max(low, content.rfind(b"\n", low, start), content.rfind(KEY_PREFIX, low, start) + 1)
    line = low, start
    if not (pattern.search(content, *after) or pattern.search(content, *line)):  # as for most keys
        return False
    words = [
        (place[0], at)
        for place in (after, line)
        for at in islice(_find_random_words(pattern, content, place, text), _MAX_WORDS)
    ]
    if not words:
        return False
    names = read_names(content, start, path)
    return any(names.may_be_same(low, at) for low, at in words)


def _select_pattern(text: bytes) -> re.Pattern[bytes]:
    """Return the pattern of a word of the letters that the body of a key has."""
    if _CAPITAL.search(text):
        return _MIXED_WORD if _SMALL.search(text, len(KEY_PREFIX)) else _CAPITAL_WORD
    return _SMALL_WORD


def _find_random_words(
    pattern: re.Pattern[bytes], content: bytes, place: Place, text: bytes
) -> Iterator[int]:
    """Yield the offset of each random word in a place that may continue the secret `text`."""
    is_digest, is_mixed = _DIGEST.match(text, len(KEY_PREFIX)), pattern is _MIXED_WORD
    start, stop = place
    for found in pattern.finditer(content, start, stop):
        word, at = found[0], found.start()
        is_known = word in text or (is_mixed and _is_name(word))
        if is_known or len(text) + len(word) > MAX_KEY:
            continue
        if _DIGEST.match(word) and (not is_digest or _is_digest(content[start:at], word)):
            continue
        if looks_random(content[at:stop]):
            yield at


def _is_digest(before: bytes, word: bytes) -> bool:
    """Return whether a word of hexadecimal digits is as long as a digest, and follows a word."""
    return len(word) in _DIGEST_SIZES and _WORD_BEFORE.search(before) is not None


def _is_name(word: bytes) -> bool:
    """Return whether a word of small and capital letters is put together from words."""
    is_few = len(_DIGITS.findall(word)) <= 1 and not word[:1].isdigit()
    least = next(least for size, least in _MIN_PARTS if len(word) <= size)
    return is_few and has_long_parts(word, least)
