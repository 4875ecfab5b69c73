"""Keys in pieces: literals that a language joins, next to each other or by way of a name.

Only the prefix of keys is known to have a body that tells where it ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.decoders.concatenation.prefix import CLOSING, PREFIX, QUOTES, part_before
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

NAME = "pieces"

_HALF = len(PREFIX) // 2
_SEEN = 3
"""Letters of the prefix that, with what closes them, are rare enough to be looked for."""
_INNER = 2
"""The same of letters with a quote on either side."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the prefix of keys, and a part of it that shows wherever it is cut in up to five.

    Of two parts that is the longer one; of more, where neither end is long, one between. Cut in
    more, or in more than three behind a single letter, it may be all letters that are everywhere.
    """
    if anchor != PREFIX:
        return
    yield anchor
    for cut in range(1, len(anchor) - _INNER):
        yield from (quote + anchor[cut:] for quote in QUOTES)
    for cut in range(_SEEN, len(anchor)):
        yield from (anchor[:cut] + closing for closing in CLOSING)
    for start in range(1, len(anchor) - _INNER):
        for end in range(start + _INNER if start > 1 else _HALF + 1, len(anchor)):
            middle = anchor[start:end]
            yield from (quote + middle + last for quote in QUOTES for last in (quote, b"\\"))


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: what is wrapped around pieces is taken off first, where it shows."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: an escaped prefix that is cut in pieces is left alone."""
    yield from ()


def decode(content: bytes, marks: FoundAnchors) -> Iterator[DecodedText]:
    """Yield each key that is in pieces, put together."""
    if any(_may_be_one(content, mark) for mark in marks):
        from wakeyscan.decoders.concatenation import (
            assemble,  # 20 ms of patterns that most runs never need
        )

        yield from assemble.joined(content, marks)


def _may_be_one(content: bytes, mark: bytes) -> bool:
    """Say whether a literal ends before a part of the prefix as one must."""
    before = part_before(mark)
    return before is None or any(before.is_at(content, at) for at in find_all(content, mark))
