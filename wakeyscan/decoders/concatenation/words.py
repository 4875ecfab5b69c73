"""Words of a text: all places of a word, found once for each word or once for all."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_index import find_all

_MAX_SEARCHES = 8
"""Words that are searched one by one before all words of the text are listed."""
_WORD = lazy_pattern(rb"\w+")
_WORD_WITH_DOLLAR = lazy_pattern(rb"(?<!\w)\w+\$[\w$]*")
"""A name of JavaScript or Java; elsewhere a dollar starts the next word."""


class WordIndex:
    """The places of the words in a text."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._places: dict[bytes, Sequence[int]] = {}
        self._all: dict[bytes, array[int]] | None = None

    def find(self, word: bytes) -> Sequence[int]:
        """Return the offsets of a word, in ascending order."""
        if word not in self._places:
            self._places[word] = self._search(word)
        return self._places[word]

    def find_between(self, word: bytes, low: int, high: int) -> Sequence[int]:
        """Return the offsets of a word in `low:high`."""
        places = self.find(word)
        return places[bisect_left(places, low) : bisect_left(places, high)]

    def _search(self, word: bytes) -> Sequence[int]:
        if len(self._places) < _MAX_SEARCHES:
            return [at for at in find_all(self._content, word) if self._is_whole(at, word)]
        if self._all is None:
            self._all = self._list_all()
        return self._all.get(word, array("I"))

    def _is_whole(self, at: int, word: bytes) -> bool:
        end = at + len(word)
        around = self._content[max(0, at - 1) : at], self._content[end : end + 1]
        return not any(map(_WORD.match, around))

    def _list_all(self) -> dict[bytes, array[int]]:
        places: defaultdict[bytes, array[int]] = defaultdict(lambda: array("I"))
        patterns = (_WORD, _WORD_WITH_DOLLAR) if b"$" in self._content else (_WORD,)
        for pattern in patterns:
            for found in pattern.finditer(self._content):
                places[found[0]].append(found.start())
        return places
