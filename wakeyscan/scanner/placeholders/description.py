"""Descriptions of a text as a person types it: words, runs, and characters without a pattern.

No two texts have the same description, so few texts have a short one (Kraft's inequality): of the
texts that a generator draws, at most one in 2**k has a description that is k bits shorter than the
text itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import inf, log2

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.placeholders.runs import count_number_bits, list_runs
from wakeyscan.scanner.placeholders.words import FOLLOWERS, WORD_BITS, WORDS

WORD, PLAIN = "word", "plain"
"""Kinds of tokens, besides those of runs."""

_RUN_FLAG, _WORD_FLAG, _UNKNOWN_WORD_FLAG = 2, 2, 3
_LETTERS_FLAG = _DIGITS_FLAG = _SEPARATOR_FLAG = 3
"""Bits that select the kind of the next token: 2/4 + 4/8 = 1."""
_SEPARATOR_BIT = 1
"""States after a word whether the first separator of the text belongs to it."""
_NEW_SEPARATOR_BITS = 4
"""Bits of a separator that differs from the first one; a repeated one has none."""

_LETTER_BITS, _DIGIT_BITS = log2(26), log2(10)
_MAX_PLAIN = 4
"""Maximum number of letters, or of digits, in a token without a pattern."""

_PART = lazy_pattern(rb"[a-z]+|[0-9]+|[^a-z0-9]")
_START = min(map(len, WORDS))
"""Bytes of the start of a word, by which words are looked up."""
_UNKNOWN_WORD = range(4, 17)
"""Numbers of letters of unknown words."""
_MAX_RARE = 1 / 4
"""Fraction of the pairs of letters in an unknown word that may be rare in words."""
_FREQUENT_BITS, _RARE_BITS = 0.25, 2.7
"""Bits for whether the next letter often follows the previous one: about 5/6 + 1/6 = 1."""


class _Token(NamedTuple):
    """A part of a text."""

    start: int
    end: int
    bits: float
    own_bits: float
    """Bits of characters that are neither a word nor a run: a random key has no others."""
    kind: str


class Description(NamedTuple):
    """The shortest description of a text."""

    bits: float
    own_bits: float
    """Bits of the characters that are neither words nor runs."""
    sizes: Counter[str]
    """Numbers of characters by the kinds of their tokens."""


def _list_word_sizes() -> dict[bytes, list[int]]:
    """Return the sizes of the words that begin with the same characters."""
    sizes: dict[bytes, set[int]] = {}
    for word in WORDS:
        sizes.setdefault(word[:_START], set()).add(len(word))
    return {start: sorted(known) for start, known in sizes.items()}


_WORD_SIZES = _list_word_sizes()


def describe(text: bytes) -> Description:
    """Return the shortest description of a text in lower case."""
    tokens: list[list[_Token]] = [[] for _ in text]
    for token in _list_tokens(text):
        tokens[token.start].append(token)
    bits = [0.0, *[inf] * len(text)]
    last: list[_Token | None] = [None] * (len(text) + 1)
    for start, following in enumerate(tokens):
        for token in following:
            if bits[start] + token.bits < bits[token.end]:
                bits[token.end], last[token.end] = bits[start] + token.bits, token
    return _add_up(bits[-1], last)


def _add_up(bits: float, last: list[_Token | None]) -> Description:
    """Follow the tokens from the end of a text to its start."""
    own_bits, sizes = 0.0, Counter[str]()
    token = last[-1]
    while token:
        own_bits += token.own_bits
        sizes[token.kind] += token.end - token.start
        token = last[token.start]
    return Description(bits, own_bits, sizes)


def _list_tokens(text: bytes) -> Iterator[_Token]:
    parts = list(_PART.finditer(text))
    separator = next((part[0] for part in parts if not part[0].isalnum()), b"")
    for run in list_runs(text):
        yield _Token(run.start, run.end, _RUN_FLAG + run.bits, 0, run.kind)
    for word in _list_words(text, parts):
        yield word._replace(bits=word.bits + (_SEPARATOR_BIT if separator else 0))
        if separator and text.startswith(separator, word.end):
            yield word._replace(end=word.end + 1, bits=word.bits + _SEPARATOR_BIT)
    for part in parts:
        if part[0].isalnum():
            yield from _list_plain(part)
        else:
            bits = _SEPARATOR_FLAG + (_NEW_SEPARATOR_BITS if part[0] != separator else 0)
            yield _Token(part.start(), part.end(), bits, 0, PLAIN)


def _list_words(text: bytes, parts: list[re.Match[bytes]]) -> Iterator[_Token]:
    for start in range(len(text)):
        for size in _WORD_SIZES.get(text[start : start + _START], ()):
            word = text[start : start + size]
            if word in WORDS:
                yield _Token(start, start + len(word), _WORD_FLAG + WORD_BITS, 0, WORD)
    for part in parts:
        yield from _list_unknown_word(part)


def _list_unknown_word(part: re.Match[bytes]) -> Iterator[_Token]:
    """Yield the letters between other characters if most of them follow as in words."""
    word = part[0]
    if len(word) not in _UNKNOWN_WORD or not word.isalpha():
        return
    bits = _UNKNOWN_WORD_FLAG + log2(len(_UNKNOWN_WORD)) + _LETTER_BITS
    rare = 0
    for letter, following in pairwise(word):
        followers = FOLLOWERS[letter]
        if following in followers:
            bits += _FREQUENT_BITS + log2(len(followers))
        else:
            bits += _RARE_BITS + log2(26 - len(followers))
            rare += 1
    if rare <= _MAX_RARE * len(word):
        yield _Token(part.start(), part.end(), bits, 0, WORD)


def _list_plain(part: re.Match[bytes]) -> Iterator[_Token]:
    """Yield short letters, or digits, without a pattern."""
    flag, bits = (_LETTERS_FLAG, _LETTER_BITS) if part[0].isalpha() else (_DIGITS_FLAG, _DIGIT_BITS)
    for size in range(1, _MAX_PLAIN + 1):
        total = flag + count_number_bits(size) + size * bits
        for start in range(part.start(), part.end() - size + 1):
            yield _Token(start, start + size, total, size * bits, PLAIN)
