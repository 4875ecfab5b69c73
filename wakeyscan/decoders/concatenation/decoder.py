"""Keys that a program concatenates from string literals, directly or through variables.

Only parts of the key prefix are searched for: no other secret has a body whose end is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.line_index import find_all
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.prefix import (
    BARE_ENDS,
    CLOSINGS,
    PREFIX,
    QUOTES,
    TEMPLATE_STARTS,
    find_check,
    find_open_prefixes,
    list_bare_rests,
)

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation import embedded
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors
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
    """Yield where a literal ends with the part of the prefix that must precede `text`.

    A whole prefix may be in the first part of a key.
    """
    if text == PREFIX:
        yield from (start for start, _ in find_open_prefixes(content))
        return
    check = find_check(text)
    for offset in find_all(content, text):
        if check is None or check(content, offset):
            yield offset
