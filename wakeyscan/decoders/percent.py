"""Percent-encoding of URLs and form data, of all characters or only some."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders import _escapes

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

NAME = "percent"

_STYLES = (b"%%%02X", b"%%%02x")
_NESTED_STYLES = (b"%%25%02X", b"%%2525%02X")
_ESCAPE = rb"%([0-9A-Fa-f]{2})"
_BYTES = {b"%02X" % byte: bytes((byte,)) for byte in range(256)}
_ANY_ESCAPE = rb"%[0-9A-Fa-f]{2}"


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the anchor up to its first escape, and the plain anchor: its key may hold an escape."""
    if exact_case:
        yield anchor
        yield from _escapes.list_first_escapes(anchor, _STYLES + _NESTED_STYLES, b"%")


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield the anchor with all characters escaped, and with all but letters and digits escaped."""
    yield from _escapes.escape_in_each_style(anchor, _STYLES)


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield prefixes of an encoded anchor that is escaped once more."""
    yield from _escapes.escape_again(text, _STYLES)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around the encoded anchors, with one level of escapes decoded."""
    for span in _escapes.find_escaped_spans(content, found, b"%", _ANY_ESCAPE):
        yield _escapes.decode_escapes(content, span, _ESCAPE, _decode_escape)


def _decode_escape(escape: re.Match[bytes]) -> bytes:
    return _BYTES[escape[1].upper()]
