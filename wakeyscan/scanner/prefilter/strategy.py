"""Choice of the prefilter's search, by the number of bytes to scan.

A search is loaded only if it pays off: `substring` for a few bytes, hyperscan for more. Hyperscan
searches for the starts of forms, which compile in 10 ms. A wheel contains them compiled.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.prefilter.anchors import GatedSearch

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.prefilter import gate, hyperscan, substring
    from wakeyscan.scanner.prefilter.anchors import (
        AnchorHit,
        AnchorIndex,
        AnchorSearch,
        EncodedAnchor,
    )
    from wakeyscan.scanner.prefilter.databases import Expression
else:
    # A run needs one of the two: hyperscan takes 9 ms to load, the substring search 2 ms.
    hyperscan = lazy_import("wakeyscan.scanner.prefilter.hyperscan")
    substring = lazy_import("wakeyscan.scanner.prefilter.substring")
    gate = lazy_import("wakeyscan.scanner.prefilter.gate")  # for texts of many anchors only

LARGE_SCAN = 1 << 17
"""Minimum bytes for which loading hyperscan (9 ms), with the starts of forms, pays off."""

_START_LENGTH = 5
"""Bytes of the start of a form, at which hyperscan is the fastest, or nearly so, in all files.

A MB of code contains 90 such starts. With 4 bytes, 170 starts take 1.4 times as long. Whole forms
take 1.2 times as long, and 4 ms more to load.
"""


class Prefilter:
    """Finds anchors, and counts the bytes that it has searched to choose the search.

    Forms with a NUL are searched only in a content with a NUL. That is quick to test, and saves
    most contents a second search.
    """

    def __init__(self, index: AnchorIndex) -> None:
        self._searched, self._next_size = 0, LARGE_SCAN
        self._index = index
        self.literals: hyperscan.LiteralSearch | None = None
        """The literals of the search of contents without a NUL, if it is one for literals."""
        self._gate = GatedSearch(index.gated(), _defer(lambda: gate.build_gate(index).find_hits))
        self._search: AnchorSearch = _defer(
            lambda: substring.build_substring_search(index, self._gate)
        )
        self._search_nul: AnchorSearch = lambda content: []  # the substring search finds all forms

    def __call__(self, content: bytes) -> list[AnchorHit]:
        """Return the forms of anchors in `content`."""
        self.add_searched(len(content))
        hits = self._search(content)
        return hits + self._search_nul(content) if b"\0" in content else hits

    @property
    def searches(self) -> tuple[AnchorSearch, AnchorSearch]:
        """The searches for content without and with a NUL, for the inner loop of a large scan."""
        return self._search, self._search_nul

    def add_searched(self, size: int) -> None:
        """Count bytes that were searched, and choose another search if they have become many."""
        self._searched += size
        if self._searched >= self._next_size:
            self.expect(self._searched)

    def expect(self, size: int) -> None:
        """Choose the search for a total number of bytes."""
        if size < self._next_size:
            return
        self._next_size = sys.maxsize
        without_nul, with_nul = _split_by_nul(self._index.all())
        self.literals = hyperscan.build_literal_search(without_nul, _START_LENGTH)
        if self.literals:
            self._search = hyperscan.build_anchor_search(self.literals, self._gate)
            # A gate could reject what is between the letters of a text in UTF-16.
            search = hyperscan.build_anchor_search(self.literals)
            self._search_nul = _defer(partial(_build_nul_search, with_nul, search))


def list_databases(rules: tuple[Rule, ...], index: AnchorIndex) -> Iterator[list[Expression]]:
    """Yield the expressions of each database, to compile them when a wheel is built."""
    without_nul, with_nul = _split_by_nul(index.all())
    for forms, dropped in ((without_nul, ()), (with_nul, ()), (without_nul, index.gated())):
        yield hyperscan.list_expressions(hyperscan.list_literals(forms, _START_LENGTH, dropped))
    for rule in rules:
        yield from gate.list_databases(rule) if rule.has_gate else ()


def _split_by_nul(
    forms: Iterable[EncodedAnchor],
) -> tuple[list[EncodedAnchor], list[EncodedAnchor]]:
    """Return the forms without a NUL, and those with one."""
    split: tuple[list[EncodedAnchor], list[EncodedAnchor]] = ([], [])
    for form in forms:
        split[b"\0" in form.text].append(form)
    return split


def _build_nul_search(forms: list[EncodedAnchor], search: AnchorSearch) -> AnchorSearch:
    """Return the search for forms with a NUL, and for forms in UTF-16 text that show only then."""
    literals = hyperscan.build_literal_search(forms, _START_LENGTH)
    search_forms = hyperscan.build_anchor_search(literals) if literals else None

    def search_nul(content: bytes | memoryview) -> list[AnchorHit]:
        hits = search_forms(content) if search_forms else []
        return hits or substring.find_in_utf16(content, search)

    return search_nul


def _defer(build: Callable[[], AnchorSearch]) -> AnchorSearch:
    """Return a search that is built on first use: many trees contain no NUL."""
    built: list[AnchorSearch] = []

    def search(content: bytes | memoryview) -> list[AnchorHit]:
        if not built:
            built.append(build())
        return built[0](content)

    return search
