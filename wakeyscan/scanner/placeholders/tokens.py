"""Placeholders among opaque tokens: texts that a person typed and no generator drew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.placeholders import description, runs
from wakeyscan.scanner.placeholders.runs import DIGITS, LETTERS
from wakeyscan.scanner.placeholders.typed_text import find_typed, has_few_characters
from wakeyscan.scanner.placeholders.words import EXAMPLE_WORDS, WORDS

WORD = "contains a word that examples use"
JOINED = "words joined together, not a random text"
_SEQUENCE = "a sequence, like 123456 or abcdef"
_REPEATED = "repeats itself"
POOR = "has too few different characters"

MIN_SIZE, MAX_SIZE = 8, 256
"""Numbers of characters of a text that may be typed; a longer one is pasted."""

# One random text in 10**8 contains one of them: in capitals, its worst alphabet, seven letters at
# either end are two texts in 26**7. Shorter words count only between separators.
_MARKERS = lazy_pattern(
    rb"(?i)(?<![a-z])(?:example(?:key)?|placeholder|change[_-]?me|replace(?:[_-]?me)?|redacted|removed"
    rb"|invalid(?:key)?|expired|secret[_-]?key|your[_-]?(?:api|key|token)(?:[_-]?key)?)(?![a-z])"
    rb"|(?:^|[_-])(?:sample|insert|api[_-]key)(?:[_-]|$)"
    rb"|(?-i:x{8}|X{8}|(?:x{6}|X{6})$)"
)
MARKER_PARTS = (
    *(b"exampl", b"placeh", b"chang", b"replac", b"redact", b"remove", b"invali", b"expire"),
    *(b"secret", b"your", b"sampl", b"insert", b"api_", b"api-", b"xxxxxx"),
)
"""A part of every marker in lower case: literals are found much faster than the pattern."""

SEPARATORS = b"-_.~+/="
_WORD_PART = rb"(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)?[0-9]{0,4}"
_WORD_PARTS = lazy_pattern(rb"(?:%b[_.-]++)++%b" % (_WORD_PART, _WORD_PART))
# Possessive: a part may be empty, so that a run of separators could be split in 2**64 ways.
_START = 4
WORD_STARTS = frozenset(tuple(word[:_START]) for word in WORDS if len(word) >= _START)
CHARACTERS_PER_WORD = 16
"""Maximum number of characters for each word in a text that may be typed."""
SAMPLE = 48
"""Number of characters that show whether a text has runs."""
MIN_EQUAL_STEPS = 0.3
"""Fraction of the steps between characters that repeat in a typed text: in a hexadecimal text, the
worst case, one in 20 does."""
_LAGS = ((1, (1, 2, 3, 4)), (2, (2,)))
"""Distances between two characters, and between two equal steps from one to the other."""
KEYBOARD = bytes.maketrans(
    (DIGITS + LETTERS).encode(),
    bytes(
        row * 16 + column
        for key in DIGITS + LETTERS
        for row, keys in enumerate(("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"))
        if (column := keys.find(key)) >= 0
    ),
)
"""The position of each key on a keyboard."""
ASCII = bytes(range(128)) * 2
"""Characters without their highest bit, which few credentials have."""
_MAX_CHARACTERS = 6
"""Maximum number of different characters that may be too few."""


def check_token(text: bytes) -> str:
    """Return why a token is an example; empty if it looks random."""
    lowered = text.lower()
    if _has_marker_part(lowered) and _MARKERS.search(text):
        return WORD
    if not MIN_SIZE <= len(text) <= MAX_SIZE:
        return ""
    characters = lowered.translate(None, SEPARATORS)
    if (_has_steps(characters) or _has_words(text, characters)) and (found := find_typed(text)):
        return _choose_reason(text.lower(), found)
    if repeats(characters):
        return _REPEATED
    return POOR if has_few(characters) and has_few_characters(text) else ""


def _has_marker_part(text: bytes) -> bool:
    return any(map(text.__contains__, MARKER_PARTS))


def has_few(characters: bytes) -> bool:
    """Return whether so few characters are different that they may be too few."""
    few = _MAX_CHARACTERS  # nearly every text has more at its start already
    return len(set(characters[: 2 * few])) <= few and len(set(characters)) <= few


def _has_steps(characters: bytes) -> bool:
    """Return whether the same steps lead from character to character again and again.

    Both views of a text, its characters and their keys, are counted together first: nearly every
    random text has too few equal steps even then.
    """
    sample = characters[:SAMPLE].translate(ASCII)
    keys = sample.translate(KEYBOARD)
    enough = MIN_EQUAL_STEPS * len(sample)
    return _has_equal_steps(sample + keys, enough) and (
        _has_equal_steps(sample, enough) or _has_equal_steps(keys, enough)
    )


def _has_equal_steps(text: bytes, enough: float) -> bool:
    """Return whether at least `enough` steps are equal to the one at the same distance before."""
    # The first steps have none before.
    return any(equal.count(0, distance) >= enough for _, distance, equal in list_equal_steps(text))


def list_equal_steps(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each lag and distance, with a zero for each step that equals the one before.

    A step leads from a character to the one `lag` later, and is compared with the step at
    `distance` before it. All are computed as one number: no byte has a carry.
    """
    characters = int.from_bytes(text)
    for lag, distances in _LAGS:
        size = max(0, len(text) - lag)
        high_bits = int.from_bytes(b"\x80" * size)
        later, earlier = characters & (high_bits // 0x80 * 0xFF), characters >> 8 * lag
        steps = (later | high_bits) - earlier
        for distance in distances:
            yield lag, distance, (steps ^ (steps >> 8 * distance)).to_bytes(size)


def _has_words(text: bytes, characters: bytes) -> bool:
    if len(characters) < len(text) and is_split_into_words(text):
        return True
    if WORD_STARTS.isdisjoint(_list_starts(characters)):  # nearly every random text
        return False
    count = sum(map(WORD_STARTS.__contains__, _list_starts(characters)))
    return count * CHARACTERS_PER_WORD >= len(characters)


def is_split_into_words(text: bytes) -> bool:
    """Return whether the parts between separators look like words and numbers."""
    return _WORD_PARTS.fullmatch(text) is not None


def _list_starts(text: bytes) -> Iterator[tuple[int, ...]]:
    """Return every four characters in a row."""
    return zip(text, text[1:], text[2:], text[3:], strict=False)


def repeats(characters: bytes) -> bool:
    """Return whether a text repeats its first half or less: one random text in 10**8."""
    size = len(characters)
    period = (characters + characters).find(characters[: size - size // 4], 1)
    return 0 < period <= size // 2


def _choose_reason(text: bytes, found: description.Description) -> str:
    """Return the reason that fits most of the characters of a typed text in lower case."""
    kind = max(found.sizes, key=found.sizes.__getitem__)
    parts = rb"[a-z0-9]+" if kind in (runs.REPETITION, runs.SEQUENCE) else rb"[a-z]+"
    if not EXAMPLE_WORDS.isdisjoint(re.findall(parts, text)):
        return WORD
    if any(word in text for word in EXAMPLE_WORDS if len(word) >= _START):
        return WORD
    return {runs.REPETITION: _REPEATED, runs.SEQUENCE: _SEQUENCE}.get(kind, JOINED)
