r"""Keys that are encoded in a name or a message, masked without decoding them.

The scanner finds encoded keys, but what it does not read may quote one too: the name of a ref or of
a file that cannot be opened, a message of git. Here a text with the prefix of a key in any common
encoding loses the whole word.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX

_MIN_SIZE = 20
"""Minimum characters of a text that holds a key: 16 and a few of its prefix, in fewer bits."""

# What the prefix alone determines, in each alignment of its bytes to the letters.
_BASE64 = ("d2FfbGl2ZV", "dhX2xpdmVf", "3YV9saXZlX")
_BASE64_TWICE = (
    *("ZDJGZmJHbDJaV", "QyRmZiR2wyWl", "kMkZmYkdsMlpW", "ZGhYMnhwZG1WZ", "RoWDJ4cGRtVm"),
    *("kaFgyeHBkbVZm", "M1lWOXNhWFpsW", "NZVjlzYVhabF", "zWVY5c2FYWmxY"),
)
_BASE64_BACKWARDS = ("X2V2aWxfYX", "9ldmlsX2F3", "fZXZpbF9hd")
"""The base64 of the prefix backwards."""
_BASE32 = ("o5qv63djozsv", "3wcx3mnf3gkx", "oyk7nruxmzk7", "53bl5wgs5tfl", "xmfpwy2lwmvp")
_ROT13 = "jn_yvir_"
_HEX = KEY_PREFIX.encode().hex()

_WORDS = (
    *_BASE64,
    *_BASE64_TWICE,
    *_BASE64_BACKWARDS,
    *(letters[::-1] for letters in (*_BASE64, KEY_PREFIX)),
    _ROT13,
    _ROT13[::-1],
)
_LOWER_WORDS = (*_BASE32, _HEX, _HEX[::-1])
"""Words whose case does not matter."""

_IN_WORD = lazy_pattern(
    rf"[\w+=-]*(?:{'|'.join(map(re.escape, _WORDS))}|(?i:{'|'.join(_LOWER_WORDS)}))[\w+/=-]*", re.A
)

_SIMILAR = lazy_pattern(
    r"((?i:wa[-_.]live[-_.]))(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{16}[\w-]*", re.A
)
"""A key whose prefix a tool has changed, as in the name of a branch. The rest may be unchanged."""

_ESCAPE_STARTS = ("%", "\\", "&", "=", "0x", "_x00", "\0")
_CODES = (("77", "61"), ("119", "97"), ("167", "141"))
"""The first two letters of the prefix in hex, decimal and octal, for escapes without a start."""

_CODE = (
    r"(?:(?:%(?:25)*|=|\\+[xu]\{{0*|\\+x|\\+u00|\\+U0{{6}}|&(?:amp;)?#[xX]0*|_x00|0x)?"
    r"(?i:{hex})[;}}]?|(?:&(?:amp;)?#0*)?{decimal};?|\\+0?{octal})"
)
"""One letter, escaped."""
_GAP = r"(?:=\r?\n|[\s\0,.:;/_-]){0,2}"
_ANY_CODE = _CODE.format(hex="[0-9a-f]{2}", decimal=r"\d{2,3}", octal=r"[0-7]{2,3}")


def _spell(letter: str) -> str:
    code = ord(letter)
    named = "|&(?:lowbar|UnderBar);" if letter == "_" else ""
    return f"(?:{letter}|{_CODE.format(hex=f'{code:02x}', decimal=code, octal=f'{code:o}')}{named})"


_ESCAPED = lazy_pattern(
    rf"(?=[w%=\\&_017])(?!{KEY_PREFIX})"
    + _GAP.join(map(_spell, KEY_PREFIX))
    + rf"(?:{_GAP}{_ANY_CODE}(?![A-Za-z0-9])|[\w%&#;=\\{{}}+-]){{8,}}",
    re.ASCII,
)


def mask_encoded_keys(text: str) -> str:
    """Mask each word that holds the prefix of a key in an encoding, and what follows the prefix."""
    if len(text) < _MIN_SIZE:
        return text
    lowered = text.lower()
    if any(word in text for word in _WORDS) or any(word in lowered for word in _LOWER_WORDS):
        text = _IN_WORD.sub(KEY_PREFIX + "…", text)
    if "live" in lowered:
        text = _SIMILAR.sub(r"\1…", text)
    if _may_be_escaped(lowered):
        text = _ESCAPED.sub(KEY_PREFIX + "…", text)
    return text


def _may_be_escaped(text: str) -> bool:
    return any(start in text for start in _ESCAPE_STARTS) or any(
        first in text and second in text for first, second in _CODES
    )
