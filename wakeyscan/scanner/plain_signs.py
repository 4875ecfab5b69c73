r"""Signs of code inside other text, written plainly: `\n`, `&quot;`, `""`, `=3D`.

Code may be in a string of JSON, in a page, in a cell of CSV or in a mail. A sign takes the place of
what is written for it, with blanks beside it: so all offsets stay. The blanks of a quote are never
within its literal.
"""

from __future__ import annotations

import re
from functools import partial

from wakeyscan.core.lazy import lazy_pattern

_SIGNS = (
    (b"\\n'", lazy_pattern(rb"\\n'[ \t]*\r?\n[ \t]*'"), b"\n"),
    (b'\\n"', lazy_pattern(rb'\\n"[ \t]*\r?\n[ \t]*"'), b"\n"),
    (b"\\\\n", lazy_pattern(rb"\\{2,16}n"), b"\n"),
    (b'\\\\\\"wa_live_', lazy_pattern(rb'\\{3,15}"'), b'"'),
    (b"&quot;wa_live_", lazy_pattern(rb"&quot;"), b'"'),
    (b"&#34;wa_live_", lazy_pattern(rb"&#34;"), b'"'),
    (b"&#39;wa_live_", lazy_pattern(rb"&#39;"), b"'"),
    (b"&#x27;wa_live_", lazy_pattern(rb"&#x27;"), b"'"),
    (b"&apos;wa_live_", lazy_pattern(rb"&apos;"), b"'"),
    (b'""wa_live_', lazy_pattern(rb'(?<=[\s=(\[,+])""(?=[\w-])|(?<=[\w-])""(?=[\s;)\],+])'), b'"'),
    (b"=3D", lazy_pattern(rb"=3D"), b"="),
)
"""A text that shows that a sign is in a content, what is written for it, and the sign.

Programs that print a long string write its lines as literals, one below the other.
"""
_BREAKS = ((b"\\n", b" \n"), (b"\\r", b"  "), (b"\\t", b"  "))
"""Escapes that nearly all strings have, and blanks of the same length."""
_WORD = lazy_pattern(rb"[\w-]")


def write_plainly(content: bytes) -> bytes:
    """Return a content of the same length with plain signs."""
    for mark, pattern, sign in _SIGNS:
        if mark in content:
            content = pattern.sub(partial(_pad, sign), content)
    for escape, blanks in _BREAKS:
        content = content.replace(escape, blanks)
    return content


def _pad(sign: bytes, found: re.Match[bytes]) -> bytes:
    """Return a sign with blanks before it if a word follows, else after it."""
    blanks = b" " * (len(found[0]) - 1)
    is_before_word = _WORD.match(found.string, found.end()) is not None
    return blanks + sign if is_before_word or sign.isspace() else sign + blanks
