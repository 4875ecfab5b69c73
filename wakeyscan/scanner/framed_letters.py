"""Letters of a text that is spelled out, without the frame that repeats around each.

The frame of `k[0]='a'; k[1]='b'` or `chr(97)+chr(98)` has words, so the letters of the text are not
in a row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.core.lazy import lazy_pattern

_MIN_WORDS = 8
"""Minimum number of words of a text that is spelled out."""

_MIN_REPEATS = 4
"""Minimum number of times that a word of a frame occurs."""

_MAX_PERIOD = 8
"""Maximum number of words of a frame with its letters."""

_MAX_INCREASE = 8
"""Maximum difference of the numbers in neighboring frames: a frame may hold several letters."""

_MAX_NUMBER = 6
"""Maximum digits of a number in a frame."""

_WORD = lazy_pattern(r"[0-9A-Za-z]+")


def trace_framed_letters(shown: str) -> tuple[bytes, list[int]]:
    """Return the letters and digits outside of a frame, in lower case, and the index of each.

    Both are empty if no frame repeats.
    """
    spans = [match.span() for match in _WORD.finditer(shown)]
    if len(spans) < _MIN_WORDS:
        return b"", []
    words = [shown[low:high] for low, high in spans]
    places: dict[str, list[int]] = defaultdict(list)
    for index, word in enumerate(words):
        places[word].append(index)
    frame = {*_find_repeated(places.values()), *_find_counted(words)}
    if not frame:
        return b"", []
    kept = (span for index, span in enumerate(spans) if index not in frame)
    origins = [at for span in kept for at in range(*span)]
    return "".join([shown[at] for at in origins]).lower().encode(), origins


def _find_repeated(places: Iterable[list[int]]) -> Iterator[int]:
    """Yield the indexes of words that repeat at one distance."""
    for indexes in places:
        if len(indexes) < _MIN_REPEATS:
            continue
        own = {*indexes}
        periods = range(1, _MAX_PERIOD + 1)
        times = [sum(at + period in own for at in indexes) for period in periods]
        if max(times) + 1 >= _MIN_REPEATS:
            period = periods[times.index(max(times))]
            yield from (at for at in indexes if not own.isdisjoint((at - period, at + period)))


def _find_counted(words: Sequence[str]) -> Iterator[int]:
    """Yield the indexes of numbers that grow by the same amount at one distance."""
    numbers = {
        at: int(word)
        for at, word in enumerate(words)
        if word.isdigit() and len(word) <= _MAX_NUMBER
    }
    if len(numbers) < _MIN_REPEATS:
        return
    pairs = Counter(
        (period, at % period, increase)
        for at, number in numbers.items()
        for period in range(1, _MAX_PERIOD + 1)
        if 0 < (increase := numbers.get(at + period, number) - number) <= _MAX_INCREASE
    )
    for (period, phase, increase), times in pairs.most_common(1):
        # Each frame has one of these numbers, and up to three of the text.
        for at, number in (
            numbers.items() if times + 1 >= max(_MIN_REPEATS, len(numbers) / 4) else ()
        ):
            before, after = (numbers.get(at + step, number) for step in (-period, period))
            if at % period == phase and increase in (number - before, after - number):
                yield at
