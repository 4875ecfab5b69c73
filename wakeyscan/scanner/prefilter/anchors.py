"""Anchors of all rules: the keywords themselves, and their forms in every encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.decoders import split_prefix
    from wakeyscan.decoders.concatenation import prefix
    from wakeyscan.decoders.decoder import Decoder
    from wakeyscan.decoders.split_prefix import Check
    from wakeyscan.rules.rule import Rule
else:
    # For split anchors only.
    prefix = lazy_import("wakeyscan.decoders.concatenation.prefix")
    split_prefix = lazy_import("wakeyscan.decoders.split_prefix")

PLAIN = ""
"""Name of the decoder of an anchor that is not encoded."""

MIN_GATED = 500
"""Number of anchors in one content from which a gate pays off."""

_CONCATENATION = "concatenation"
_GAP_DECODERS = frozenset(("folded", "markup", "rtf", "terminal"))


class EncodedAnchor(NamedTuple):
    """One form of an anchor: plain, or in one encoding."""

    text: bytes
    """The bytes to search for."""
    decoder: str
    """Key of the decoder, or `PLAIN`."""
    anchor: bytes
    exact_case: bool

    @property
    def check(self) -> Check | None:
        """The check whether this is a part of a split anchor; `None` if its text is enough."""
        if self.decoder == _CONCATENATION:
            return prefix.find_check(self.text)
        return split_prefix.find_check(self.text) if self.decoder in _GAP_DECODERS else None


class AnchorHit(NamedTuple):
    """A form of an anchor, and its offset in a content."""

    form: EncodedAnchor
    at: int
    """Offset; of an encoded form it is not always known, and then 0."""


AnchorSearch = Callable[["bytes | memoryview"], "list[AnchorHit]"]
"""Returns the forms of anchors in a content."""


class RecordedSearch:
    """A search for anchors that keeps what it finds: the texts are matched later."""

    def __init__(self, search: Callable[[bytes], list[AnchorHit]]) -> None:
        self._search = search
        self.found: dict[bytes, list[AnchorHit]] = {}

    def __call__(self, text: bytes) -> list[AnchorHit]:
        """Return the forms of anchors in a text."""
        if text in self.found:
            return self.found[text]
        if hits := self._search(text):
            self.found[text] = hits
        return hits


class GatedSearch(NamedTuple):
    """The anchors of a rule with a gate, and the search for those that its gate passes."""

    forms: tuple[EncodedAnchor, ...]
    search: AnchorSearch

    def is_worth(self, anchors: int) -> bool:
        """Return whether the gate pays off for this number of its anchors in one content."""
        return anchors >= MIN_GATED and bool(self.forms)


class AnchorIndex:
    """The forms of all anchors of all rules; those of one decoder are computed on first use."""

    def __init__(self, rules: Iterable[Rule], decoders: Mapping[str, Decoder]) -> None:
        self.rules = tuple(rules)
        self._anchors = dict.fromkeys(
            (anchor, rule.exact_case) for rule in self.rules for anchor in rule.anchors
        )
        self._decoders = decoders
        self._forms: dict[str, tuple[EncodedAnchor, ...]] = {}
        self._encoded: dict[bytes, list[bytes]] = {}

    def decoder_names(self) -> Iterable[str]:
        """Return the keys of the decoders, without loading any."""
        return self._decoders

    def exact_anchors(self) -> tuple[bytes, ...]:
        """Return the anchors that are case-sensitive."""
        return tuple(anchor for anchor, exact_case in self._anchors if exact_case)

    def plain(self) -> tuple[EncodedAnchor, ...]:
        """Return the anchors that are not encoded."""
        return tuple(EncodedAnchor(anchor, PLAIN, anchor, exact) for anchor, exact in self._anchors)

    def gated(self) -> tuple[EncodedAnchor, ...]:
        """Return the plain anchors that only a rule with a gate has."""
        others = {one.lower() for rule in self.rules if not rule.has_gate for one in rule.anchors}
        gated = {one for rule in self.rules if rule.has_gate for one in rule.anchors}
        return tuple(
            form
            for form in self.plain()
            if form.anchor in gated and form.text.lower() not in others
        )

    def of(self, name: str) -> tuple[EncodedAnchor, ...]:
        """Return the forms of all anchors in one encoding, including already encoded anchors."""
        if self._are_built():
            return self._built.get(name, ())
        if name not in self._forms:
            self._forms[name] = tuple(_drop_longer(self._encode_all(name)))
        return self._forms[name]

    def all(self) -> tuple[EncodedAnchor, ...]:
        """Return all forms; those that were computed when the wheel was built load no decoder."""
        if self._are_built():
            return tuple(self._list_built())
        encoded = (form for name in self._decoders for form in self.of(name))
        return (*self.plain(), *encoded)

    def _are_built(self) -> bool:
        """Return whether the forms were computed when the wheel was built."""
        return all(rule.encoded_anchors for rule in self.rules)

    @cached_property
    def _built(self) -> dict[str, tuple[EncodedAnchor, ...]]:
        """The forms that were computed when the wheel was built, by decoder."""
        forms: dict[str, list[EncodedAnchor]] = {}
        for form in self._list_built():
            forms.setdefault(form.decoder, []).append(form)
        return {name: tuple(listed) for name, listed in forms.items()}

    def _list_built(self) -> Iterator[EncodedAnchor]:
        built = dict.fromkeys(form for rule in self.rules for form in rule.encoded_anchors)
        return map(EncodedAnchor._make, built)

    def _encode_all(self, name: str) -> Iterator[EncodedAnchor]:
        decoder = self._decoders[name]
        for anchor, exact_case in self._anchors:
            texts = list(decoder.encoded_anchors(anchor, exact_case))
            for text in self._encode_once(anchor) if exact_case else ():
                texts += decoder.encode_again(text)
            yield from (EncodedAnchor(text, name, anchor, exact_case) for text in texts)

    def _encode_once(self, anchor: bytes) -> list[bytes]:
        if anchor not in self._encoded:
            decoders = self._decoders.values()
            self._encoded[anchor] = [text for one in decoders for text in one.encode(anchor)]
        return self._encoded[anchor]


def _drop_longer(forms: Iterable[EncodedAnchor]) -> Iterator[EncodedAnchor]:
    """Yield each form once, without those that start with another form of the same anchor."""
    last = None
    for form in sorted(set(forms), key=lambda form: (form.anchor, form.exact_case, form.text)):
        if last is None or form.anchor != last.anchor or not form.text.startswith(last.text):
            last = form
            yield form
