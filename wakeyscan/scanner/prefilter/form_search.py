"""Search for the forms of anchors at the literals by which an automaton has found them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.prefilter.anchors import AnchorHit, EncodedAnchor

if TYPE_CHECKING:
    from wakeyscan.decoders.split_prefix import Check

Literal = tuple[bytes, bool]
"""A literal to search for, and whether it is case-sensitive."""

_MANY = 64
"""Literals in a content for which all of it is prepared for the comparison with forms."""


def build_form_search(
    by_literal: Mapping[Literal, Iterable[EncodedAnchor]],
) -> Callable[[int, bytes | memoryview, Iterable[int]], Iterator[AnchorHit]]:
    """Return a search for forms in a content, by the number and the ends of a literal in it."""
    literals = list(by_literal)
    groups: dict[int, _FormGroup] = {}

    def find_forms(
        number: int, content: bytes | memoryview, ends: Iterable[int]
    ) -> Iterator[AnchorHit]:
        if number not in groups:
            literal = literals[number]
            groups[number] = _FormGroup(literal, tuple(by_literal[literal]))
        return groups[number].find_hits(content, ends)

    return find_forms


class _FormGroup:
    """Forms that are searched by the same literal."""

    def __init__(self, literal: Literal, anchors: tuple[EncodedAnchor, ...]) -> None:
        text, self._exact_case = literal
        self._width = len(text)
        forms = [_Form(f, self._fold(f.text), f.check) for f in anchors]
        self._plain = [form for form in forms if not form.form.decoder]
        self._encoded = [form for form in forms if form.form.decoder]
        self._encoded_texts = _list_texts(self._encoded)
        self._longest = max(len(form.text) for form in forms)
        checks = {form.check for form in self._encoded}
        self._check = checks.pop() if len(checks) == 1 else None
        """The check that all encoded forms share, if they do."""

    def find_hits(self, content: bytes | memoryview, ends: Iterable[int]) -> Iterator[AnchorHit]:
        """Yield the whole forms at the literals that end at `ends`.

        Only the first of each encoded form is found: it is decoded wherever it occurs.
        """
        starts = [end - self._width for end in ends]
        if len(starts) < _MANY:
            found = {at: self._fold(bytes(content[at : at + self._longest])) for at in starts}
            for form, literal, _ in self._plain:
                yield from (AnchorHit(form, at) for at in starts if found[at].startswith(literal))
        else:
            text = self._fold(bytes(content))
            for form, literal, _ in self._plain:
                yield from (AnchorHit(form, at) for at in starts if text.startswith(literal, at))
            starts = [at for at in starts if text.startswith(self._encoded_texts, at)]
        if self._encoded:
            yield from self._find_encoded(content, starts)

    def _find_encoded(
        self, content: bytes | memoryview, starts: Iterable[int]
    ) -> Iterator[AnchorHit]:
        encoded, texts = self._encoded, self._encoded_texts
        hits: list[_Form] = []
        for at in starts:
            if hits:
                encoded = [form for form in encoded if form not in hits]
                texts, hits = _list_texts(encoded), []
            found = self._fold(bytes(content[at : at + self._longest]))
            if not found.startswith(texts) or (self._check and not self._check(content, at)):
                continue
            hits = _list_hits(encoded, found, content, at)
            yield from [AnchorHit(hit.form, at) for hit in hits]

    def _fold(self, text: bytes) -> bytes:
        return text if self._exact_case else text.lower()


def _list_texts(forms: list[_Form]) -> tuple[bytes, ...]:
    return tuple(form.text for form in forms)


class _Form(NamedTuple):
    form: EncodedAnchor
    text: bytes
    """In lower case if the case does not matter."""
    check: Check | None


def _list_hits(
    forms: list[_Form], found: bytes, content: bytes | memoryview, at: int
) -> list[_Form]:
    """Return the forms at an offset, where `found` is; a check that they share runs once."""
    passed: dict[Check | None, bool] = {None: True}
    hits = []
    for form in forms:
        if found.startswith(form.text):
            if form.check is not None and form.check not in passed:
                passed[form.check] = form.check(content, at)
            if passed[form.check]:
                hits.append(form)
    return hits
