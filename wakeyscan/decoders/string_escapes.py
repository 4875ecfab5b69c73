r"""Escapes of string literals: `\uNNNN`, `\u{N}`, `\xNN`, `\x{N}`, `\NNN`, and JSON inside JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.decoders import _escapes
from wakeyscan.decoders.decoder import DecodedText, FoundForms

NAME = "escapes"

_USUAL = (rb"\u%04x", rb"\x%02x", rb"\%03o")
_SPELLED = (*_USUAL, rb"\u%04X", rb"\x%02X", rb"\u{%x}")
_AGAIN = (rb"\u%04x", rb"\u%04X", rb"\x%02x", rb"\x%02X")
"""What writers of JSON and of scripts make of an escape that is in their way."""
_LONG = (rb"\U%08x", rb"\u{%x}", rb"\u{%04x}", rb"\x{%x}", rb"\x{%04x}")
_UPPER = (rb"\u%04X", rb"\x%02X", rb"\U%08X", rb"\u{%X}", rb"\u{%04X}", rb"\x{%X}", rb"\x{%04X}")
_STYLES = (*_USUAL, *_LONG, *_UPPER)
_ESCAPE = (
    rb"\\(?: u ([0-9A-Fa-f]{4}) | [ux]\{ ([0-9A-Fa-f]{1,6}) \} | x ([0-9A-Fa-f]{2})"
    rb" | U ([0-9A-Fa-f]{8}) | ([0-3]?[0-7]{1,2}) | ([\\\"'/`abefnrtv]) )"
)
_ANY = rb"\\+[uUx0-7/]"
_NAMED = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t", ord("e"): b"\x1b"}
_NAMED |= {ord("a"): b"\a", ord("b"): b"\b", ord("f"): b"\f", ord("v"): b"\v"}


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    r"""Give the anchor up to its first escape, and itself: its key may hold one.

    JSON inside JSON doubles each backslash: `\\u0077`.
    """
    if exact_case:
        yield anchor
        yield from _escapes.first_escapes(anchor, _STYLES, b"\\")
        yield from (anchor[:1] + b"\\" + style % anchor[1] for style in _USUAL)


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the anchor escaped wholly, and but for letters and digits."""
    yield from _escapes.spelled(anchor, _SPELLED)


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give how an escaped anchor begins when it is escaped once more."""
    yield from _escapes.heads(text, _AGAIN)
    yield from (_escapes.escaped(text[:2], style, b"") for style in _SPELLED)


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield what stands around the marks, with one level of escapes taken off."""
    for start, end in _escapes.stretches(content, marks, b"\\", _ANY):
        yield _escapes.taken_off(content, start, end, b"(?x)" + _ESCAPE, _decoded)


def _decoded(escape: re.Match[bytes]) -> bytes:
    unicode, braced, hexadecimal, long, octal, named = escape.groups()
    if named:
        return _NAMED.get(named[0], named)
    if octal:
        return bytes([int(octal, 8)])
    if hexadecimal:
        return bytes.fromhex(hexadecimal.decode("ascii"))
    number = int(unicode or braced or long, 16)
    return chr(number).encode("utf-8", "replace") if number <= 0x10FFFF else escape[0]
