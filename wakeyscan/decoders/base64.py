"""Base64, standard and URL-safe: finds a wrapped anchor where it stands, and decodes only there."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator

from wakeyscan.layer import Layer

NAME = "base64"

_LONGEST = 1 << 20
"""Characters of one run that are decoded; what lies behind is left to the next anchor."""

_FROM_URLSAFE = bytes.maketrans(b"-_", b"+/")


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the characters that depend on the anchor alone, for its three alignments.

    An anchor at byte `3k + shift` shares its first and last character with its neighbours
    unless it ends on a border of three; those characters are left out. What may be written in
    any case has too many forms: only a key inside it is found.
    """
    if not exact_case:
        return
    for shift in range(3):
        text = b2a_base64(b"\0" * shift + anchor + b"\0" * (-(shift + len(anchor)) % 3))
        first = (8 * shift + 5) // 6
        last = 8 * (shift + len(anchor)) // 6
        yield text[first:last]


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Layer]:
    """Yield the text of each run of base64 that holds one of `marks`."""
    done = -1
    pattern = b"|".join(re.escape(mark) for mark in sorted(marks))
    for hit in re.finditer(pattern, content):
        if hit.start() < done:
            continue
        start, done = _run_around(content, hit.start())
        yield from _decoded(content, start, done)


_NOT_BASE64 = rb"[^A-Za-z0-9+/_-]"


def _run_around(content: bytes, at: int) -> tuple[int, int]:
    low = max(0, at - _LONGEST)
    before = content[low:at][::-1]
    edge = re.search(_NOT_BASE64, before)
    start = at - edge.start() if edge else low
    edge = re.search(_NOT_BASE64, content[at : at + _LONGEST])
    end = at + edge.start() if edge else min(len(content), at + _LONGEST)
    while content[end : end + 1] == b"=" and end < at + _LONGEST:
        end += 1
    return start, end


def _decoded(content: bytes, start: int, end: int) -> Iterator[Layer]:
    """Decode at every alignment: the run may be glued to letters that are no part of it."""
    for shift in range(4):
        text = content[start + shift : end].rstrip(b"=").translate(_FROM_URLSAFE)
        text = text[: len(text) - (len(text) % 4 == 1)]
        yield Layer(a2b_base64(text + b"=" * (-len(text) % 4)), (start, end))
