"""Candidates for a key: the few texts that may be the whole key if the API rejects it.

If its end is open, the rest may be on the next line, in the next cell or in the next literal. In
binary data the key may end where the class of its characters changes, because its neighbor begins
there, or with the letters that are taken for a neighbor, or where a field of a round size is full.
Keys of one document often have the same length.

If its end is certain, a hyphen or an underscore may still join the key with another word, as in
`<key>_old`, `<key>--` and `dump-<key>-2026.sql`, and a program may still have wrapped it in a way
that looks like a proof of its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import API_KEY, MIN_KEY
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.bounds import is_binary
from wakeyscan.scanner.ends.glued_words import is_before_prompt, list_unglued
from wakeyscan.scanner.ends.text_end import (
    CONTEXT,
    Rest,
    TextEnd,
    is_before_parameter,
    is_before_same_line,
    may_have_lines,
    read_end,
)
from wakeyscan.scanner.strings import cuts
from wakeyscan.scanner.whole_keys import (
    KEY,
    MAX_CANDIDATES,
    build_key,
    list_readings,
    list_shorter,
    read_dashes,
    read_rests,
)

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span
    from wakeyscan.scanner.joined_names import JoinedNames
    from wakeyscan.scanner.matcher import Match
    from wakeyscan.scanner.nul_search import NulSearch

_MAX_LENGTHS = 2
_MARKS = (b"-", b"_")
_MAX_MARKS = 2
"""Hyphens and underscores after a match: it never ends with one, but every 32nd random key does."""


def list_lengths(matches: Iterable[Match]) -> tuple[int, ...]:
    """Return the lengths of the keys with certain ends, the first ones only."""
    certain = (
        match.end - match.start
        for match in matches
        if match.bounds is Bounds.CERTAIN and match.rule.id == API_KEY and not match.elsewhere
    )
    return tuple(dict.fromkeys(certain))[:_MAX_LENGTHS]


def add_candidates(
    match: Match,
    content: bytes,
    path: str = "",
    lengths: Sequence[int] = (),
    nuls: NulSearch | None = None,
) -> Match:
    """Return a key with an open end, its candidates, and where the rest of each is in `content`."""
    text = content[match.start : match.end]
    if match.rule.id != API_KEY or build_key(text) != match.secret:
        return match
    texts: Iterator[bytes]
    rests: Sequence[Rest]
    others = [*_list_others(match, content)]
    is_cut = content[match.end : match.end + 1].isalnum()
    if is_cut or is_binary(content, match.start, match.end, nuls):
        rests = cuts.find_rests(content, match.start, match.end)
        texts = cuts.list_texts(
            content, match.start, match.end, rests, lengths=lengths, others=others
        )
    else:
        end = read_end(content, match.start, match.end, path)
        rests, joined = read_rests(text, end, tuple(lengths))
        texts = iter(joined)
    texts = chain(_list_marked(match, content), texts, others, list_shorter(text))
    texts = chain(texts, list_unglued(content, match.start, match.end))
    possible = (one for one in dict.fromkeys(texts) if one != text and KEY.fullmatch(one))
    secrets = tuple(build_key(one) for one in islice(possible, MAX_CANDIDATES))
    return match.with_candidates(match.bounds, secrets, _find_spans(match, rests))


def add_readings(
    match: Match, content: bytes, path: str = "", nuls: NulSearch | None = None
) -> Match:
    """Return a key with a certain end, with the other texts that may be the key.

    They are shorter if a hyphen joins it with another word, and longer if the proof of its end may
    be wrong: see `ends.continuations`. If those up to a hyphen are too many to try, its end is
    open.
    """
    if match.rule.id != API_KEY:
        return match
    start, end = match.start, match.end
    text, body = content[start:end], content[start + MIN_KEY : end + 1]
    has_other = bool(match.other_ends) or b"-" in body or b"_" in body
    text_end = _read_end(match, content, path, nuls)
    unglued = tuple(_list_unglued(match, content, nuls))
    if not (text_end or has_other or unglued):
        return match
    others = (*_list_marked(match, content), *_list_others(match, content))
    readings = list_readings(text, text_end, others, unglued)
    if readings.may_be_in_next_value:
        return match.with_bounds(Bounds.OPEN)
    if not (readings.rests or has_other or unglued) or build_key(text) != match.secret:
        return match
    is_open = readings.are_too_many or is_before_prompt(content, end, end + CONTEXT)
    bounds = Bounds.OPEN if is_open else match.bounds
    return match.with_candidates(bounds, readings.secrets, _find_spans(match, readings.rests))


def _list_unglued(match: Match, content: bytes, nuls: NulSearch | None) -> list[bytes]:
    """Return a key in text without the words that may be glued to it."""
    start, end = match.start, match.end
    return [] if is_binary(content, start, end, nuls) else list_unglued(content, start, end)


def _read_end(match: Match, content: bytes, path: str, nuls: NulSearch | None) -> TextEnd | None:
    """Return the end of a key if a line may follow that continues it.

    None does in binary data, before the same line with another key, before the next parameter of a
    URL, and in the last line.
    """
    start, end = match.start, match.end
    if is_binary(content, start, end, nuls) or is_before_same_line(content, start, end):
        return None
    text_end = read_end(content, start, end, path)
    is_inside = is_before_parameter(text_end.after) or not may_have_lines(text_end.after)
    return None if is_inside else text_end


def add_part(match: Match, content: bytes, part: bytes) -> Match:
    """Return a key, and its first part as a candidate if it is one too."""
    text = content[match.start : match.end]
    if not (KEY.fullmatch(part) and part != text and text.startswith(part)):
        return match
    return match._replace(candidates=(*match.candidates, build_key(part)))


def _find_spans(match: Match, rests: Iterable[Rest]) -> tuple[Span, ...]:
    return tuple((match.end + rest.start, match.end + rest.end) for rest in rests)


def add_joined(match: Match, content: bytes, names: JoinedNames) -> Match:
    """Return a part of a key with the whole keys that it is a part of, as far as `names` tell."""
    spans = ((match.start, match.end), *match.elsewhere)
    if build_key(_read(content, spans)) != match.secret:
        return match
    found = names.find_rests(spans)
    texts = dict.fromkeys(_read(content, (*spans, *rests)) for rests in found)
    if added := names.find_added(spans):
        found.append(tuple(added))
        texts = {_read(content, sorted((*spans, *added))): None, **texts}
    secrets = [build_key(one) for one in texts if KEY.fullmatch(one)]
    rests = dict.fromkeys(chain.from_iterable(found))
    return match._replace(candidates=tuple(secrets[:MAX_CANDIDATES]), rests=tuple(rests))


def _read(content: bytes, spans: Iterable[Span]) -> bytes:
    return b"".join([content[start:end] for start, end in spans])


def _list_others(match: Match, content: bytes) -> Iterator[bytes]:
    """Yield the texts up to the other ends that bytes near the key name."""
    for end in match.other_ends:
        text = content[match.start : end]
        if end != match.end and KEY.fullmatch(text):
            yield text


def _list_marked(match: Match, content: bytes) -> list[bytes]:
    """Return the text with the marks after it, unless they also precede it, as for emphasis."""
    start, end = match.start, match.end
    if content[end : end + 1] not in _MARKS or content[start - 1 : start] in _MARKS:
        return []
    ends = range(end + 1, end + 1 + min(_MAX_MARKS, len(read_dashes(content, end))))
    return [text for text in (content[start:one] for one in ends) if KEY.fullmatch(text)]
