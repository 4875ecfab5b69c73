"""Recognition of texts that a person typed, by the length of their description.

A text of 16 characters or more counts as typed if its description is 24 bits shorter than a random
text of the same form, and if its characters that are neither words nor runs have at most 48 bits.
So at most one random text in 2**24 counts, in any alphabet: of a million that were tried, none did.
A text with a random part that could be a key never counts: the shortest key, 16 hexadecimal digits,
has 64 bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import comb, log2

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.placeholders.description import Description, describe
from wakeyscan.scanner.placeholders.runs import count_number_bits

_MIN_SAVED_BITS = 24
_MIN_SIZE = 16
"""Characters of the shortest key; shorter text counts if its description is a quarter shorter."""
_MAX_OWN_BITS = 48
_MAX_SUBSET_BITS = 60
"""Maximum bits of a text of few different characters: less than a key has."""
_MAX_PERIOD = 4
"""Maximum number of lengths in a pattern of lengths that repeats."""

_ALPHABETS = (
    (lazy_pattern(rb"[0-9]*"), 10),
    (lazy_pattern(rb"[0-9a-f]*|[0-9A-F]*"), 16),
    (lazy_pattern(rb"[a-z]*|[A-Z]*"), 26),
    (lazy_pattern(rb"[0-9a-z]*|[0-9A-Z]*"), 36),
    (lazy_pattern(rb"[A-Za-z]*"), 52),
    (lazy_pattern(rb"[0-9A-Za-z]*"), 62),
)
_BASE64URL = 64
_OTHER = lazy_pattern(rb"[^0-9A-Za-z]+")
_UUID_GROUPS = [8, 4, 4, 4, 12]
_MIN_GROUP = 4
"""Minimum number of characters in each group of a random text that is written in groups."""

_WHOLE, _WITH_SEPARATORS, _SPLIT = 1, 2, 4
"""Bits that select how a text is described: 1/2 + 1/4 + 3/16 < 1."""


def find_typed(text: bytes) -> Description | None:
    """Return the description of a typed text, without regard to case; else `None`."""
    for max_bits, description in _list_descriptions(text, _OTHER.sub(b"", text)):
        if description.bits <= max_bits and description.own_bits <= _MAX_OWN_BITS:
            return description
    return None


def has_few_characters(text: bytes) -> bool:
    """Return whether a text has so few different characters that no generator drew it."""
    characters = _OTHER.sub(b"", text)
    folded = characters.lower()
    letters, digits = _split(folded)
    apart = _count_subset_bits(letters, 26) + _count_subset_bits(digits, 10)
    bits = 1 + min(_count_subset_bits(folded, 36), _count_class_bits(folded) + apart)
    bits += _count_case_bits(characters)
    return bits <= min(_MAX_SUBSET_BITS, _count_max_bits(characters))


def _list_descriptions(text: bytes, characters: bytes) -> Iterator[tuple[float, Description]]:
    """Yield descriptions of a text, each with the maximum bits of one that is typed."""
    max_bits, case_bits = _count_max_bits(characters), _count_case_bits(characters)
    folded = characters.lower()
    letters, digits = _split(folded)
    yield max_bits, _join(case_bits + _WHOLE, folded)
    if letters and digits:
        bits = case_bits + _SPLIT + _count_class_bits(folded)
        yield max_bits, _join(bits, letters, digits)
    yield max_bits, _join(case_bits + _SPLIT, folded[::2], folded[1::2])
    if len(characters) < len(text) and not _is_grouped(text):
        max_bits, folded = _count_max_bits(text, _BASE64URL), text.lower()
        yield max_bits, _join(case_bits + _WITH_SEPARATORS, folded)
        yield max_bits, _join(case_bits + _SPLIT, folded[::2], folded[1::2])


def _count_max_bits(text: bytes, alphabet: int = 0) -> float:
    """Return the maximum bits of a typed text, by those of a random one of the same alphabet."""
    alphabet = alphabet or next((n for p, n in _ALPHABETS if p.fullmatch(text)), _BASE64URL)
    bits = len(text) * log2(alphabet)
    return bits - (_MIN_SAVED_BITS if len(text) >= _MIN_SIZE else min(_MIN_SAVED_BITS, bits / 4))


def _join(bits: float, *texts: bytes) -> Description:
    """Describe the parts of a text, after the `bits` for its split."""
    parts = [describe(text) for text in texts]
    own_bits = sum(part.own_bits for part in parts)
    sizes = sum((part.sizes for part in parts), Counter[str]())
    return Description(bits + sum(part.bits for part in parts), own_bits, sizes)


def _split(folded: bytes) -> tuple[bytes, bytes]:
    """Return the letters and the digits of a text."""
    letters = bytes(code for code in folded if code > ord("9"))
    return letters, bytes(code for code in folded if code <= ord("9"))


def _count_class_bits(folded: bytes) -> float:
    """Return the bits for which characters are letters."""
    return 1 + _count_pattern_bits([code > ord("9") for code in folded])


def _count_case_bits(characters: bytes) -> float:
    """Return the bits for which letters are capitals."""
    capitals = [code <= ord("Z") for code in characters if code > ord("9")]
    count = sum(capitals)
    if count in (0, len(capitals)):
        return 2 if capitals else 0
    chosen = log2(len(capitals)) + log2(comb(len(capitals), count))
    return 2 + min(1 + _count_pattern_bits(capitals), chosen)


def _count_pattern_bits(flags: Sequence[bool]) -> float:
    """Return the bits of a list of flags, as lengths of equal ones, which may repeat."""
    lengths = [len(list(group)) for _, group in groupby(flags)]
    costs = [count_number_bits(length) for length in lengths]
    for period in range(1, min(_MAX_PERIOD, len(lengths)) + 1):
        repeated = lengths[period:-1]
        if repeated == lengths[: len(repeated)]:
            return 1 + period + sum(costs[:period])
    return 1 + _MAX_PERIOD + sum(costs)


def _count_subset_bits(text: bytes, alphabet: int) -> float:
    """Return the bits that choose a few characters of an alphabet, then one of them each time."""
    chosen = len(set(text))
    return log2(comb(alphabet, chosen)) + len(text) * log2(chosen) if chosen else 0


def _is_grouped(text: bytes) -> bool:
    """Return whether a text is written in groups, as `XXXX-XXXX-XXXX` or a UUID."""
    sizes = [len(part) for part in _OTHER.split(text)]
    return sizes == _UUID_GROUPS or (len(set(sizes)) == 1 and sizes[0] >= _MIN_GROUP)
