"""Runs: characters that follow from the previous ones, as in 1234, qwerty, abab or a1b2c3."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.typing import NamedTuple

SEQUENCE, REPETITION = "sequence", "repetition"
"""Kinds of runs."""

LETTERS, DIGITS = "abcdefghijklmnopqrstuvwxyz", "0123456789"
"""Those of `string`, which takes 1 ms to load."""

_DIGIT_ROW = "1234567890"
_KEYBOARDS = (
    ("qwertyuiopasdfghjklzxcvbnm", _DIGIT_ROW),
    ("zxcvbnmasdfghjklqwertyuiop", _DIGIT_ROW),
    ("qazwsxedcrfvtgbyhnujmikolp", _DIGIT_ROW),
    ("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",),
)
"""Rows and columns of a keyboard."""
_OTHER_KEYBOARDS = (
    ("azertyuiopqsdfghjklmwxcvbn", _DIGIT_ROW),
    ("qwertzuiopasdfghjklyxcvbnm", _DIGIT_ROW),
    ("zaq12wsxcde34rfvbgt56yhnmju78ik",),
    ("1qazxsw23edcvfr45tgbnhy67ujmki8",),
)
"""French and German rows, and columns up and down."""

_MAX_LAG = 4
"""Maximum distance between a character and the one that it follows from."""
_MIN_LENGTH = 2
"""Minimum number of characters of a run; a character costs about as much as a run of one."""
_MIN_COPY = 3
"""Minimum number of characters of a copy from a longer distance."""


class Run(NamedTuple):
    """A part of a text that follows from what precedes it."""

    start: int
    end: int
    bits: int
    """Bits for its length, and for how its characters follow from others."""
    kind: str


class _Step(NamedTuple):
    """A way in which one character follows from another."""

    number: int
    bits: int
    """Bits that select it: 1/2 + 1/4 + 1/8 + 14/128 + 8/512 = 1."""
    kind: str


def _list_orders() -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield the bits of a step, its distance, and the circular orders through which it leads."""
    both = LETTERS, DIGITS
    yield 1, 0, both
    yield 2, 1, both
    yield 3, -1, both
    for sign in (1, -1):
        yield 7, 2 * sign, both
        for orders in (("0123456789abcdef",), (DIGITS + LETTERS,), *_KEYBOARDS):
            yield 7, sign, orders
        for orders in _OTHER_KEYBOARDS:
            yield 9, sign, orders


def _index_steps() -> dict[tuple[int, int], tuple[_Step, ...]]:
    """Return the steps that lead from one character to another."""
    index: dict[tuple[int, int], tuple[_Step, ...]] = {}
    for number, (bits, distance, orders) in enumerate(_list_orders()):
        step = _Step(number, bits, SEQUENCE if distance else REPETITION)
        for order in map(str.encode, orders):
            shift = distance % len(order)
            for pair in zip(order, order[shift:] + order[:shift], strict=True):
                index[pair] = (*index.get(pair, ()), step)
    return index


_STEPS = _index_steps()


def list_runs(text: bytes) -> Iterator[Run]:
    """Yield the longest runs in a text in lower case."""
    for lag in range(1, _MAX_LAG + 1):
        yield from _list_steps(text, lag)
    yield from _list_copies(text)


def _list_steps(text: bytes, lag: int) -> Iterator[Run]:
    starts: dict[_Step, int] = {}
    for at, pair in enumerate(zip(text, text[lag:], strict=False), lag):
        steps = _STEPS.get(pair, ())
        for step in [step for step in starts if step not in steps]:
            start = starts.pop(step)
            if at - start >= _MIN_LENGTH:
                yield _build_run(text, start, at, lag, step)
        for step in steps:
            starts.setdefault(step, at)
    for step, start in starts.items():
        yield _build_run(text, start, len(text), lag, step)


def _list_copies(text: bytes) -> Iterator[Run]:
    """Yield the parts that repeat an earlier part."""
    copy = _Step(0, 1, REPETITION)
    earlier: dict[bytes, int] = {}
    end = 0
    for start in range(len(text) - _MIN_COPY + 1):
        source = earlier.setdefault(text[start : start + _MIN_COPY], start)
        lag = start - source
        if lag > _MAX_LAG and start >= end:
            end = start + _MIN_COPY
            while end < len(text) and text[end] == text[end - lag]:
                end += 1
            yield _build_run(text, start, end, lag, copy)


def _build_run(text: bytes, start: int, end: int, lag: int, step: _Step) -> Run:
    bits = count_number_bits(lag) + step.bits + 1  # one bit says whether it ends with the text
    if end < len(text):
        bits += count_number_bits(end - start)
    return Run(start, end, bits, step.kind)


def count_number_bits(number: int) -> int:
    """Return the bits of a positive number in the Elias gamma code."""
    return 2 * number.bit_length() - 1
