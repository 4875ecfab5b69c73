"""Character references of HTML and XML: `&#119;`, `&#x77;`, `&lowbar;`, and `&amp;#119;`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders import _escapes

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

NAME = "entities"

_STYLES = (b"&#%d;", b"&#x%x;")
_FIRST_STYLES = (
    *(b"&#%d", b"&#%d;", b"&#0%d", b"&#00%d", b"&#x%x", b"&#X%x", b"&#x0%x", b"&#x00%x"),
    *(b"&#x%X", b"&#X%X", b"&#x0%X", b"&#x00%X"),
)
_NESTED_STYLES = (b"amp;#%d", b"amp;#x%x", b"amp;#X%x", b"amp;#x%X", b"amp;#X%X")
_ESCAPE = rb"&(?:#([0-9]{1,8});?|#[xX]([0-9A-Fa-f]{1,8});?|([A-Za-z]{2,8});)"
_ANY_ESCAPE = rb"&(?:#|amp;|lowbar;|UnderBar;|hyphen;|dash;)"
_CHARACTERS = {
    **{b"lowbar": b"_", b"UnderBar": b"_", b"hyphen": b"-", b"dash": b"-", b"amp": b"&"},
    **{b"quot": b'"', b"apos": b"'", b"lt": b"<", b"gt": b">", b"nbsp": b" ", b"num": b"#"},
    **{b"bsol": b"\\", b"percnt": b"%", b"equals": b"=", b"semi": b";", b"colon": b":"},
    **{b"Tab": b"\t", b"NewLine": b"\n", b"plus": b"+", b"sol": b"/"},
}


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the anchor up to its first reference, and the plain anchor.

    A key after a plain anchor may hold a reference.
    """
    if exact_case:
        yield anchor
        yield from _escapes.list_first_escapes(anchor, _FIRST_STYLES, b"&")
        yield from (style % anchor[0] for style in _NESTED_STYLES)
        yield from (anchor[:1] + b"&" + style % anchor[1] for style in _NESTED_STYLES)


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield the anchor with all characters escaped, and with all but letters and digits escaped."""
    yield from _escapes.escape_in_each_style(anchor, _STYLES)
    yield anchor.replace(b"_", b"&lowbar;")


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield prefixes of an encoded anchor that is escaped once more."""
    yield from _escapes.escape_again(text, _STYLES)
    if text[:1] == b"&":
        yield b"&amp;" + text[1:5]
    elif text[:1] in (b"\\", b"%", b"="):
        name = {b"\\": b"&bsol;", b"%": b"&percnt;", b"=": b"&equals;"}[text[:1]]
        yield name + text[1:3]


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around the encoded anchors, with one level of references decoded."""
    for span in _escapes.find_escaped_spans(content, found, b"&", _ANY_ESCAPE):
        yield _escapes.decode_escapes(content, span, _ESCAPE, _decode_escape)


def _decode_escape(escape: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = escape.groups()
    if name:
        return _CHARACTERS.get(name, escape[0])
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number).encode("utf-8", "replace") if number <= 0x10FFFF else escape[0]
