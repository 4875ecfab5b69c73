"""Secrets that are cut short: an ellipsis or a mask stands for the rest."""

from __future__ import annotations

import re

CUT_SHORT = "cut short by an ellipsis"

_MAX_SIZE = 16
"""Bytes after a secret that decide."""

_ELLIPSIS = re.compile(
    rb"""(?x)
    \.{3,6} (?! \. )                                        # more dots are a leader
  | \*{3,} (?! /  )                                         # nor the end of a comment
  | \xe2\x80\xa6 | \\u2026 | \\u\{2026\} | \\xe2\\x80\\xa6 | %E2%80%A6
  | & (?: hellip | mldr | \#8230 | \#[xX]2026 ) ;
  | (?: \xe2\x80\xa2 | \xe2\x97\x8f | \xe2\x96[\x88-\x93] ){3}
  | [\[(<{] [ ]?
    (?: \.{3} | \xe2\x80\xa6 | \*{3} | (?i: truncated | redacted | snip | cut | masked | hidden ) )
    [ ]? [\])>}]
"""
)


def is_cut_short(content: bytes, start: int, end: int) -> bool:
    """Return whether an ellipsis follows the secret at `content[start:end]`.

    Stars on both sides are markup, as in `***key***`.
    """
    after = content[end : end + _MAX_SIZE]
    if not _ELLIPSIS.match(after):
        return False
    return not (after[:1] == b"*" and content[max(0, start - 1) : start] == b"*")
