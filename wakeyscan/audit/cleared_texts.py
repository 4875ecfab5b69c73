"""Texts around anchors, and names in trees, that are clear: they hold no secret.

Of 138,000 anchors in the history of curl, nine in ten are clear. To remember their texts would not
pay: to prove that nothing behind a text could make a match takes as long as three matches.
"""

from __future__ import annotations

from wakeyscan.core.document import Origin
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.rule import AFTER, TIMEOUT_SECONDS
from wakeyscan.scanner.detector import detect_in_name
from wakeyscan.scanner.prefilter.anchors import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regex import Pattern

    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.prefilter.anchors import AnchorHit

LEFT, RIGHT = 2048, 512
"""Bytes of a text before and after an anchor.

A look-behind of a built-in rule is not longer: the longest holds a credential of 1,024 bytes.
"""
_MAX_ENTRIES = 100_000
"""Maximum number of remembered entries of trees. Later ones are checked again each time."""

_MODE = lazy_pattern(rb"(?<=[0-7]{5}) ")
"""The end of the mode of an entry in a tree."""


class ClearedTexts:
    """The texts in which no pattern that starts at an anchor matches.

    Texts of rules whose anchors are words of binary data, and of custom rules, are never clear.
    Entries of trees are remembered, since the versions of a tree repeat most of them.
    """

    def __init__(self, context: ScanContext) -> None:
        self._context = context
        self._patterns: dict[bytes, list[Pattern[bytes]] | None] = {}
        self._entries: set[bytes] = set()

    def is_clear_tree(self, tree: bytes, hits: Iterable[AnchorHit]) -> bool:
        """Return whether no name at the anchors in a tree holds a secret.

        A name ends at the first NUL after an anchor. The last NUL before the anchor precedes the
        name: it is in the id of the previous entry, or ends the name of that entry.
        """
        return all(hit.form.decoder == PLAIN and self._is_clear_entry(tree, hit.at) for hit in hits)

    def _is_clear_entry(self, tree: bytes, at: int) -> bool:
        entry = tree[tree.rfind(b"\0", 0, at) + 1 : tree.find(b"\0", at)]
        if entry in self._entries:
            return True
        # Which of several modes is the mode depends on what is in front.
        names = [entry[mode.end() :] for mode in _MODE.finditer(entry)]
        origins = (Origin(name.decode("utf-8", "surrogateescape")) for name in names)
        is_clear = not any(detect_in_name(origin, self._context)[1] for origin in origins)
        if is_clear and len(self._entries) < _MAX_ENTRIES:
            self._entries.add(entry)
        return is_clear

    def drop_clear(self, content: bytes, hits: Iterable[AnchorHit]) -> list[AnchorHit]:
        """Return the hits in a whole content at which a secret may start."""
        return [
            hit
            for hit in hits
            if hit.form.decoder != PLAIN or not self._is_clear(content, hit.form.anchor, hit.at)
        ]

    def _is_clear(self, content: bytes, anchor: bytes, at: int) -> bool:
        patterns = self._list_patterns(anchor)
        if patterns is None:
            return False
        end = min(len(content), at + AFTER)
        try:
            return not any(
                pattern.match(content, at, end, concurrent=False, timeout=TIMEOUT_SECONDS)
                for pattern in patterns
            )
        except TimeoutError:
            return False  # the scan that follows reports it

    def is_clear_text(self, text: bytes, hits: Iterable[AnchorHit], is_cut: bool) -> bool:
        """Return whether no secret can start at an anchor in a text, in any surroundings.

        It has `LEFT` bytes before the anchor and `RIGHT` from it on, or ends where its content
        does. `is_cut` says whether more follows: a partial match means that it could make a match.
        """
        return all(
            hit.form.decoder == PLAIN and self._judge(hit.form.anchor, text, hit.at, is_cut)
            for hit in hits
        )

    def _judge(self, anchor: bytes, text: bytes, at: int, is_cut: bool) -> bool:
        patterns = self._list_patterns(anchor)
        return patterns is not None and not any(
            _may_match(pattern, text, at, is_cut) for pattern in patterns
        )

    def _list_patterns(self, anchor: bytes) -> list[Pattern[bytes]] | None:
        """Return the patterns of all rules with an anchor; `None` if its texts are never clear."""
        if anchor not in self._patterns:
            self._patterns[anchor] = self._build_patterns(anchor)
        return self._patterns[anchor]

    def _build_patterns(self, anchor: bytes) -> list[Pattern[bytes]] | None:
        rules = [rule for rule in self._context.rules if anchor in rule.anchors]
        if any(rule.exact_case or not rule.at_anchor for rule in rules):
            return None
        return [self._context.patterns.of(rule) for rule in rules]


def _may_match(pattern: Pattern[bytes], text: bytes, at: int, is_cut: bool) -> bool:
    try:
        return bool(pattern.match(text, at, partial=is_cut, timeout=TIMEOUT_SECONDS))
    except TimeoutError:
        return True  # the scan that follows reports it
