"""Gate of a rule: a simpler search for the places where its shapes may match.

A log names a header in each line. There a rule is tried, for 27 µs, only at the anchors that its
gate passes. Hyperscan searches for a gate at 100 MB/s; `re` takes 5 to 10 µs at an anchor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.rule import GATE
from wakeyscan.rules.shapes import inline_definitions
from wakeyscan.scanner.prefilter import databases
from wakeyscan.scanner.prefilter.anchors import AnchorHit

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.prefilter.anchors import AnchorIndex, EncodedAnchor
    from wakeyscan.scanner.prefilter.databases import Expression, ScanFunction

Span = tuple[int, int]
SpanSearch = Callable[[bytes], "list[Span]"]
"""Returns the spans of a text, in lower case, that hold each anchor which the gate passes."""

_AFTER, _AFTER_START = "gate_after", "after_start"
"""The part that begins after an anchor, and the words that it begins with."""

_ONLY_HYPERSCAN = {"gate_before": 256, "gate_far": 2600}
"""The parts that begin anywhere, and how far before their end the anchor may be."""

_ONLY_RE = "gate_loose"
"""The part that replaces them where `re` searches, which would try them at each offset."""

_REACH = 1200
"""Maximum bytes from an anchor to the end of any other part."""


class Gate:
    """The gate of a rule, for the anchors that no other rule has."""

    def __init__(self, rule: Rule, forms: Iterable[EncodedAnchor]) -> None:
        self._anchors = tuple((form, form.text.lower()) for form in forms)
        # `re` compiles a gate in 20 ms, hyperscan in 400 ms: a wheel has a database.
        scan = databases.load_scan(list_expressions(rule))
        self.find_spans = build_scan_search(rule, scan) if scan else self.build_re_search(rule)

    def find_hits(self, content: bytes | memoryview) -> list[AnchorHit]:
        """Return the anchors at which the rule may match, and perhaps a few more."""
        lowered = bytes(content).lower()
        spans = _merge(sorted(self.find_spans(lowered)))
        return [
            hit for start, end in spans for hit in self._find_anchors(lowered[start:end], start)
        ]

    def _find_anchors(self, lowered: bytes, shift: int = 0) -> Iterator[AnchorHit]:
        for form, anchor in self._anchors:
            yield from (AnchorHit(form, at + shift) for at in find_all(lowered, anchor))

    def build_re_search(self, rule: Rule) -> SpanSearch:
        """Return the search of `re`, which knows where the anchors are."""
        parts = _list_parts(rule)
        after_start = re.compile(_inline(rule, _AFTER_START))
        after = re.compile(parts.pop(_AFTER))
        at_anchor = re.compile(
            b"|".join(text for name, text in parts.items() if name not in _ONLY_HYPERSCAN)
        )

        def find_spans(lowered: bytes) -> list[Span]:
            # Both patterns read a bounded text, whatever follows.
            starts = [word.start() for word in after_start.finditer(lowered)]
            found = (after.match(lowered, at, at + _REACH) for at in starts)
            spans = [(max(0, one.end() - _REACH), one.end()) for one in found if one]
            for form, at in self._find_anchors(lowered):
                if at_anchor.match(lowered, at, at + _REACH):
                    spans.append((at, at + len(form.text)))
            return spans

        return find_spans


def build_gate(index: AnchorIndex) -> Gate:
    """Return the gate of the rule that has one."""
    (rule,) = (rule for rule in index.rules if rule.has_gate)
    return Gate(rule, index.gated())


def build_scan_search(rule: Rule, scan: ScanFunction) -> SpanSearch:
    """Return the search of hyperscan, given the function that scans for the expressions."""
    names = [name for name in _list_parts(rule) if name != _ONLY_RE]
    reaches = [_ONLY_HYPERSCAN.get(name, _REACH) for name in names]

    def find_spans(lowered: bytes) -> list[Span]:
        spans: list[Span] = []

        def add_span(number: int, start: int, end: int, *_: object) -> None:
            spans.append((max(0, end - reaches[number]), end))

        scan(lowered, add_span)
        return spans

    return find_spans


def list_expressions(rule: Rule) -> list[Expression]:
    """Return the parts of a gate that hyperscan searches for."""
    return [(text, True) for name, text in _list_parts(rule).items() if name != _ONLY_RE]


def _list_parts(rule: Rule) -> dict[str, bytes]:
    names = [name for name, _ in rule.definitions if name.startswith(GATE)]
    return {name: _inline(rule, name) for name in names}


def _inline(rule: Rule, name: str) -> bytes:
    return inline_definitions(f"(?x) (?&{name})", dict(rule.definitions)).encode()


def _merge(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the union of spans, which are in ascending order."""
    start = end = -1
    for low, high in spans:
        if low > end:
            if end >= 0:
                yield start, end
            start = low
        end = max(end, high)
    if end >= 0:
        yield start, end
