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
from functools import lru_cache
from itertools import chain, islice

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import API_KEY, MIN_KEY, Secret
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.bounds import is_binary
from wakeyscan.scanner.ends.continuations import find_continuations, may_be_in_next_value
from wakeyscan.scanner.ends.glued_words import MAX_CUTS, is_before_prompt, list_unglued
from wakeyscan.scanner.ends.layers import list_layers
from wakeyscan.scanner.ends.open_literals import open_record
from wakeyscan.scanner.ends.rests import find_rests, spell_dashes
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

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span
    from wakeyscan.scanner.joined_names import JoinedNames
    from wakeyscan.scanner.matcher import Match
    from wakeyscan.scanner.nul_search import NulSearch

    _Groups = tuple[tuple[Rest, ...], ...]
    """Rests, one after the other, in each of the ways in which they may continue a key."""

MAX_CANDIDATES = 8
"""Candidates of one key: each costs a request."""

MAX_ENDS = 8
"""Hyphens and underscores at which a key with a certain end may end; random keys have fewer."""

_MAX_LENGTHS = 2
_KEY = lazy_pattern(rb"wa_live_[A-Za-z0-9_-]{16,128}")
_MARKS = (b"-", b"_")
_MAX_MARKS = 2
"""Hyphens and underscores after a match: it never ends with one, but every 32nd random key does."""
_DASHES = lazy_pattern(rb"(?:[_-]|\xe2\x80\x90)*+")
"""Hyphens and underscores; a typesetter shows a hyphen as U+2010."""
_JOINT = lazy_pattern(rb"(?<=[A-Za-z0-9])[_-]+")


@lru_cache(maxsize=64)  # many texts hold one key again and again
def _build_key(text: bytes) -> Secret:
    return Secret(text, API_KEY)


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
    if match.rule.id != API_KEY or _build_key(text) != match.secret:
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
        rests, joined = _read_rests(text, end, tuple(lengths))
        texts = iter(joined)
    texts = chain(_list_marked(match, content), texts, others, list_shorter(text))
    texts = chain(texts, list_unglued(content, match.start, match.end))
    possible = (one for one in dict.fromkeys(texts) if one != text and _KEY.fullmatch(one))
    secrets = tuple(_build_key(one) for one in islice(possible, MAX_CANDIDATES))
    return match._replace(candidates=secrets, rests=_find_spans(match, rests))


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
    text = content[match.start : match.end]
    has_other = match.other_ends or any(
        mark in content[match.start + MIN_KEY : match.end + 1] for mark in _MARKS
    )
    end = _read_end(match, content, path, nuls)
    unglued = _list_unglued(match, content, nuls)
    groups = _list_continuations(end) if end else ()
    if groups is None:
        return match.with_bounds(Bounds.OPEN)
    if not (groups or has_other or unglued) or _build_key(text) != match.secret:
        return match
    match = match._replace(rests=_find_spans(match, chain.from_iterable(groups)))
    longer = [*(_join(text, end.after, groups) if end else ()), *unglued]
    if is_before_prompt(content[match.end : match.end + CONTEXT]):
        match = match.with_bounds(Bounds.OPEN)
    return _add_texts(match, content, list_shorter(text), longer)


def _list_unglued(match: Match, content: bytes, nuls: NulSearch | None) -> list[bytes]:
    """Return a key in text without the words that may be glued to it."""
    start, end = match.start, match.end
    return [] if is_binary(content, start, end, nuls) else list_unglued(content, start, end)


def _join(
    text: bytes, after: bytes, groups: Iterable[Sequence[Rest]], lengths: Sequence[int] = ()
) -> list[bytes]:
    """Return a key with what may continue it, also with the hyphens at its end."""
    dashes = _read_dashes(after, 0)
    joined = (one for group in groups for one in _list_joined(text, group, lengths, dashes))
    return [*filter(_KEY.fullmatch, dict.fromkeys(joined))]


def _add_texts(match: Match, content: bytes, shorter: list[bytes], longer: list[bytes]) -> Match:
    """Return a key with the texts that it may be; if there are too many, its end is open."""
    others = _list_marked(match, content), _list_others(match, content)
    texts = dict.fromkeys(chain(*others, shorter, longer))
    secrets = tuple(_build_key(one) for one in texts)
    if len(shorter) <= MAX_ENDS and len(longer) <= MAX_CANDIDATES + MAX_CUTS:
        return match._replace(candidates=secrets)
    return match._replace(bounds=Bounds.OPEN, candidates=secrets[:MAX_CANDIDATES])


@lru_cache(maxsize=32)  # a text may repeat a line thousands of times
def _read_rests(
    text: bytes, end: TextEnd, lengths: tuple[int, ...]
) -> tuple[tuple[Rest, ...], tuple[bytes, ...]]:
    """Return the rests in each layer of the text around a key, innermost first, and whole keys."""
    outer, *inner = _list_texts(end)
    groups = [_place(find_rests(layer), end.after) for layer in inner[::-1]]
    groups.append(tuple(find_rests(outer)))
    return tuple(chain.from_iterable(groups)), tuple(_join(text, end.after, groups, lengths))


@lru_cache(maxsize=32)
def _list_continuations(end: TextEnd) -> _Groups | None:
    """Return what may continue a key in each layer, or nothing if another value may do so."""
    layers = [*_list_texts(end)]
    found = [(layer, find_continuations(layer)) for layer in reversed(layers)]  # innermost first
    if any(not ways and _may_be_in_next_value(layer) for layer, ways in found):
        return None
    return tuple(_place(way, end.after) for _, ways in found for way in ways)


def _place(rests: Iterable[Rest], after: bytes) -> tuple[Rest, ...]:
    """Return the rests in a layer with the offsets that they have in the text around it."""
    placed, at = [], 0
    for rest in rests:
        start = after.find(rest.text, at)
        if start < 0:  # a part of it is escaped
            break
        at = start + len(rest.text)
        placed.append(Rest(rest.text, start, at))
    return tuple(placed)


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


def _list_texts(end: TextEnd) -> Iterator[TextEnd]:
    """Yield an end in each layer of the text around it, also in those of the records there."""
    layers = [*list_layers(end)]
    yield from layers
    for record in filter(None, map(open_record, layers)):
        yield from list_layers(record)


def _may_be_in_next_value(layer: TextEnd) -> bool:
    """Return whether another value may be the rest of a key, unless an inner text decides."""
    return not layer.is_in_layer and may_be_in_next_value(layer)


def add_part(match: Match, content: bytes, part: bytes) -> Match:
    """Return a key, and its first part as a candidate if it is one too."""
    text = content[match.start : match.end]
    if not (_KEY.fullmatch(part) and part != text and text.startswith(part)):
        return match
    return match._replace(candidates=(*match.candidates, _build_key(part)))


def _find_spans(match: Match, rests: Iterable[Rest]) -> tuple[Span, ...]:
    return tuple((match.end + rest.start, match.end + rest.end) for rest in rests)


def add_joined(match: Match, content: bytes, names: JoinedNames) -> Match:
    """Return a part of a key with the whole keys that it is a part of, as far as `names` tell."""
    spans = ((match.start, match.end), *match.elsewhere)
    if _build_key(_read(content, spans)) != match.secret:
        return match
    found = names.find_rests(spans)
    texts = dict.fromkeys(_read(content, (*spans, *rests)) for rests in found)
    if added := names.find_added(spans):
        found.append(tuple(added))
        texts = {_read(content, sorted((*spans, *added))): None, **texts}
    secrets = [_build_key(one) for one in texts if _KEY.fullmatch(one)]
    rests = dict.fromkeys(chain.from_iterable(found))
    return match._replace(candidates=tuple(secrets[:MAX_CANDIDATES]), rests=tuple(rests))


def _read(content: bytes, spans: Iterable[Span]) -> bytes:
    return b"".join([content[start:end] for start, end in spans])


def _read_dashes(content: bytes, end: int) -> bytes:
    """Return the hyphens and underscores after a key: at a line end, they may be a part of it."""
    found = _DASHES.match(content, end)
    return found[0].replace(b"\xe2\x80\x90", b"-") if found else b""


def _list_joined(
    text: bytes, rests: Sequence[Rest], lengths: Sequence[int], dashes: bytes = b""
) -> Iterator[bytes]:
    joined = [text]
    for rest in rests:
        joined.append(joined[-1] + rest.text)
    for length in lengths:
        if len(text) < length <= len(joined[-1]):
            yield joined[-1][:length]
    for whole in joined[1:]:
        if dashes:
            yield (text + dashes + whole[len(text) :]).rstrip(b"-_")
        yield from spell_dashes(whole.rstrip(b"-_"))
    yield from (text[:length] for length in lengths if length < len(text))


def _list_others(match: Match, content: bytes) -> Iterator[bytes]:
    """Yield the texts up to the other ends that bytes near the key name."""
    for end in match.other_ends:
        text = content[match.start : end]
        if end != match.end and _KEY.fullmatch(text):
            yield text


def _list_marked(match: Match, content: bytes) -> list[bytes]:
    """Return the text with the marks after it, unless they also precede it, as for emphasis."""
    start, end = match.start, match.end
    if content[end : end + 1] not in _MARKS or content[start - 1 : start] in _MARKS:
        return []
    ends = range(end + 1, end + 1 + min(_MAX_MARKS, len(_read_dashes(content, end))))
    return [text for text in (content[start:one] for one in ends) if _KEY.fullmatch(text)]


def list_shorter(text: bytes) -> list[bytes]:
    """Return the text up to each hyphen or underscore, the longest first.

    The first of several may belong to it.
    """
    ends = list[int]()
    for joint in _JOINT.finditer(text, MIN_KEY):
        ends += (joint.start(), joint.start() + 1) if len(joint[0]) > 1 else (joint.start(),)
    return [text[:end] for end in reversed(ends)]
