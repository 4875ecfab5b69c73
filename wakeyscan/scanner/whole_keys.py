"""Whole keys: the texts that may be all of a key, by the text around its end.

A text may repeat a line with a key thousands of times, so the last ones that were read are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import API_KEY, MIN_KEY, Secret
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.ends.continuations import find_continuations, may_be_in_next_value
from wakeyscan.scanner.ends.glued_words import MAX_CUTS
from wakeyscan.scanner.ends.layers import list_layers
from wakeyscan.scanner.ends.open_literals import open_record
from wakeyscan.scanner.ends.rests import find_rests, spell_dashes
from wakeyscan.scanner.ends.text_end import Rest, TextEnd

MAX_CANDIDATES = 8
"""Candidates of one key: each costs a request."""

MAX_ENDS = 8
"""Hyphens and underscores at which a key with a certain end may end; random keys have fewer."""

_KEPT = 32
"""Ends that are kept: they differ within the period of a text, and at its start and its end."""

KEY = lazy_pattern(rb"wa_live_[A-Za-z0-9_-]{16,128}")
_DASHES = lazy_pattern(rb"(?:[_-]|\xe2\x80\x90)*+")
"""Hyphens and underscores; a typesetter shows a hyphen as U+2010."""
_JOINT = lazy_pattern(rb"(?<=[A-Za-z0-9])[_-]+")


@lru_cache(maxsize=2 * _KEPT)
def build_key(text: bytes) -> Secret:
    """Return the secret of a text that may be a key."""
    return Secret(text, API_KEY)


class Readings(NamedTuple):
    """The other texts that a key with a certain end may be."""

    secrets: tuple[Secret, ...] = ()
    rests: tuple[Rest, ...] = ()
    may_be_in_next_value: bool = False
    """Whether another value may be the rest."""
    are_too_many: bool = False
    """Whether there are too many texts to try."""


@lru_cache(maxsize=_KEPT)
def list_readings(
    text: bytes, end: TextEnd | None, others: tuple[bytes, ...], unglued: tuple[bytes, ...]
) -> Readings:
    """Return the texts that a key may be, with the rests in each layer of the text around it.

    `others` are those that are tried first; `unglued` are without the words that follow it.
    """
    layers = [*_list_texts(end)] if end else []
    found = [(layer, find_continuations(layer)) for layer in reversed(layers)]  # innermost first
    if any(not ways and _may_be_in_next_value(layer) for layer, ways in found):
        return Readings(may_be_in_next_value=True)
    after = end.after if end else b""
    groups = [_place(way, after) for _, ways in found for way in ways]
    shorter, longer = list_shorter(text), [*unglued]
    if not (groups or shorter or longer or others):  # as for most keys
        return Readings()
    longer[:0] = _join(text, after, groups)
    secrets = tuple(map(build_key, dict.fromkeys((*others, *shorter, *longer))))
    rests = tuple(chain.from_iterable(groups))
    if len(shorter) <= MAX_ENDS and len(longer) <= MAX_CANDIDATES + MAX_CUTS:
        return Readings(secrets, rests)
    return Readings(secrets[:MAX_CANDIDATES], rests, are_too_many=True)


@lru_cache(maxsize=_KEPT)
def read_rests(
    text: bytes, end: TextEnd, lengths: tuple[int, ...]
) -> tuple[tuple[Rest, ...], tuple[bytes, ...]]:
    """Return the rests in each layer of the text around a key, and the key with them.

    Those in the innermost layer are the first. `lengths` are those of other keys.
    """
    outer, *inner = _list_texts(end)
    groups = [_place(find_rests(layer), end.after) for layer in inner[::-1]]
    groups.append(tuple(find_rests(outer)))
    return tuple(chain.from_iterable(groups)), tuple(_join(text, end.after, groups, lengths))


def list_shorter(text: bytes) -> list[bytes]:
    """Return the text up to each hyphen or underscore, the longest first.

    The first of several may belong to it.
    """
    ends = list[int]()
    for joint in _JOINT.finditer(text, MIN_KEY):
        ends += (joint.start(), joint.start() + 1) if len(joint[0]) > 1 else (joint.start(),)
    return [text[:end] for end in reversed(ends)]


def _join(
    text: bytes, after: bytes, groups: Iterable[Sequence[Rest]], lengths: Sequence[int] = ()
) -> list[bytes]:
    """Return a key with what may continue it, also with the hyphens at its end."""
    dashes = read_dashes(after, 0)
    joined = (one for group in groups for one in _list_joined(text, group, lengths, dashes))
    return [*filter(KEY.fullmatch, dict.fromkeys(joined))]


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


def _list_texts(end: TextEnd) -> Iterator[TextEnd]:
    """Yield an end in each layer of the text around it, also in those of the records there."""
    layers = [*list_layers(end)]
    yield from layers
    for record in filter(None, map(open_record, layers)):
        yield from list_layers(record)


def _may_be_in_next_value(layer: TextEnd) -> bool:
    """Return whether another value may be the rest of a key, unless an inner text decides."""
    return not layer.is_in_layer and may_be_in_next_value(layer)


def read_dashes(content: bytes, end: int) -> bytes:
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
