"""Search for all anchors at once with hyperscan, at 1.7 to 4.2 GB/s.

A wheel contains the compiled databases (`databases`).
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.prefilter import databases
from wakeyscan.scanner.prefilter.anchors import (
    MIN_GATED,
    AnchorHit,
    AnchorSearch,
    EncodedAnchor,
    GatedSearch,
)
from wakeyscan.scanner.prefilter.form_search import Literal, build_form_search

if TYPE_CHECKING:
    from wakeyscan.scanner.prefilter.databases import Expression, ScanFunction

_RARE_BYTES = b"zqxjkvwy_-bpg"
"""Bytes that are rare in code and prose, the rarest first."""

_MIN_PREFIX = 7
"""Bytes of the shortest prefix that replaces a literal."""

_LINE_START = 4
"""Bytes of a form that starts with a line break."""

_COMMON_STARTS = (b"\\u00", b"\\U00")
"""Starts that all escapes of a kind share, and that are therefore useless for filtering."""


class LiteralSearch(NamedTuple):
    """A search for the literals of forms, without the forms themselves.

    A content whose literals are not searched in one piece can be searched by it: whether a content
    holds a literal depends on no byte around it.
    """

    scan: ScanFunction
    by_literal: dict[Literal, list[EncodedAnchor]]

    @property
    def widths(self) -> list[int]:
        """The number of bytes of each literal."""
        return [len(text) for text, _ in self.by_literal]

    @property
    def line_starts(self) -> dict[bytes, EncodedAnchor]:
        r"""The encoded forms that start a line, by the first bytes of a content that has one.

        A content starts like a line; `\A` in a pattern would cost hyperscan 25 ms.
        """
        return {
            form.text[1:_LINE_START]: form
            for forms in self.by_literal.values()
            for form in forms
            if form.decoder and form.text[:1] == b"\n"
        }

    def find_ends(self, text: bytes) -> list[tuple[int, int]]:
        """Return the number and the end of each literal in a text."""
        ends: list[tuple[int, int]] = []

        def add_end(number: int, start: int, end: int, *_: object) -> None:
            ends.append((number, end))

        self.scan(text, add_end)
        return ends

    def drop(self, forms: Iterable[EncodedAnchor]) -> LiteralSearch:
        """Return the search for the other forms, or this one where hyperscan cannot be used."""
        others = _drop(self.by_literal, forms)
        scan = databases.build_scan(list_expressions(others)) if others else None
        return LiteralSearch(scan, others) if scan else self


def build_literal_search(forms: Iterable[EncodedAnchor], longest: int) -> LiteralSearch | None:
    """Return a search for forms; `None` without hyperscan, or if there is nothing to search for.

    A case-sensitive form is searched by its first `longest` bytes. The other forms are few, and
    `auth` is a word of all code.
    """
    by_literal = _group_by_literal(forms, longest)
    scan = databases.build_scan(list_expressions(by_literal)) if by_literal else None
    return LiteralSearch(scan, by_literal) if scan else None


def list_literals(
    forms: Iterable[EncodedAnchor], longest: int, dropped: Iterable[EncodedAnchor] = ()
) -> list[Literal]:
    """Return the literals that are searched in place of forms, without the dropped ones."""
    return list(_drop(_group_by_literal(forms, longest), dropped))


def list_expressions(literals: Iterable[Literal]) -> list[Expression]:
    """Return literals as patterns."""
    # Not `literal=True`, which cuts a literal at its first NUL (python-hyperscan 0.9).
    return [(_escape(text), exact_case) for text, exact_case in literals]


def _group_by_literal(
    forms: Iterable[EncodedAnchor], longest: int
) -> dict[Literal, list[EncodedAnchor]]:
    groups: dict[Literal, list[EncodedAnchor]] = {}
    for form in forms:
        exact_case = form.exact_case
        text = _cut(form.text, longest) if exact_case else _find_rare_prefix(form.text).lower()
        groups.setdefault((text, exact_case), []).append(form)
    return groups


def _cut(text: bytes, longest: int) -> bytes:
    return text[: longest + 2 * text.startswith(_COMMON_STARTS)]


def _find_rare_prefix(text: bytes) -> bytes:
    """Return a prefix of a literal that ends with a rare byte, or the literal.

    Hyperscan matches the last bytes of a literal first: it is 1.4 times as fast if none of them is
    as common as `-ization` or `key` (4.3 instead of 3.0 GB/s on the sources of curl).
    """
    ends = range(min(_MIN_PREFIX, len(text)), len(text) + 1)
    rank = {end: _RARE_BYTES.find(text[end - 1 : end].lower()) for end in ends}
    rare = [end for end in ends if rank[end] >= 0]
    return text[: min(rare, key=lambda end: (rank[end], -end))] if rare else text


def build_anchor_search(
    literal_search: LiteralSearch, gate: GatedSearch | None = None
) -> AnchorSearch:
    """Return a search for the forms whose literals are searched.

    If a gate is given, it selects among many anchors. A call back for each of them would take as
    long as the gate: the first search stops, and the other forms are searched by themselves.
    """
    find_forms = build_form_search(literal_search.by_literal)
    at_start = literal_search.line_starts
    gated = _list_gated(literal_search.by_literal, gate.forms) if gate else ()
    ends: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))
    others: list[AnchorSearch] = []

    def add_end(number: int, start: int, end: int, *_: object) -> bool:
        found = ends[number]
        found.append(end)
        return len(found) == MIN_GATED and number in gated

    def search(content: bytes | memoryview) -> list[AnchorHit]:
        try:
            literal_search.scan(content, add_end)
        except databases.hyperscan.ScanTerminated:
            ends.clear()
            return search_gated(content)
        hits = []
        if ends:
            if gate and gate.is_worth(sum(len(ends[n]) for n in gated if n in ends)):
                hits = gate.search(content)
                for number in gated:
                    ends.pop(number, None)
            hits += [hit for n in sorted(ends) for hit in find_forms(n, content, ends[n])]
            ends.clear()
        if (form := at_start.get(bytes(content[: _LINE_START - 1]))) is not None:
            hits.append(AnchorHit(form, 0))
        return hits

    def search_gated(content: bytes | memoryview) -> list[AnchorHit]:
        assert gate  # only a gated form stops the search
        if not others:
            others.append(build_anchor_search(literal_search.drop(gate.forms)))
        return gate.search(content) + others[0](content)

    return search


def _drop(
    by_literal: dict[Literal, list[EncodedAnchor]], dropped: Iterable[EncodedAnchor]
) -> dict[Literal, list[EncodedAnchor]]:
    """Return the literals, without those whose forms are all dropped."""
    without = frozenset(_list_gated(by_literal, dropped))
    return {item: f for number, (item, f) in enumerate(by_literal.items()) if number not in without}


def _list_gated(
    by_literal: dict[Literal, list[EncodedAnchor]], gated: Iterable[EncodedAnchor]
) -> tuple[int, ...]:
    """Return the numbers of the literals whose forms are all gated."""
    listed = frozenset(gated)
    return tuple(number for number, forms in enumerate(by_literal.values()) if listed >= {*forms})


def _escape(text: bytes) -> bytes:
    r"""Return a literal as a pattern such as `\x61\x62`."""
    return b"\\x" + text.hex(":").encode().replace(b":", b"\\x")
