"""Which of overlapping matches stay, at a cost that grows with their number. Pure: no I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from wakeyscan.core.finding import Bounds
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret
    from wakeyscan.rules.rule import Rule
    from wakeyscan.scanner.matcher import Match


_Place = tuple[str, int]
"""The rule of a match and its start."""
_ByText = dict[int, list[int]]
"""Numbers of matches, by the decoded text that they are in."""


def drop_overlapped(texts: Sequence[Sequence[Match]], rules: tuple[Rule, ...]) -> list[Match]:
    """Return the matches that win over all that they overlap, by offset.

    The first of the texts is not decoded.
    """
    rank = {rule.id: number for number, rule in enumerate(rules)}
    ordered = [_Ranked(match, text) for text, some in enumerate(texts) for match in some]
    ordered.sort(key=lambda item: (item.match.start, item.match.end))
    dropped: set[int] = set()
    overlapping = _Overlapping(ordered, dropped, rank)
    for number, (match, _) in enumerate(ordered):
        for other in overlapping.list_rivals(number):
            winner = _select_overlapping(ordered[other].match, match, rank)
            if winner:
                dropped.add(other if winner is match else number)
    return [match for number, (match, _) in enumerate(ordered) if number not in dropped]


class _Ranked(NamedTuple):
    """A match, and the number of the decoded text that it is in; 0: the text itself."""

    match: Match
    text: int


def _find_starts(ordered: Sequence[_Ranked]) -> dict[tuple[_Place, Secret], tuple[Secret, ...]]:
    """Return the shorter secrets at the same place with which each secret begins.

    They have different lengths, so they are fewer than the characters of the secret.
    """
    places: defaultdict[_Place, set[Secret]] = defaultdict(set)
    for match, _ in ordered:
        places[match.rule.id, match.start].add(match.secret)
    starts = {}
    for place, secrets in places.items():
        begun: list[Secret] = []
        for secret in sorted(secrets):
            while begun and not secret.begins_with(begun[-1]):
                begun.pop()
            starts[place, secret] = tuple(begun)
            begun.append(secret)
    return starts


class _Overlapping:
    """The matches that overlap a later one: thousands may be at one place.

    An archive has many keys at its place, and so has a variable that holds the prefix of all keys.
    """

    def __init__(self, ordered: list[_Ranked], dropped: set[int], rank: dict[str, int]) -> None:
        self._ordered, self._dropped, self._rank = ordered, dropped, rank
        self._starts = _find_starts(ordered)
        self._by_rule: dict[str, _ByText] = {}
        self._by_secret: dict[tuple[str, Secret], list[int]] = {}
        self._longer: dict[tuple[_Place, Secret], _ByText] = {}
        """Those that are not plain, for each secret with which theirs begins."""
        self._plain: dict[_Place, list[int]] = {}
        self._reach = 0
        """The largest end of all of them."""

    def list_rivals(self, number: int) -> list[int]:
        """List enough of the earlier matches to decide which of them and of this one are dropped.

        They overlap it, are not dropped, and are not in the same decoded text, unless they have
        the same secret. Of those that win over it for the same reason, one is listed.
        """
        match, _ = self._ordered[number]
        if match.start >= self._reach:  # as nearly all matches in a text of many
            for index in (self._by_rule, self._by_secret, self._longer, self._plain):
                index.clear()
        self._reach = max(self._reach, match.end)
        rivals = [
            *self._list_repeated(match.rule.id, match.secret, match.start),
            *self._list_related(number),
            *self._list_of_other_rules(number),
        ]
        self._add(number)
        return rivals

    def _add(self, number: int) -> None:
        match, text = self._ordered[number]
        place = match.rule.id, match.start
        self._by_rule.setdefault(match.rule.id, {}).setdefault(text, []).append(number)
        self._by_secret.setdefault((match.rule.id, match.secret), []).append(number)
        if match.encoding == "plain":
            self._plain.setdefault(place, []).append(number)
            return
        for secret in self._starts[place, match.secret]:
            self._longer.setdefault((place, secret), {}).setdefault(text, []).append(number)

    def _list_repeated(self, rule: str, secret: Secret, start: int) -> list[int]:
        """List those with a secret: one at most, as one of two that overlap is dropped."""
        numbers = self._by_secret.get((rule, secret), [])
        numbers[:] = [number for number in numbers if self._is_left(number, start)]
        return numbers

    def _list_related(self, number: int) -> Iterator[int]:
        """Yield those of the same rule at the same place that have a longer or shorter secret."""
        (match, text), place = self._ordered[number], self._get_place(number)
        shorter = (
            other
            for secret in self._starts[place, match.secret]
            for other in self._list_repeated(match.rule.id, secret, match.start)
            if self._get_place(other) == place
        )
        for others in (shorter, self._plain.get(place, ())):
            for other in others:
                if self._is_left(other, match.start) and self._is_compared(other, text):
                    yield other
        yield from self._find_one(self._longer.get((place, match.secret), {}), number)

    def _list_of_other_rules(self, number: int) -> Iterator[int]:
        match, text = self._ordered[number]
        for rule, texts in self._by_rule.items():
            if rule == match.rule.id:
                continue
            if self._rank[rule] < self._rank[match.rule.id]:
                yield from self._find_one(texts, number)
                continue
            for its_text in [*texts]:
                if not text or its_text != text:  # all of them are dropped
                    others = texts.pop(its_text)
                    yield from (other for other in others if self._is_left(other, match.start))

    def _find_one(self, texts: _ByText, number: int) -> list[int]:
        """Return one in another text, or nothing; forget those that overlap nothing any more."""
        match, text = self._ordered[number]
        gone, found = [], []
        for its_text, numbers in texts.items():
            while numbers and not self._is_left(numbers[-1], match.start):
                numbers.pop()
            if not numbers:
                gone.append(its_text)
            elif not text or its_text != text:
                found.append(numbers[-1])
                break
        for its_text in gone:
            del texts[its_text]
        return found

    def _get_place(self, number: int) -> _Place:
        match = self._ordered[number].match
        return match.rule.id, match.start

    def _is_compared(self, other: int, text: int) -> bool:
        return not text or self._ordered[other].text != text

    def _is_left(self, number: int, start: int) -> bool:
        return number not in self._dropped and self._ordered[number].match.end > start


def _select_repeated(first: Match, second: Match) -> Match | None:
    """Return the match of the same secret with the longer encoding; `None`: two secrets.

    Of two ways to decode it, one may show where it ends.
    """
    if first.rule is not second.rule or first.secret != second.secret:
        return None
    is_longer = second.encoding.startswith(f"{first.encoding}/")
    if first.encoding != "plain" and first.bounds is Bounds.OPEN:
        is_longer |= second.bounds is Bounds.CERTAIN
    return second if is_longer else first


def _select_overlapping(first: Match, second: Match, rank: dict[str, int]) -> Match | None:
    """Return the match that wins; `None` if both stay, such as two keys in one encoded text."""
    if first.rule is not second.rule:
        return first if rank[first.rule.id] < rank[second.rule.id] else second
    if repeated := _select_repeated(first, second):
        return repeated
    # A plain match continues after an escape, or in the next literal.
    is_continued = first.start == second.start and (first.end != second.end or second.elsewhere)
    if is_continued and first.encoding == "plain":
        return second
    return _select_continued(first, second) if first.start == second.start else None


def _select_continued(first: Match, second: Match) -> Match | None:
    """Return the longer of two decoded matches that start alike; `None`: two secrets."""
    if second.secret.begins_with(first.secret):
        return second
    return first if first.secret.begins_with(second.secret) else None
