"""All anchors of all rules, as they are and as they look in each wrapping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.decoders.concatenation.prefix import PreviousPart, find_previous_part
from wakeyscan.rules.rule import Rule

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Decoder

PLAIN = ""
"""The name of no wrapping."""
_CONCATENATION = "concatenation"


class EncodedAnchor(NamedTuple):
    """One anchor as it looks in one wrapping."""

    text: bytes
    decoder: str
    """The file of the decoder that takes it off, or `PLAIN`."""
    anchor: bytes
    exact_case: bool

    @property
    def before(self) -> PreviousPart | None:
        """What stands before it; `None`: anything may."""
        return find_previous_part(self.text) if self.decoder == _CONCATENATION else None


class AnchorHit(NamedTuple):
    """A form that stands at an offset of a text."""

    form: EncodedAnchor
    at: int
    """Of a wrapped form it is not always known, and then 0."""


AnchorSearch = Callable[["bytes | memoryview"], "list[AnchorHit]"]
"""Says which forms stand in a text, and where."""


class AnchorIndex:
    """All anchors of all rules in all wrappings, made for a wrapping when one first asks."""

    def __init__(self, rules: Iterable[Rule], wrappings: Mapping[str, Decoder]) -> None:
        self._rules = tuple(rules)
        self._anchors = dict.fromkeys(
            (anchor, rule.exact_case) for rule in self._rules for anchor in rule.anchors
        )
        self._wrappings = wrappings
        self._known: dict[str, tuple[EncodedAnchor, ...]] = {}
        self._spelled: dict[bytes, list[bytes]] = {}

    def names(self) -> Iterable[str]:
        """List the wrappings, of which none is loaded by that."""
        return self._wrappings

    def exact(self) -> tuple[bytes, ...]:
        """List the anchors that count only in their own case."""
        return tuple(anchor for anchor, exact_case in self._anchors if exact_case)

    def plain(self) -> tuple[EncodedAnchor, ...]:
        """List the anchors as they are."""
        return tuple(EncodedAnchor(anchor, PLAIN, anchor, exact) for anchor, exact in self._anchors)

    def of(self, name: str) -> tuple[EncodedAnchor, ...]:
        """List the anchors in a wrapping, and those that another one, or the same, is inside."""
        if name not in self._known:
            self._known[name] = tuple(_without_longer(self._made(name)))
        return self._known[name]

    def all(self) -> tuple[EncodedAnchor, ...]:
        """List everything; what was made when the wheel was built loads no decoder."""
        if all(rule.encoded_anchors for rule in self._rules):
            return tuple(
                EncodedAnchor._make(form) for rule in self._rules for form in rule.encoded_anchors
            )
        wrapped = (form for name in self._wrappings for form in self.of(name))
        return (*self.plain(), *wrapped)

    def _made(self, name: str) -> Iterator[EncodedAnchor]:
        outer = self._wrappings[name]
        for anchor, exact_case in self._anchors:
            texts = list(outer.encoded_anchors(anchor, exact_case))
            for text in self._spellings(anchor) if exact_case else ():
                texts += outer.encode_again(text)
            yield from (EncodedAnchor(text, name, anchor, exact_case) for text in texts)

    def _spellings(self, anchor: bytes) -> list[bytes]:
        if anchor not in self._spelled:
            inner = self._wrappings.values()
            self._spelled[anchor] = [text for one in inner for text in one.encode(anchor)]
        return self._spelled[anchor]


def _without_longer(listed: Iterable[EncodedAnchor]) -> Iterator[EncodedAnchor]:
    """Yield each form once, and none that begins with another of the same anchor."""
    last = None
    for form in sorted(set(listed), key=lambda form: (form.anchor, form.exact_case, form.text)):
        if last is None or form.anchor != last.anchor or not form.text.startswith(last.text):
            last = form
            yield form
