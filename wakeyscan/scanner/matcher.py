"""Matching of rules against a text, and resolution of overlapping matches. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise, zip_longest
from operator import attrgetter

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.rules.rule import AFTER, BEFORE, Rule
from wakeyscan.scanner.binary_strings import UndelimitedString, find_strings
from wakeyscan.scanner.patience import Deadline, Patience

if TYPE_CHECKING:
    from regex import Match as RegexMatch
    from regex import Pattern

    from wakeyscan.decoders.decoder import Span
    from wakeyscan.scanner import bounds, overlaps
else:
    bounds = lazy_import("wakeyscan.scanner.bounds")  # few keys are in a string table
    overlaps = lazy_import("wakeyscan.scanner.overlaps")  # few matches overlap


_ALONE = False, False
"""Neither concurrently nor in part; by keyword, the engine takes 0.5 µs longer."""

_get_span = attrgetter("start", "end")


class Match(NamedTuple):
    """A secret at `start:end` (byte offsets, half-open) of a text."""

    rule: Rule
    secret: Secret
    start: int
    end: int
    scheme: bytes = b""
    """The text of the pattern's group `kind`, if it has one (`Basic`, `Bearer`)."""
    encoding: str = "plain"
    elsewhere: tuple[Span, ...] = ()
    """Spans of the other parts of the secret, if it is split."""
    bounds: Bounds | None = None
    """Whether its ends are certain, if a decoded text or a string in binary data proves it."""
    is_cut_short: bool = False
    """Whether an ellipsis follows it in the decoded text."""
    candidates: tuple[Secret, ...] = ()
    """Texts that may be the whole secret, the most likely first."""
    rests: tuple[Span, ...] = ()
    """Spans of the text that the candidates add to it."""
    other_ends: tuple[int, ...] = ()
    """Other ends that it may have in binary data, as offsets in the text in which it was found."""

    def with_bounds(self, bounds: Bounds) -> Match:
        """Return the match with bounds; `_replace` takes five times as long."""
        return tuple.__new__(Match, (*self[:7], bounds, *self[8:]))

    def with_candidates(
        self, bounds: Bounds | None, candidates: tuple[Secret, ...], rests: tuple[Span, ...]
    ) -> Match:
        """Return the match with bounds, candidates, and the spans of the text that these add."""
        return tuple.__new__(Match, (*self[:7], bounds, self[8], candidates, rests, self[11]))


_Found = tuple["RegexMatch[bytes]", int, "Bounds | None", tuple[int, ...]]
"""A match of a pattern in a part of a text, the offset of the part, known bounds, other ends."""


def match_rule(
    content: bytes,
    rule: Rule,
    pattern: Pattern[bytes],
    anchors: Sequence[int],
    patience: Patience | None = None,
) -> list[Match]:
    """Return the matches of one rule around its anchors; raise `TimeoutExceeded`.

    `anchors` are the offsets of the anchors in `content`, in ascending order. `patience` is the
    time that is left for the document in which `content` is encoded.
    """
    patience = patience or Patience(len(content))
    deadline = patience.start(rule)
    if rule.at_anchor:
        word = rule.anchors[0] if rule.exact_case else b""
        found = _match_at(content, pattern, anchors, word, deadline)
    else:
        found = _match_around(content, pattern, anchors, deadline)
    matches: list[Match] = []
    secrets: dict[bytes, Secret] = {}  # a text that occurs often is hashed and held once
    group = pattern.groupindex["secret"]
    has_scheme = "kind" in pattern.groupindex
    try:
        for match, shift, known, ends in found:
            if text := match[group]:
                start, end = match.span(group)
                scheme = match["kind"] or b"" if has_scheme else b""
                if (secret := secrets.get(text)) is None:
                    secret = secrets[text] = Secret(text, rule.id)
                span = start + shift, end + shift
                matches.append(Match(rule, secret, *span, scheme, bounds=known, other_ends=ends))
    except TimeoutError:
        raise patience.build_error(rule) from None
    finally:
        patience.stop(rule, deadline)
    return matches


def _match_at(
    content: bytes, pattern: Pattern[bytes], anchors: Sequence[int], word: bytes, deadline: Deadline
) -> Iterator[_Found]:
    """Yield the matches that start at an anchor; `word` is the anchor of a rule for one word.

    In binary data, a word may have neighbors, which are not a part of the text that is matched.
    """
    strings = find_strings(content, anchors) if word else {}
    size = len(content)
    end_of_last = -1
    for at, following in zip_longest(anchors, anchors[1:], fillvalue=-1):
        # The search for a word is fast, and a limit would double its time.
        timeout = None if word else deadline.measure_rest()
        if at in strings:
            yield from _match_in_strings(content, pattern, at, strings[at], deadline)
        elif not at == end_of_last == following - len(word) and (  # the same word on both sides
            match := pattern.match(content, at, min(size, at + AFTER), *_ALONE, timeout)
        ):
            yield match, 0, None, ()
        end_of_last = at + len(word)


def _match_in_strings(
    content: bytes,
    pattern: Pattern[bytes],
    at: int,
    strings: Iterable[UndelimitedString],
    deadline: Deadline,
) -> Iterator[_Found]:
    """Yield the match in the first string that has one."""
    for string in strings:
        start, end = max(string.start, at - BEFORE), min(string.end, at + AFTER)
        text, known = content[start:end], string.bounds
        if match := pattern.match(text, at - start, timeout=deadline.measure_rest()):
            if string.is_whole:
                known = bounds.find_bounds(text, *match.span("secret"))
            yield match, start, known, string.other_ends
            return


def _match_around(
    content: bytes, pattern: Pattern[bytes], anchors: Iterable[int], deadline: Deadline
) -> Iterator[_Found]:
    for start, end in _merge_surroundings(anchors, len(content)):
        for match in pattern.finditer(content, start, end, timeout=deadline.measure_rest()):
            yield match, 0, None, ()


def _merge_surroundings(anchors: Iterable[int], size: int) -> Iterator[tuple[int, int]]:
    """Yield the merged ranges around anchors in which a match must lie."""
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
    plain: Sequence[Match], decoded: Iterable[list[Match]], rules: tuple[Rule, ...]
) -> list[Match]:
    """Return one match for each credential at each place, by offset.

    If matches of two rules overlap, the first of the rules wins: a key inside a header is a key,
    not a header (contract, section 6). Each list in `decoded` is from one decoded text, in which
    overlaps are resolved already. Its matches may share one place in this text, but none is a part
    of another.
    """
    texts: list[Sequence[Match]] = [plain, *decoded]
    matches = sorted(chain.from_iterable(texts), key=_get_span)
    if all(one.end <= other.start for one, other in pairwise(matches)):  # as in most texts
        return matches
    return overlaps.drop_overlapped(texts, rules)
