"""The forms in which a copy of a secret may be written, reduced to letters and digits."""

from __future__ import annotations

import codecs
from base64 import b32encode, b64decode, b64encode
from binascii import hexlify
from collections.abc import Iterator
from contextlib import suppress

from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.secret import Secret

_MAX_END = 128
"""Bytes at each end of a secret whose forms are known: an excerpt shows no more of a copy."""

_PREFIX = KEY_PREFIX.encode()
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
LETTERS = _CAPITALS + _CAPITALS.lower() + b"0123456789"
LOWER = bytes.maketrans(_CAPITALS, _CAPITALS.lower())
OTHERS = bytes(set(range(256)) - set(LETTERS))
ROT13 = bytes.maketrans(LETTERS, codecs.encode(LETTERS.decode(), "rot13").encode())

_DECIMAL, *_ = _NUMBERS = [
    [pattern % code for code in range(256)]
    for pattern in (
        *(b"%d", b"%03d", b"%o", b"%03o", b"0%o", b"0o%o"),
        *(b"x%02x", b"0x%02x", b"u00%02x", b"u%x", b"%06x", b"00%02x", b"%02x00", b"25%02x"),
    )
]
"""Each character as a number: of a list, an escape, UTF-16, or percent-encoding done twice."""

_NULS = (b"0", b"00", b"x00", b"u0000", b"u200b")
"""Letters and digits of escapes that may be between characters."""


def join_forms(secret: Secret) -> bytes:
    """Return the letters and digits of all forms of a secret's ends, each on a line."""
    text = secret.reveal()
    body = text.removeprefix(_PREFIX)
    decoded = _decode(text) if body == text else b""
    parts = {body[:_MAX_END], body[-_MAX_END:], decoded[:_MAX_END]}
    spellings = b"\n".join(form for part in parts for form in _list_spellings(part))
    codes = b"\n".join(form for part in parts for form in _list_codes(part))
    lines = b"\n".join((spellings, spellings[::-1], codes))
    return lines.translate(LOWER, OTHERS.replace(b"\n", b""))


def _decode(text: bytes) -> bytes:
    """Return the user and password of basic authentication."""
    with suppress(ValueError):  # not ASCII, or not base64
        decoded = b64decode(text + b"==")
        return decoded if b":" in decoded else b""
    return b""


def _list_spellings(part: bytes) -> Iterator[bytes]:
    """Yield the forms of a text that are also searched in reverse."""
    yield from (part, part.translate(ROT13), hexlify(part))
    yield from (b64encode(part[start:]) for start in range(3))
    yield from (b32encode(part[start:]) for start in range(5))


def _list_codes(part: bytes) -> Iterator[bytes]:
    """Yield the base64 of the reversed text, and the numbers of its characters."""
    backwards = part[::-1]
    yield from (b64encode(backwards[start:]) for start in range(3))
    yield hexlify(backwards)
    yield b"".join([_DECIMAL[code] for code in backwards])
    yield from (b"".join([numbers[code] for code in part]) for numbers in _NUMBERS)
    yield from (
        separator.join([part[at : at + 1] for at in range(len(part))]) for separator in _NULS
    )
