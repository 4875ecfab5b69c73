"""Finds secrets in a text: rules x bytes -> matches. Pure: no I/O, no settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.finding import Secret
from wakeyscan.rule import AFTER, BEFORE, PATIENCE, Rule

if TYPE_CHECKING:
    from regex import Pattern


class Match(NamedTuple):
    """A secret at `start:end` (byte offsets, half-open) of the text that was looked through."""

    rule: Rule
    secret: Secret
    start: int
    end: int
    scheme: bytes = b""
    """What the pattern's group `kind` holds, if it has one (`Basic`, `Bearer`)."""
    encoding: str = "plain"


class OutOfPatience(Exception):
    """A pattern took too long for a text; the text counts as not looked at."""


class Patterns:
    """Compiled patterns, each made when its rule first has an anchor in a text."""

    def __init__(self) -> None:
        self._compiled: dict[str, Pattern[bytes]] = {}

    def of(self, rule: Rule) -> Pattern[bytes]:
        """Give the compiled pattern of a rule; raises `RuleError`."""
        if rule.id not in self._compiled:
            self._compiled[rule.id] = rule.compile()
        return self._compiled[rule.id]


def detect(content: bytes, rule: Rule, pattern: Pattern[bytes]) -> Iterator[Match]:
    """Yield what one rule finds in `content`, by offset; raises `OutOfPatience`."""
    for start, end in _surroundings(content, rule):
        try:
            for match in pattern.finditer(content, start, end, timeout=PATIENCE):
                if match["secret"]:
                    scheme = match.groupdict().get("kind") or b""
                    secret = Secret(match["secret"], rule.id)
                    yield Match(rule, secret, *match.span("secret"), scheme)
        except TimeoutError:
            raise OutOfPatience(f"rule {rule.id} took over {PATIENCE:g} s for a part") from None


def _surroundings(content: bytes, rule: Rule) -> Iterator[tuple[int, int]]:
    """Yield the stretches around the anchors within which a match must lie, merged."""
    import regex

    folds = 0 if rule.exact_case else regex.IGNORECASE
    searches = [regex.compile(regex.escape(anchor), folds) for anchor in rule.anchors]
    at = sorted(hit.start() for search in searches for hit in search.finditer(content))
    start = end = -1
    for offset in at:
        if end < 0 or offset - BEFORE > end:
            if end >= 0:
                yield start, end
            start = max(0, offset - BEFORE)
        end = min(len(content), offset + AFTER)
    if end >= 0:
        yield start, end


def settle(matches: Iterable[Match], rules: tuple[Rule, ...]) -> list[Match]:
    """Make one credential at one place one match, and sort them by offset.

    Of two rules that claim overlapping places the one that stands first in `rules` has it: a key
    inside a header is a key, not a header (contract, section 6).
    """
    rank = {rule.id: number for number, rule in enumerate(rules)}
    ordered = sorted(matches, key=lambda match: (match.start, match.end))
    lost: set[int] = set()
    reaching: list[int] = []  # of those so far, the ones that end behind the present start
    for number, match in enumerate(ordered):
        reaching = [n for n in reaching if n not in lost and ordered[n].end > match.start]
        for other in reaching:
            if winner := _winner(ordered[other], match, rank):
                lost.add(number if winner is ordered[other] else other)
        reaching.append(number)
    return [match for number, match in enumerate(ordered) if number not in lost]


def _winner(one: Match, other: Match, rank: dict[str, int]) -> Match | None:
    """Say which of two overlapping matches stays; `None`: both, as two keys in one wrapping."""
    if one.rule is other.rule:
        return one if one.secret == other.secret else None
    return one if rank[one.rule.id] < rank[other.rule.id] else other
