"""Quoted-printable encoding of mail: `=5F`, and `=` at the end of a line that continues."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders import _escapes

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

NAME = "quoted-printable"

_STYLES = (b"=%02X", b"=%02x")
_ESCAPE = rb"=(?:([0-9A-Fa-f]{2})|[ \t]*(?:\r?\n|\r))"
_ANY_ESCAPE = rb"=(?:[0-9A-Fa-f]{2}|[ \t]*[\r\n])"
_OTHER_INTROS = (b"=25", b"=5C", b"=26")
"""The intros of other escapes: `%`, a backslash and `&`."""
_MAX_WORD = 256
"""Bytes before an escape that may hold the start of its encoded word."""
_ENCODED_WORD = lazy_pattern(rb"=\?[\w.*-]{1,64}\?[Qq]\?[^?\s]*\Z")
"""The start of an encoded word of a mail header, in which an underscore is a blank."""
_PLAIN_KEY_START = lazy_pattern(re.escape(KEY_PREFIX.encode()) + _escapes.KEY_REST + rb"\Z")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the anchor up to its first escape or soft line break, and the plain anchor.

    `wa=` is a common assignment in scripts, so its search strings include the next character.
    """
    if not exact_case:
        return
    yield anchor
    for style in (*_STYLES, b"=3D%02X"):
        yield style % anchor[0] + b"="
        # Logs are full of hexadecimal ids, such as `id=77a…`, so the next character is included.
        yield from (style % anchor[0] + anchor[1:2] + third for third in (anchor[2:3], b"="))
        yield from (anchor[:plain] + style % anchor[plain] for plain in (1, 2))
    for plain in (1, 2):
        yield anchor[:plain] + b"=\r"
        # Base64 lines end in `=` too, but rarely continue with the next letter of the anchor.
        for following in (anchor[plain : plain + 1], b"="):
            yield anchor[:plain] + b"=\n" + following
    yield from (anchor[:2] + style for style in _OTHER_INTROS)
    yield from (anchor[:plain] + b"=" for plain in range(3, len(anchor)))


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield the anchor with all characters escaped, and with all but letters and digits escaped."""
    yield from _escapes.escape_in_each_style(anchor, _STYLES[:1])


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield prefixes of an encoded anchor that is escaped once more."""
    yield from _escapes.escape_again(text, _STYLES[:1])


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around the encoded anchors, with escapes decoded and soft breaks removed."""
    for span in _escapes.find_escaped_spans(content, found, b"=", _ANY_ESCAPE):
        yield _escapes.decode_escapes(content, span, _ESCAPE, _decode_escape)


def _decode_escape(escape: re.Match[bytes]) -> bytes:
    """Return the decoded escape, or nothing for a soft line break.

    The decoder of encoded words decodes headers. After a plain key prefix, `=50` assigns a number:
    mail does not escape digits or letters.
    """
    if not escape[1]:
        return b""
    if _is_in_encoded_word(escape):
        return escape[0]
    byte = bytes.fromhex(escape[1].decode("ascii"))
    start = escape.start()
    before = max(0, start - _escapes.CONTEXT_BEFORE)
    is_assignment = byte.isalnum() and _PLAIN_KEY_START.search(escape.string, before, start)
    return escape[0] if is_assignment else byte


def _is_in_encoded_word(escape: re.Match[bytes]) -> bool:
    content, end = escape.string, escape.start()
    start = content.rfind(b"=?", max(0, end - _MAX_WORD), end)
    return start >= 0 and _ENCODED_WORD.match(content, start, end) is not None
