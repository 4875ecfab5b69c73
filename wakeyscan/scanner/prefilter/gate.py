"""Gate of a rule: a simpler search for the places where its shapes may match.

A log names a header in each line. There a rule is tried, for 27 µs, only at the anchors that its
gate passes. Hyperscan searches such a log for a gate at 50 MB/s, so it searches first for hints, at
120 to 700 MB/s, and for the gate only near them; `re` takes 5 to 10 µs at an anchor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.lazy import lazy_pattern
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
"""Returns the spans of a text that hold each anchor which the gate passes."""

_AFTER, _AFTER_START = "gate_after", "after_start"
"""The part that begins after an anchor, and the words that it begins with."""

_HINT, _REFINED = "hint_", "refined_"
"""Starts of the names of the definitions that match near each match of the other parts.

Where the first hint matches too often, the refined ones replace it.
"""

_ONLY_HYPERSCAN = {"gate_before": 256, "gate_far": 2600}
"""The parts that begin anywhere, and how far before their end the anchor may be."""

_REACHES = {**_ONLY_HYPERSCAN, _AFTER: 1200}
"""The parts that begin elsewhere than at the anchor, and how far before their end it may be."""

_ONLY_RE = "gate_loose"
"""The part that replaces them where `re` searches, which would try them at each offset."""

_MIN_HINTS = 64
"""Number of hints in a short text from which it is cheaper to search all of it for the gate."""

_REFINED_GAIN = 4
"""How much faster than the gate the refined hints are."""

_REACH = 1200
"""Maximum bytes from an anchor to the end of any other part."""

_LONG_WORD = lazy_pattern(rb"\w{256}")
"""A word that is too long for a name; many in a row would take 25 µs each."""

_HINT_REACHES = {"hint_far": 3400}
"""Maximum bytes between a hint and the ends of a match of the gate, if it is more than that."""


class Gate:
    """The gate of a rule, for the anchors that no other rule has."""

    def __init__(self, rule: Rule, forms: Iterable[EncodedAnchor]) -> None:
        self._anchors = tuple((form, form.text.lower()) for form in forms)
        # `re` compiles a gate in 20 ms, hyperscan in 400 ms: a wheel has databases.
        scans = [databases.load_scan(listed) for listed in list_databases(rule)]
        self.find_spans = (
            build_scan_search(rule, *filter(None, scans))
            if all(scans)
            else self.build_re_search(rule)
        )

    def find_hits(self, content: bytes | memoryview) -> list[AnchorHit]:
        """Return the anchors at which the rule may match, and perhaps a few more."""
        text = bytes(content)
        spans = _merge(sorted(self.find_spans(text)))
        return [
            hit
            for start, end in spans
            for hit in self._find_anchors(text[start:end].lower(), start)
            if not _LONG_WORD.match(text, hit.at)
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

        def find_spans(text: bytes) -> list[Span]:
            lowered = text.lower()
            # Both patterns read a bounded text, whatever follows.
            starts = [word.start() for word in after_start.finditer(lowered)]
            found = (after.match(lowered, at, at + _REACH) for at in starts)
            spans = [(max(0, one.end() - _REACH), one.end()) for one in found if one]
            for form, at in self._find_anchors(lowered):
                if _LONG_WORD.match(lowered, at):
                    continue
                if at_anchor.match(lowered, at, at + _REACH):
                    spans.append((at, at + len(form.text)))
            return spans

        return find_spans


def build_gate(index: AnchorIndex) -> Gate:
    """Return the gate of the rule that has one."""
    (rule,) = (rule for rule in index.rules if rule.has_gate)
    return Gate(rule, index.gated())


def build_scan_search(rule: Rule, *scans: ScanFunction) -> SpanSearch:
    """Return the search of hyperscan, given the functions of the databases that are listed."""
    *scan_hints, scan_gate = scans
    reaches = [_REACHES.get(name, _REACH) for name in _list_searched(rule)]
    hint_reaches = [
        [_HINT_REACHES.get(name, _REACH) for name in names] for names in _list_hints(rule)
    ]
    hints = list(zip(scan_hints, hint_reaches, strict=True))
    every, fallback = hints[:1], hints[1:]

    def find_near(text: bytes, shift: int = 0) -> list[Span]:
        spans: list[Span] = []

        def add_span(number: int, start: int, end: int, *_: object) -> None:
            spans.append((max(0, shift + end - reaches[number]), shift + end))

        scan_gate(text, add_span)
        return spans

    def find_spans(text: bytes) -> list[Span]:
        most = _MIN_HINTS + len(text) // (4 * _REACH)
        windows = _find_windows(text, every, most, most // _REFINED_GAIN)
        if windows is None:
            windows = _find_windows(text, fallback, most, most)
        if windows is None:
            return find_near(text)
        merged = _merge(sorted(windows))
        return [span for start, end in merged for span in find_near(text[start:end], start)]

    return find_spans


def _find_windows(
    text: bytes, hints: list[tuple[ScanFunction, list[int]]], most: int, most_first: int
) -> list[Span] | None:
    """Return the spans around hints, given their searches and reaches; `None` if too many.

    Of the first hint of each search, fewer may be too many.
    """
    windows: list[Span] = []
    firsts: list[int] = []

    def add_window(number: int, start: int, end: int, flags: int, reaches: list[int]) -> bool:
        reach = reaches[number]
        windows.append((max(0, end - reach), end + reach))
        if not number:
            firsts.append(end)
        return len(windows) >= most or len(firsts) >= most_first

    try:
        for scan, reaches in hints:
            scan(text, add_window, context=reaches)
    except databases.hyperscan.ScanTerminated:
        return None
    return windows


def list_databases(rule: Rule) -> list[list[Expression]]:
    """Return what hyperscan searches for in a text, and last what near the hints that it has found.

    Of hints that begin alike, hyperscan would make one slow automaton, so the refined ones have a
    database each. The others begin differently: together they are found in fewer passes.
    """
    listed = *_list_hints(rule), _list_searched(rule)
    return [[(_inline(rule, name), False) for name in names] for names in listed]


def _list_hints(rule: Rule) -> list[list[str]]:
    """Return the hints of each database: first all, then those that replace them.

    Where the first hint matches too often, the others are searched by themselves, and the refined
    ones in its place.
    """
    names = _list_names(rule, _HINT)
    return [names, names[1:], *([name] for name in _list_names(rule, _REFINED))]


def _list_searched(rule: Rule) -> list[str]:
    """Return the names of the parts that hyperscan searches for."""
    return [name for name in _list_names(rule, GATE) if name != _ONLY_RE]


def _list_parts(rule: Rule) -> dict[str, bytes]:
    return {name: _inline(rule, name) for name in _list_names(rule, GATE)}


def _list_names(rule: Rule, prefix: str) -> list[str]:
    return [name for name, _ in rule.definitions if name.startswith(prefix)]


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
