"""Words of a text: all places of a word, found once for each word or once for all."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import chain, islice, takewhile

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_index import find_all

_MAX_SEARCHES = 8
"""Words that are searched one by one before all words of the text are listed."""
_MAX_NEAR = 1 << 13
"""Bytes that are searched for a variable each time; in more, all of its places are listed."""
WORD_CHARACTERS = frozenset(
    bytes([code]) for code in range(0x80) if chr(code).isalnum() or code == ord("_")
)
"""The characters of a word: a look-up takes a tenth of a pattern."""
_WORD = lazy_pattern(rb"\w+")
_WORD_WITH_DOLLAR = lazy_pattern(rb"(?<!\w)\w+\$[\w$]*")
"""A name of JavaScript or Java; elsewhere a dollar starts the next word."""
_VARIABLE = lazy_pattern(rb"\$\w+")


class WordIndex:
    """The places of the words in a text."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._places: dict[bytes, Sequence[int]] = {}
        self._variables: dict[bytes, list[int]] = {}
        self._all: dict[bytes, array[int]] | None = None

    def find(self, word: bytes) -> Sequence[int]:
        """Return the offsets of a word, in ascending order."""
        if word not in self._places:
            self._places[word] = self._search(word)
        return self._places[word]

    def find_between(
        self, word: bytes, low: int, high: int, most: int | None = None
    ) -> Sequence[int]:
        """Return the offsets of a word in `low:high`; only the first ones, if `most` is given."""
        return _select_between(self.find(word), low, high, most)

    def find_variable(self, name: bytes, low: int, high: int, most: int) -> Sequence[int]:
        """Return the first offsets of `$NAME` in `low:high`; a longer word may start with it."""
        variable = b"$" + name
        if high - low <= _MAX_NEAR:
            near = find_all(self._content[low:high], variable)
            return [low + at for at in islice(near, most)]
        if variable not in self._variables:  # many keys begin with the same far part
            self._variables[variable] = self._list_variables(variable)
        return _select_between(self._variables[variable], low, high - len(name), most)

    def _list_variables(self, variable: bytes) -> list[int]:
        """Return all offsets of a variable.

        A word is read once for each name that it starts with, so the names of a text of any size
        read each of its bytes once.
        """
        if not _VARIABLE.fullmatch(variable):
            return [*find_all(self._content, variable)]
        words, places = self._expanded
        longer = takewhile(
            lambda number: words[number].startswith(variable),
            range(bisect_left(words, variable), len(words)),
        )
        return sorted(chain.from_iterable(map(places.__getitem__, longer)))

    def _search(self, word: bytes) -> Sequence[int]:
        if len(self._places) < _MAX_SEARCHES:
            return [at for at in find_all(self._content, word) if self._is_whole(at, word)]
        if self._all is None:
            self._all = self._list_all()
        return self._all.get(word, array("I"))

    def _is_whole(self, at: int, word: bytes) -> bool:
        end = at + len(word)
        before, after = self._content[max(0, at - 1) : at], self._content[end : end + 1]
        return before not in WORD_CHARACTERS and after not in WORD_CHARACTERS

    def _list_all(self) -> dict[bytes, array[int]]:
        has_dollar = b"$" in self._content
        return self._list_places(_WORD, *((_WORD_WITH_DOLLAR,) if has_dollar else ()))

    @cached_property
    def _expanded(self) -> tuple[list[bytes], list[array[int]]]:
        """The words after a dollar, with it and in their order, and the places of each."""
        places = sorted(self._list_places(_VARIABLE).items())
        return [word for word, _ in places], [offsets for _, offsets in places]

    def _list_places(self, *patterns: re.Pattern[bytes]) -> dict[bytes, array[int]]:
        """Return the offsets of each text that a pattern matches."""
        places: defaultdict[bytes, array[int]] = defaultdict(lambda: array("I"))
        for pattern in patterns:
            for found in pattern.finditer(self._content):
                places[found[0]].append(found.start())
        return places


def _select_between(places: Sequence[int], low: int, high: int, most: int | None) -> Sequence[int]:
    first, last = bisect_left(places, low), bisect_left(places, high)
    return places[first : last if most is None else min(last, first + most)]
