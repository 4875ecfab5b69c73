"""Shows a part of a text with all of its secrets masked, whole ones and those in pieces."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import NamedTuple

from wakeyscan.core.finding import Bounds
from wakeyscan.core.line_index import find_line
from wakeyscan.core.redaction import redact
from wakeyscan.scanner.matcher import Match

_WIDTH = 100
"""Bytes of a line that are shown to either side of a secret."""


_REST = re.compile(rb"[^\r\n]*+(?:\r*\n[^\w\r\n]*+[\w-]*+)?")
_LONGEST_REST = 1024
"""Bytes behind a secret that may hold the rest of it."""


class Masks(NamedTuple):
    """The secrets of a text, and what is shown in their place."""

    content: bytes
    spans: tuple[tuple[int, int, str], ...]
    """From where to where which mask, by where they begin."""
    reach: tuple[int, ...]
    """How far a span or any before it goes."""

    def over(self, low: int, high: int) -> str:
        """Give `content[low:high]` with the secrets masked, those that stick out of it too."""
        pieces, at = [], low
        for start, end, mask in self._within(low, high):
            if end > at:
                pieces += [_text(self.content[at : max(at, start)]), mask]
                at = end
        return redact("".join(pieces) + _text(self.content[at:high]))

    def _within(self, low: int, high: int) -> Iterator[tuple[int, int, str]]:
        for number in range(bisect_right(self.reach, low), len(self.spans)):
            if self.spans[number][0] >= high:
                return
            yield self.spans[number]


def build_masks(content: bytes, matches: Iterable[Match]) -> Masks:
    """Return the masks of a text; a secret with open bounds is masked with what may continue it."""
    matches = sorted(matches, key=lambda match: match.start)
    behind = [match.start for match in matches[1:]] + [len(content)]
    spans = sorted(
        (start, end, str(match.secret))
        for match, limit in zip(matches, behind, strict=True)
        for start, end in ((match.start, _end_of_rest(content, match, limit)), *match.elsewhere)
    )
    return Masks(content, tuple(spans), tuple(accumulate((end for _, end, _ in spans), max)))


def format_excerpt(masks: Masks, start: int, end: int) -> str:
    """Give a masked piece of the line around `start:end`, with `…` where the line goes on."""
    content = masks.content
    low, high = find_line(content, start, end, _WIDTH)
    while low and low < high and 0x80 <= content[low] < 0xC0:  # not in the middle of a character
        low += 1
    before = "…" if low and content[low - 1 : low] not in (b"\n", b"\r") else ""
    after = "…" if high < len(content) and content[high : high + 1] not in (b"\n", b"\r") else ""
    return before + masks.over(low, high).strip() + after


def _end_of_rest(content: bytes, match: Match, limit: int) -> int:
    """Return where the rest of a secret may end: behind its line and the first word of the next."""
    if match.bounds is not Bounds.OPEN:
        return match.end
    found = _REST.match(content, match.end, match.end + _LONGEST_REST)
    return max(match.end, min(found.end(), limit)) if found else match.end


def _text(piece: bytes) -> str:
    return piece.decode("utf-8", "replace")
