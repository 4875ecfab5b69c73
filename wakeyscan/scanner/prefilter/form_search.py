"""Search for the forms of anchors at the literals by which an automaton has found them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.prefilter.anchors import AnchorHit, EncodedAnchor

if TYPE_CHECKING:
    from wakeyscan.decoders.split_prefix import Check

Literal = tuple[bytes, bool]
"""A literal to search for, and whether it is case-sensitive."""

_MANY = 64
"""Literals in a content for which all of it is prepared for the comparison with forms."""


def build_form_search(
    by_literal: Mapping[Literal, Iterable[EncodedAnchor]],
) -> Callable[[int, bytes | memoryview, Iterable[int]], list[AnchorHit]]:
    """Return a search for forms in a content, by the number and the ends of a literal in it."""
    literals = list(by_literal)
    groups: dict[int, _FormGroup] = {}

    def find_forms(
        number: int, content: bytes | memoryview, ends: Iterable[int]
    ) -> list[AnchorHit]:
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
        encoded = [form for form in forms if form.form.decoder]
        self._encoded = _group_by_text(encoded)
        self._encoded_count = len({id(form.form) for form in encoded})
        self._texts = tuple({form.text for form in forms})
        self._longest = max(map(len, self._texts))
        self._shared_check = _find_shared_check(forms)
        self._is_whole = not self._encoded and self._texts == (self._fold(text),)
        """Whether each literal is a form, which is not encoded, as `bearer` is."""

    def find_hits(self, content: bytes | memoryview, ends: Iterable[int]) -> list[AnchorHit]:
        """Return the whole forms at the literals that end at `ends`.

        Only the first of each encoded form is found: all of its occurrences are decoded.
        """
        starts = [end - self._width for end in ends]
        if self._is_whole:
            return [AnchorHit(form.form, at) for at in starts for form in self._plain]
        if len(starts) >= _MANY:
            return self._find_many(content, starts)
        hits: list[AnchorHit] = []
        known: set[int] = set()
        check = self._shared_check
        for at in starts:
            are_known = len(known) == self._encoded_count
            if are_known and not self._plain:
                break
            if check and not check(content, at):
                continue
            text = self._fold(bytes(content[at : at + self._longest]))
            if text.startswith(self._texts):  # most literals are the start of no form
                if self._plain:
                    hits += [AnchorHit(f, at) for f, own, _ in self._plain if text.startswith(own)]
                if not are_known:
                    hits += self._list_encoded(content, at, text, known)
        return hits

    def _find_many(self, content: bytes | memoryview, starts: list[int]) -> list[AnchorHit]:
        text = self._fold(bytes(content))
        hits = [
            AnchorHit(form, at)
            for form, literal, _ in self._plain
            for at in starts
            if text.startswith(literal, at)
        ]
        known: set[int] = set()
        texts, check = self._list_unknown(known)
        for at in starts:
            if text.startswith(texts, at) and (check is None or check(content, at)):
                found = self._list_encoded(content, at, text[at : at + self._longest], known)
                if found:
                    texts, check = self._list_unknown(known)
                hits += found
        return hits

    def _list_encoded(
        self, content: bytes | memoryview, at: int, text: bytes, known: set[int]
    ) -> list[AnchorHit]:
        """Return the encoded forms at an offset, where `text` is, and add them to the known ones.

        A check that several forms share runs once.
        """
        passed: dict[Check | None, bool] = {None: True}
        hits = []
        for size, forms in self._encoded.items():
            for form, _, check in forms.get(text[:size], ()):
                if id(form) in known:
                    continue
                if check not in passed:
                    passed[check] = check is None or check(content, at)
                if passed[check]:
                    known.add(id(form))
                    hits.append(AnchorHit(form, at))
        return hits

    def _list_unknown(self, known: set[int]) -> tuple[tuple[bytes, ...], Check | None]:
        """Return the texts of the forms that are not known, and the check that all of them share.

        `live_` is the last one in a file of many keys, whose prefixes all fail its check.
        """
        by_text = chain.from_iterable(texts.values() for texts in self._encoded.values())
        forms = [form for form in chain.from_iterable(by_text) if id(form.form) not in known]
        return tuple({form.text for form in forms}), _find_shared_check(forms)

    def _fold(self, text: bytes) -> bytes:
        return text if self._exact_case else text.lower()


class _Form(NamedTuple):
    form: EncodedAnchor
    text: bytes
    """In lower case if the case does not matter."""
    check: Check | None


def _find_shared_check(forms: list[_Form]) -> Check | None:
    """Return the check that all forms share, which rejects most of their literals by itself."""
    checks = {form.check for form in forms}
    return checks.pop() if len(checks) == 1 else None


def _group_by_text(forms: Iterable[_Form]) -> dict[int, dict[bytes, list[_Form]]]:
    """Return forms by their text, and the texts by their length: few lengths are looked up."""
    groups: dict[int, dict[bytes, list[_Form]]] = {}
    for form in forms:
        groups.setdefault(len(form.text), {}).setdefault(form.text, []).append(form)
    return groups
