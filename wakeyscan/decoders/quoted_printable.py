"""Quoted-printable, as mail is: `=5F`, and long lines that are broken with `=` anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders import _escapes
from wakeyscan.decoders.decoder import DecodedText, FoundForms

NAME = "quoted-printable"

_STYLES = (b"=%02X", b"=%02x")
_ESCAPE = rb"=(?:([0-9A-Fa-f]{2})|[ \t]*(?:\r?\n|\r))"
_ANY = rb"=(?:[0-9A-Fa-f]{2}|[ \t]*[\r\n])"
_OTHERS = (b"=25", b"=5C", b"=26")
"""What another escape begins with."""
_KEY = re.compile(re.escape(KEY_PREFIX.encode()) + _escapes.KEY_REST + rb"\Z")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the anchor up to its first escape or broken line, and itself: its key may hold one.

    `wa=` is an assignment in many a script, so that there what follows counts, too.
    """
    if not exact_case:
        return
    yield anchor
    for style in (*_STYLES, b"=3D%02X"):
        yield style % anchor[0] + anchor[1:2]
        yield style % anchor[0] + b"="
        yield from (anchor[:plain] + style % anchor[plain] for plain in (1, 2))
    for plain in (1, 2):
        yield anchor[:plain] + b"=\r"
        # Base64, too, ends its lines so: what goes on with the anchor is rare.
        yield from (anchor[:plain] + b"=\n" + more for more in (anchor[plain : plain + 1], b"="))
    yield from (anchor[:2] + style for style in _OTHERS)
    yield from (anchor[:plain] + b"=" for plain in range(3, len(anchor)))


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the anchor escaped wholly, and but for letters and digits."""
    yield from _escapes.spelled(anchor, _STYLES[:1])


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give how an escaped anchor begins when it is escaped once more."""
    yield from _escapes.heads(text, _STYLES[:1])


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield what stands around the marks, with escapes taken off and broken lines joined."""
    for start, end in _escapes.stretches(content, marks, b"=", _ANY):
        yield _escapes.taken_off(content, start, end, _ESCAPE, _decoded)


def _decoded(escape: re.Match[bytes]) -> bytes:
    """Undo one; behind a plain prefix `=50` assigns a number: mail leaves digits alone."""
    if not escape[1]:
        return b""
    byte = bytes.fromhex(escape[1].decode("ascii"))
    start = escape.start()
    if byte.isalnum() and _KEY.search(escape.string, max(0, start - _escapes.BEFORE), start):
        return escape[0]
    return byte
