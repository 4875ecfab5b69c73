"""Keys with gaps: other text, such as a line fold or a tag, splits a key.

A decoder describes its gaps. A key is followed from its prefix over all gaps. If the format does
not prove that the key continues after a gap, the rest of the key must not look like words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from operator import methodcaller

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MAX_KEY, MIN_KEY
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders.decoder import FoundAnchors, Span
from wakeyscan.decoders.split_prefix import HEAD, MAX_GAP, PREFIX, TAIL

_PART_REACH = 40
"""Bytes from a part of a prefix that hold the rest of it, or the start of a gap."""
_MAX_WORDS = 24
"""Characters of the longest rest of a key that may look like words."""

_BODY = lazy_pattern(rb"[A-Za-z0-9_-]{0,%d}+" % (MAX_KEY + 1))
LETTER = lazy_pattern(rb"[A-Za-z0-9_-]")
_WORD = rb"(?:[aAI]|[A-Z]{2,}|[A-Z]?[a-z]{2,}+(?:[A-Z][a-z]{2,}+)*)[0-9]{0,3}|[0-9]+"
_WORDS = lazy_pattern(rb"[_-]*(?:(?:" + _WORD + rb")(?:[_-]+|\Z))+")
_PART = rb"w(?!a_live_)(?:a(?:_(?:l(?:i(?:ve?)?)?)?)?)?(?!\w)"
"""Pattern of the first part of a split prefix."""


_get_start, _get_span = methodcaller("start"), methodcaller("span")


class Part(NamedTuple):
    """A key up to a gap."""

    start: int
    end: int
    size: int
    """Characters, without those of gaps."""

    @property
    def is_key(self) -> bool:
        """Whether the part alone could be a whole key."""
        return self.size >= MIN_KEY


class Joint(NamedTuple):
    """The end of a gap, where the key continues."""

    end: int
    is_certain: bool = True
    """Whether the format proves that the key continues."""
    text: bytes = b""
    """The part of the key that the gap is written for."""
    may_be_words: bool = False
    """Whether the text continues, so that its rest may look like words, but may end anywhere."""


class GapFormat(NamedTuple):
    """A format with gaps in its words."""

    start: bytes
    """Pattern that matches where a gap may start: it is fast, and rejects the end of most keys."""
    marks: bytes
    """Each start of a gap contains one of these bytes; most texts contain none of them."""
    match_gap: Callable[[bytes, int], re.Match[bytes] | None]
    """Returns the match of the pattern of a gap at an offset."""
    read_gap: Callable[[bytes, Part, re.Match[bytes]], Joint | None]
    """Returns where the key continues after a gap; returns nothing if it ends there."""
    find_end: Callable[[bytes, int], Span | None] = lambda content, end: None
    """Returns the bounds of a line end after a key that is its end, if its gaps are certain."""
    hidden: re.Pattern[bytes] | None = None
    """Pattern of what shows nothing around a key, where no text shows that the key ends."""


class Gap(NamedTuple):
    """Text within a key that is not part of it."""

    start: int
    end: int
    is_certain: bool
    text: bytes = b""
    """The part of the key that it is written for."""
    may_be_words: bool = False


class SplitKey(NamedTuple):
    """A key with gaps."""

    start: int
    end: int
    gaps: tuple[Gap, ...]

    @property
    def is_certain(self) -> bool:
        """Whether the format proves that all of it is one key."""
        return all(gap.is_certain for gap in self.gaps)

    @property
    def size(self) -> int:
        """Characters, without those of gaps."""
        return self.end - self.start - sum(gap.end - gap.start - len(gap.text) for gap in self.gaps)

    def cut_at(self, gap: Gap) -> SplitKey:
        """Return the part of the key before a gap."""
        return self._replace(end=gap.start, gaps=self.gaps[: self.gaps.index(gap)])


def find_keys(content: bytes, found: FoundAnchors, gap_format: GapFormat) -> Iterator[SplitKey]:
    """Yield the keys with gaps; no key starts within a word of any length."""
    if len(content) <= MIN_KEY:
        return
    end = 0
    for start, stop in sorted(_find_starts(content, found, gap_format).items()):
        if start >= end:
            end, size, gaps = _follow(content, start, stop, gap_format)
            if not gaps or size < MIN_KEY:
                continue  # as most words; without a doubtful rest, it is shorter
            key = _drop_doubtful_rest(content, SplitKey(start, end, gaps))
            if key.gaps and MIN_KEY <= key.size <= MAX_KEY:
                yield key


def _find_starts(content: bytes, found: FoundAnchors, gap_format: GapFormat) -> dict[int, int]:
    """Return the first parts of keys, up to a gap after the prefix or within it."""
    if not any(map(content.__contains__, gap_format.marks)):
        return {}
    key_before_gap, part_before_gap = _build_start_patterns(gap_format.start)
    starts = dict(map(_get_span, key_before_gap.finditer(content)))
    for low, high in _list_windows(content, found):
        starts.update(map(_get_span, part_before_gap.finditer(content, low, high)))
    return starts


@cache
def _build_start_patterns(gap_start: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return the patterns of a whole prefix, and of the first part of a split one, before a gap."""
    end = rb"(?=" + gap_start + rb")"
    return re.compile(PREFIX + _BODY.pattern + end), re.compile(_PART + end)


def _list_windows(content: bytes, found: Iterable[bytes]) -> Iterator[Span]:
    """Yield the merged surroundings of the parts of split prefixes."""
    start = end = 0
    for part in sorted(chain.from_iterable(_find_parts(content, text) for text in found)):
        if part - MAX_GAP > end:
            yield start, end
            start = part - MAX_GAP
        end = part + _PART_REACH
    yield start, end


def _find_parts(content: bytes, text: bytes) -> Iterator[int]:
    """Return the offsets of a part, outside of whole prefixes if it is one of many.

    Each pattern starts with a literal, which `re` searches quickly: one for all parts, or with the
    look-behind first, takes 25 times as long.
    """
    guards = {HEAD: b"(?!" + TAIL + b")", TAIL: b"(?<!" + PREFIX + b")"}
    pattern = re.escape(text) + guards.get(text, b"")
    return map(_get_start, re.finditer(pattern, content))


def _follow(
    content: bytes, start: int, end: int, gap_format: GapFormat
) -> tuple[int, int, tuple[Gap, ...]]:
    """Return the end, the size and the gaps of the word whose first part is at `start:end`."""
    gaps: list[Gap] = []
    size = end - start
    while size <= MAX_KEY and (gap := gap_format.match_gap(content, end)):
        joint = gap_format.read_gap(content, Part(start, end, size), gap)
        if not joint or not _may_follow(content, joint, size):
            break
        gaps.append(Gap(end, *joint))
        end, size = _read_letters(content, joint.end, size + len(joint.text))
    return end, size, tuple(gaps)


def _read_letters(content: bytes, at: int, size: int) -> tuple[int, int]:
    """Return the end of the letters at an offset, and the size of the key with them."""
    if size < len(PREFIX):
        rest = PREFIX[size:]
        while rest and not content.startswith(rest, at):
            rest = rest[:-1]
        at, size = at + len(rest), size + len(rest)
        if size < len(PREFIX):
            return at, size
    body = _BODY.match(content, at)
    stop = body.end() if body else at
    return stop, size + stop - at


def _may_follow(content: bytes, joint: Joint, size: int) -> bool:
    """Return whether a key that has `size` letters before a gap continues after it."""
    if joint.text and not PREFIX.startswith(joint.text, size) and size < len(PREFIX):
        return False
    return continues_at(content, joint.end, size + len(joint.text))


def continues_at(content: bytes, at: int, size: int) -> bool:
    """Return whether a letter at an offset may follow `size` letters of a key."""
    if size < len(PREFIX):
        return content.startswith(PREFIX[size : size + 1], at)
    return LETTER.match(content, at) is not None and not content.startswith(PREFIX, at)


def looks_like_words(text: bytes) -> bool:
    """Return whether a text consists of words and numbers, as a name does."""
    return _WORDS.fullmatch(text) is not None


def _drop_doubtful_rest(content: bytes, key: SplitKey) -> SplitKey:
    """Return a key without words, or text that is too long, after an uncertain gap."""
    doubtful = [gap for gap in key.gaps if not gap.is_certain]
    if doubtful and key.size > MAX_KEY:
        return key.cut_at(doubtful[0])
    rest, end, first = b"", key.end, None
    for gap in reversed(key.gaps):
        rest, end = content[gap.end : end] + rest, gap.start
        if len(rest) > _MAX_WORDS:
            break
        if not (gap.is_certain or gap.may_be_words) and looks_like_words(rest):
            first = gap
    return key.cut_at(first) if first else key
