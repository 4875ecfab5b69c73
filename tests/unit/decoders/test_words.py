"""Words of a text: all places of a variable, at a cost that grows with the text."""

from __future__ import annotations

import random

from wakeyscan.core.line_index import find_all
from wakeyscan.decoders.concatenation.words import WordIndex


class _SearchedText(bytes):
    """A text that counts the bytes that are searched for a literal."""

    searched = 0

    def find(self, *arguments: object) -> int:
        found = super().find(*arguments)  # type: ignore[arg-type]
        start, *_ = *(one for one in arguments[1:] if isinstance(one, int)), 0
        self.searched += (found if found >= 0 else len(self)) - start
        return found


def test_variables_are_found_as_by_a_search_for_each() -> None:
    letters = random.Random(1)
    content = b"".join(
        letters.choice([b"$A", b"$AB", b"$B", b"A", b"$", b"_", b" ", b"$A$", b"1"])
        for _ in range(20_000)
    )
    index = WordIndex(content)
    for name in (b"A", b"AB", b"A1", b"B", b"A_A", b"A$A", b"C"):
        places = [*find_all(content, b"$" + name)]
        for low in (0, 9, len(content) - 9000, len(content) - 40):
            for high in (len(content), len(content) - 1, len(content) - 20):
                expected = [at for at in places if low <= at <= high - 1 - len(name)][:16]
                assert [*index.find_variable(name, low, high, 16)] == expected


def test_thousands_of_variables_are_searched_for_once() -> None:
    count = 2000
    content = _SearchedText(b"".join(b'A%d=$P"x"; echo $A%d\n' % (n, n) for n in range(count)))
    index = WordIndex(content)
    for number in range(count):
        assert index.find_variable(b"A%d" % number, 0, len(content), 1)
    assert content.searched < 10 * len(content)
