"""Keys that a program concatenates from string literals, directly or through variables.

Only parts of the key prefix are searched for: no other secret has a body whose end is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.prefix import (
    BARE_ENDS,
    CLOSINGS,
    NEAR,
    PREFIX,
    QUOTES,
    TEMPLATE_STARTS,
    build_open_check,
    find_check,
    list_bare_rests,
)

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation import embedded
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors
    from wakeyscan.decoders.split_prefix import Check
else:
    # Its patterns take 20 ms to compile, and most runs never need them.
    embedded = lazy_import("wakeyscan.decoders.concatenation.embedded")

NAME = "pieces"

_HALF = len(PREFIX) // 2
_MIN_PART = 3
"""Letters at either end of the prefix that, with a quote, are rare enough to be searched for."""
_MIN_MIDDLE = 2
"""Minimum letters within the prefix that, between quotes, are rare enough to be searched for."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the key prefix and its parts, to find it if it is split into up to five parts.

    Of two parts, the longer one is found. Of more, one in the middle is found if both ends are
    short. More parts, or more than three after a single letter, may all be too common to search
    for.
    """
    if anchor != PREFIX:
        return
    yield anchor
    for start in range(1, len(anchor) - _MIN_MIDDLE):
        yield from (quote + anchor[start:] for quote in QUOTES)
    for end in range(_MIN_PART, len(anchor)):
        yield from (anchor[:end] + closing for closing in (*CLOSINGS, *BARE_ENDS))
    yield from (anchor[:_MIN_PART] + opening for opening in TEMPLATE_STARTS)
    yield from list_bare_rests()
    for start in range(1, len(anchor) - _MIN_MIDDLE):
        for end in range(start + _MIN_MIDDLE if start > 1 else _HALF + 1, len(anchor)):
            middle = anchor[start:end]
            yield from (quote + middle + closing for quote in QUOTES for closing in (quote, b"\\"))


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield nothing: an encoding around the parts is decoded first if the anchor shows in it."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield nothing: an escaped prefix that is split into parts is not decoded."""
    yield from ()


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield each key that is concatenated from several literals."""
    offsets = chain.from_iterable(_find_split_prefixes(content, text) for text in found)
    if (first := next(offsets, None)) is not None:  # most prefixes are not split
        yield from embedded.decode_keys(content, found, sorted((first, *offsets)))


def _find_split_prefixes(content: bytes, text: bytes) -> Iterator[int]:
    """Yield where a prefix may be split before or after `text`, without those between two others.

    All of the text near them is read. A whole prefix may be in the first part of a key.
    """
    is_split = build_open_check(content) if text == PREFIX else find_check(text) or _accept
    at = _find_next(content, text, 0, is_split)
    while at >= 0:
        yield at
        last = _find_last(content, text, at, is_split)
        if last > at:
            yield last
        at = _find_next(content, text, at + NEAR + 1, is_split)


def _find_next(content: bytes, text: bytes, start: int, is_split: Check) -> int:
    at = content.find(text, start)
    while at >= 0 and not is_split(content, at):
        at = content.find(text, at + 1)
    return at


def _find_last(content: bytes, text: bytes, start: int, is_split: Check) -> int:
    at = content.rfind(text, start, start + NEAR + len(text))
    while at > start and not is_split(content, at):
        at = content.rfind(text, start, at + len(text) - 1)
    return at


def _accept(content: bytes | memoryview, at: int) -> bool:
    return True
