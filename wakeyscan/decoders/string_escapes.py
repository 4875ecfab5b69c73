r"""Escapes of string literals: `\uNNNN`, `\u{N}`, `\xNN`, `\x{N}`, `\NNN`, and JSON inside JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders import _escapes
from wakeyscan.decoders._escapes import CONTEXT_AFTER
from wakeyscan.decoders.split_prefix import MIDDLES, PREFIX

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

NAME = "escapes"

_COMMON_STYLES = (rb"\u%04x", rb"\x%02x", rb"\%03o")
_ENCODE_STYLES = (*_COMMON_STYLES, rb"\u%04X", rb"\x%02X", rb"\u{%x}")
_ENCODE_AGAIN_STYLES = (rb"\u%04x", rb"\u%04X", rb"\x%02x", rb"\x%02X")
"""Styles of JSON and script writers, which escape the characters of another escape."""
_LONG_STYLES = (rb"\U%08x", rb"\u{%x}", rb"\u{%04x}", rb"\x{%x}", rb"\x{%04x}")
_UPPERCASE_STYLES = (
    rb"\u%04X",
    rb"\x%02X",
    rb"\U%08X",
    rb"\u{%X}",
    rb"\u{%04X}",
    rb"\x{%X}",
    rb"\x{%04X}",
)
_STYLES = (*_COMMON_STYLES, *_LONG_STYLES, *_UPPERCASE_STYLES)
_ESCAPE = (
    rb"\\(?: u ([0-9A-Fa-f]{4}) | [ux]\{ ([0-9A-Fa-f]{1,6}) \} | x ([0-9A-Fa-f]{2})"
    rb" | U ([0-9A-Fa-f]{8}) | ([0-3]?[0-7]{1,2}) | ([\\\"'/`abefnrtv]) )"
)
_ANY_ESCAPE = rb"\\+[uUx0-7/]"
_LINE_END = rb"(?<![A-Za-z0-9_-]{24})\\+[nr]"
"""The end of a line that cuts a key before it is long enough to be one."""
_FOLLOWS = b"(?:" + _ANY_ESCAPE + b"|" + _LINE_END + b")"
_PIECES = (
    *(b'\\"' + piece + b'\\"' for piece in (b"_", b"_l", b"a_", b"a_l")),
    *(middle + b'\\"' for middle in MIDDLES),
)
"""Pieces of a prefix in the events of a stream, which a string of JSON holds, as in a HAR file."""
_CUT_ENDS = (b"\\", b'\\"')
_AFTER_CUT = 1 << 14
"""Bytes decoded after a prefix that is cut: each piece of its key may be in an event of its own."""
_LETTER_ESCAPES = {ord("n"): b"\n", ord("r"): b"\r", ord("t"): b"\t", ord("e"): b"\x1b"}
_LETTER_ESCAPES |= {ord("a"): b"\a", ord("b"): b"\b", ord("f"): b"\f", ord("v"): b"\v"}


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    r"""Yield the anchor up to its first escape, and the plain anchor: its key may hold an escape.

    JSON inside JSON doubles each backslash: `\\u0077`.
    """
    if exact_case:
        yield anchor
        yield from _escapes.list_first_escapes(anchor, _STYLES, b"\\")
        yield from (anchor[:1] + b"\\" + style % anchor[1] for style in _COMMON_STYLES)
    if anchor == PREFIX:
        yield from _PIECES


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield the anchor with all characters escaped, and with all but letters and digits escaped."""
    yield from _escapes.escape_in_each_style(anchor, _ENCODE_STYLES)


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield prefixes of an encoded anchor that is escaped once more."""
    yield from _escapes.escape_again(text, _ENCODE_AGAIN_STYLES)
    yield from (_escapes.escape(text[:2], style) for style in _ENCODE_STYLES)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around the encoded anchors, with one level of escapes decoded."""
    after = _AFTER_CUT if any(text.endswith(_CUT_ENDS) for text in found) else CONTEXT_AFTER
    for span in _escapes.find_escaped_spans(content, found, b"\\", _FOLLOWS, after):
        yield _escapes.decode_escapes(content, span, b"(?x)" + _ESCAPE, _decode_escape)


def _decode_escape(escape: re.Match[bytes]) -> bytes:
    unicode, braced, hexadecimal, long, octal, named = escape.groups()
    if named:
        return _LETTER_ESCAPES.get(named[0], named)
    if octal:
        return bytes([int(octal, 8)])
    if hexadecimal:
        return bytes.fromhex(hexadecimal.decode("ascii"))
    number = int(unicode or braced or long, 16)
    return chr(number).encode("utf-8", "replace") if number <= 0x10FFFF else escape[0]
