"""Keys in pieces: literals that a language joins, next to each other or by way of a name.

Only the prefix of keys is known to have a body that tells where it ends.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.display import KEY_PREFIX
from wakeyscan.layer import Layer

NAME = "pieces"

_PREFIX = KEY_PREFIX.encode()


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the prefix of keys, and the longer part of it where a quote cuts it in two."""
    if anchor == _PREFIX:
        yield anchor
        for cut in range(1, len(anchor)):
            for quote in (b'"', b"'", b"`"):
                yield quote + anchor[cut:] if cut <= len(anchor) // 2 else anchor[:cut] + quote


def spell(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: what is wrapped around pieces is taken off first, where it shows."""
    yield from ()


def rewrap(text: bytes) -> Iterator[bytes]:
    """Give nothing: an escaped prefix that is cut in pieces is left alone."""
    yield from ()


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Layer]:
    """Yield each key that is in pieces, put together."""
    from wakeyscan import joining  # 20 ms of patterns that most runs never need

    yield from joining.joined(content, marks)
