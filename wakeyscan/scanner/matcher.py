"""Finds secrets in a text: rules x bytes -> matches. Pure: no I/O, no settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import Secret
from wakeyscan.rules.rule import AFTER, BEFORE, TIMEOUT_SECONDS, Rule
from wakeyscan.scanner.length_prefix import find_counted_length

if TYPE_CHECKING:
    from regex import Match as RegexMatch
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
    elsewhere: tuple[tuple[int, int], ...] = ()
    """Where the rest of it stands, if not right behind: a secret may be written in pieces."""
    bounds: Bounds | None = None
    """Whether its ends are certain, as the decoded text shows; `None`: not decoded."""


def match_rule(
    content: bytes, rule: Rule, pattern: Pattern[bytes], anchors: Iterable[int]
) -> Iterator[Match]:
    """Yield what one rule finds around its anchors in `content`; raises `TimeoutExceeded`.

    `anchors` are their offsets, ascending.
    """
    if rule.at_anchor:
        found = _matches_at(content, pattern, anchors, rule.exact_case)
    else:
        found = _matches_around(content, pattern, anchors)
    try:
        for match, shift in found:
            if match["secret"]:
                start, end = match.span("secret")
                scheme = match.groupdict().get("kind") or b""
                secret = Secret(match["secret"], rule.id)
                yield Match(rule, secret, start + shift, end + shift, scheme)
    except TimeoutError:
        raise TimeoutExceeded(
            f"rule {rule.id} took over {TIMEOUT_SECONDS:g} s for a part"
        ) from None


_Found = tuple["RegexMatch[bytes]", int]
"""A match, and the offset of the text that it was found in."""


def _matches_at(
    content: bytes, pattern: Pattern[bytes], anchors: Iterable[int], is_word: bool
) -> Iterator[_Found]:
    for at in anchors:
        size = find_counted_length(content, at) if is_word else 0
        if size and (match := pattern.match(content[at : at + size], timeout=TIMEOUT_SECONDS)):
            yield match, at
            continue
        if match := pattern.match(
            content, at, min(len(content), at + AFTER), timeout=TIMEOUT_SECONDS
        ):
            yield match, 0


def _matches_around(
    content: bytes, pattern: Pattern[bytes], anchors: Iterable[int]
) -> Iterator[_Found]:
    for start, end in _surroundings(anchors, len(content)):
        for match in pattern.finditer(content, start, end, timeout=TIMEOUT_SECONDS):
            yield match, 0


def _surroundings(anchors: Iterable[int], size: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches around the anchors within which a match must lie, merged."""
    start = end = -1
    for at in anchors:
        if end < 0 or at - BEFORE > end:
            if end >= 0:
                yield start, end
            start = max(0, at - BEFORE)
        end = min(size, at + AFTER)
    if end >= 0:
        yield start, end


def resolve_overlaps(
    plain: Iterable[Match], wrapped: Iterable[list[Match]], rules: tuple[Rule, ...]
) -> list[Match]:
    """Make one credential at one place one match, and sort them by offset.

    Of two rules that claim overlapping places the one that stands first in `rules` has it: a key
    inside a header is a key, not a header (contract, section 6). Those of one list of `wrapped`
    came out of one text, in which they were settled; that they stand at one place here, where it
    was wrapped, makes none of them a part of another.
    """
    rank = {rule.id: number for number, rule in enumerate(rules)}
    ordered = [(match, 0) for match in plain]
    ordered += [(match, text) for text, some in enumerate(wrapped, 1) for match in some]
    ordered.sort(key=lambda one: (one[0].start, one[0].end))
    lost: set[int] = set()
    reaching: list[int] = []  # of those so far, the ones that end behind the present start
    for number, (match, text) in enumerate(ordered):
        reaching = [n for n in reaching if n not in lost and ordered[n][0].end > match.start]
        for other in reaching:
            earlier, its_text = ordered[other]
            settled = text > 0 and text == its_text
            winner = _same(earlier, match) if settled else _winner(earlier, match, rank)
            if winner:
                lost.add(number if winner is earlier else other)
        reaching.append(number)
    return [match for number, (match, _) in enumerate(ordered) if number not in lost]


def _same(one: Match, other: Match) -> Match | None:
    """Give of one secret the match that says more of what it was wrapped in; `None`: two."""
    if one.rule is not other.rule or one.secret != other.secret:
        return None
    return other if other.encoding.startswith(f"{one.encoding}/") else one


def _winner(one: Match, other: Match, rank: dict[str, int]) -> Match | None:
    """Say which of two overlapping matches stays; `None`: both, as two keys in one wrapping."""
    if one.rule is other.rule:
        # What was plain goes on behind an escape, or in the next literal.
        longer = one.start == other.start and (one.end != other.end or other.elsewhere)
        return _same(one, other) or (other if longer and one.encoding == "plain" else None)
    return one if rank[one.rule.id] < rank[other.rule.id] else other
