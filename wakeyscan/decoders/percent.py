"""Percent-encoding, of all characters or a few: what URLs and form data hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.decoders import _escapes
from wakeyscan.decoders.decoder import DecodedText, FoundForms

NAME = "percent"

_STYLES = (b"%%%02X", b"%%%02x")
_NESTED = (b"%%25%02X", b"%%2525%02X")
_ESCAPE = rb"%([0-9A-Fa-f]{2})"
_ANY = rb"%[0-9A-Fa-f]{2}"


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the anchor up to its first escape, and itself: its key may hold one."""
    if exact_case:
        yield anchor
        yield from _escapes.first_escapes(anchor, _STYLES + _NESTED, b"%")


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the anchor escaped wholly, and but for letters and digits."""
    yield from _escapes.spelled(anchor, _STYLES)


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give how an escaped anchor begins when it is escaped once more."""
    yield from _escapes.heads(text, _STYLES)


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield what stands around the marks, decoded once."""
    for start, end in _escapes.stretches(content, marks, b"%", _ANY):
        yield _escapes.taken_off(content, start, end, _ESCAPE, _decoded)


def _decoded(escape: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escape[1].decode("ascii"))
