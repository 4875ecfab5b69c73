"""Random texts among many, recognized together.

A log may hold a hundred thousand keys, and the checks of `tokens` take as long as everything else
that is done for a key. Here the same tests run on all texts at once. A text that passes them is
random; any other may still be, and `check_token` decides.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from wakeyscan.scanner.placeholders import tokens

_BATCH = 1 << 10
"""Texts that are tested together: their steps are one number of 100 kB."""
_SLOT = 2 * tokens.SAMPLE
"""Bytes of the characters of a text and of their keys, among those of all texts."""
_PRIME = 47
_FILLER = bytes(number * (number + 1) // 2 % _PRIME for number in range(tokens.SAMPLE))
"""Characters after a short text. No two steps between them are equal, modulo the prime."""
_LINE_FEED = ord("\n")
_CODE_SIZE = 4
_WORD_CODES = frozenset(int.from_bytes(bytes(start), sys.byteorder) for start in tokens.WORD_STARTS)
"""The starts of words as numbers, which are looked up faster than tuples."""


def find_random(texts: Sequence[bytes]) -> Iterator[bytes]:
    """Yield texts that `check_token` does not call examples: nearly all random ones."""
    for at in range(0, len(texts), _BATCH):
        batch = [
            text
            for text in texts[at : at + _BATCH]
            if tokens.MIN_SIZE <= len(text) <= tokens.MAX_SIZE and _LINE_FEED not in text
        ]
        if batch:
            yield from _select_random(batch)


def _select_random(texts: list[bytes]) -> Iterator[bytes]:
    lowered = b"\n".join(texts).lower()
    markers = [part for part in tokens.MARKER_PARTS if part in lowered]
    joined = lowered.translate(None, tokens.SEPARATORS)
    characters = joined.split(b"\n")
    doubtful = {*_find_steps(characters), *_find_words(joined, characters)}
    for number, (text, own) in enumerate(zip(texts, characters, strict=True)):
        if number in doubtful or tokens.repeats(own) or tokens.has_few(own):
            continue
        if len(own) < len(text) and tokens.is_split_into_words(text):
            continue
        if not (markers and any(part in text.lower() for part in markers)):
            yield text


def _find_steps(texts: Iterable[bytes]) -> Iterator[int]:
    """Yield the numbers of the texts in which the same steps may lead from character to character.

    As in `tokens`, a text and its keys are counted together.
    """
    samples = [text[: tokens.SAMPLE] for text in texts]
    enough = [tokens.MIN_EQUAL_STEPS * len(sample) for sample in samples]
    filled = ((sample.translate(tokens.ASCII) + _FILLER)[: tokens.SAMPLE] for sample in samples)
    slots = b"".join([sample + sample.translate(tokens.KEYBOARD) for sample in filled])
    starts = range(0, len(slots), _SLOT)
    for lag, distance, equal in tokens.list_equal_steps(slots):
        for number, start in enumerate(starts):
            count = equal.count(0, start + distance, start + _SLOT - lag)
            if count >= enough[number]:
                yield number


def _find_words(joined: bytes, texts: Sequence[bytes]) -> Iterator[int]:
    """Yield the numbers of the texts in which enough words start; `joined` has them in lines."""
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    counts: Counter[int] = Counter()
    for offset in range(_CODE_SIZE):
        end = len(joined) - (len(joined) - offset) % _CODE_SIZE
        codes = memoryview(joined[offset:end]).cast("I")
        found = bytes(map(_WORD_CODES.__contains__, codes))
        at = found.find(1)
        while at >= 0:
            counts[bisect_right(starts, offset + at * _CODE_SIZE) - 1] += 1
            at = found.find(1, at + 1)
    for number, count in counts.items():
        if count * tokens.CHARACTERS_PER_WORD >= len(texts[number]):
            yield number
