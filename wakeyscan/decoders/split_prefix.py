"""Parts of a key prefix that a line fold or markup splits.

A prefix with one gap holds `wa_` or `live_` in one part. Some code also contains these parts as
words, so the prefilter checks the text around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX

PREFIX = KEY_PREFIX.encode()
HEAD, TAIL = PREFIX[:3], PREFIX[3:]
MIDDLES = (PREFIX[2:5], PREFIX[2:6], PREFIX[2:7])
"""Parts of a prefix with two gaps; the character after a part makes it rare."""

MAX_GAP = 512
"""Maximum bytes between two parts of a key."""
_ESCAPE_REACH = 16
"""Bytes before a part that may hold the start of a terminal escape, whose end is a letter."""

_TERMINAL_ESCAPE = lazy_pattern(rb"(?:\x1b|\\(?:033|e|x1[bB]|u001[bB]))\[[0-?]*[A-Za-z]\Z")
_PART_START = rb"(?:(?<!\w)|(?<=[mK]))"
"""Pattern of the end of a gap, which may be a terminal escape."""
_FORTRAN_LINE = lazy_pattern(rb"\n {5}\w\Z")

Check = Callable[["bytes | memoryview", int], bool]
"""Returns whether a part at an offset of a content belongs to a prefix with a gap."""


def list_parts(
    anchor: bytes, gap_starts: Iterable[bytes] = (), others: Iterable[bytes] = ()
) -> Iterator[bytes]:
    """Yield byte strings; every key prefix with up to two gaps holds at least one of them.

    `gap_starts` are the first bytes of a gap; only the second of two gaps must start with them.
    `others` are in prefixes with more gaps. Nothing is yielded for another anchor.
    """
    if anchor != PREFIX:
        return
    yield HEAD
    yield TAIL
    yield from (middle + start for middle in MIDDLES for start in gap_starts)
    yield from others


def find_check(text: bytes) -> Check | None:
    """Return the check for a part of the prefix; `None` if the text alone is rare enough."""
    return {HEAD: is_head, TAIL: is_tail}.get(text)


def is_head(content: bytes | memoryview, at: int) -> bool:
    """Return whether a prefix at `at` is whole, or ends with a gap."""
    text = bytes(content[at : at + len(PREFIX) + 1])
    size = len(HEAD)
    while size < len(PREFIX) and text[size : size + 1] == PREFIX[size : size + 1]:
        size += 1
    return size == len(PREFIX) or not re.match(rb"\w", text[size:])


def is_tail(content: bytes | memoryview, at: int) -> bool:
    """Return whether a prefix whose `live_` is at `at` starts before a gap."""
    size = len(HEAD)
    if content[max(0, at - size) : at] == HEAD:  # most of them, in a file with many keys
        return False
    while size and content[at - 1 : at] == PREFIX[size - 1 : size]:
        at, size = at - 1, size - 1
    if not size:
        return False
    if not _is_gap_end(bytes(content[max(0, at - _ESCAPE_REACH) : at])):
        return False
    before = bytes(content[max(0, at - MAX_GAP) : at])
    return _build_head_pattern(size).search(before) is not None


def _is_gap_end(end: bytes) -> bool:
    last = end[-1:]
    if not (last.isalnum() or last == b"_"):
        return True
    return bool(
        (b"[" in end and _TERMINAL_ESCAPE.search(end))
        or (b"\n     " in end and _FORTRAN_LINE.search(end))
    )


@cache
def _build_head_pattern(size: int) -> re.Pattern[bytes]:
    """Return the pattern of the last letter before a gap, the end of one of several parts.

    It starts with a literal, which `re` searches quickly; a look-behind checks the rest of the
    part.
    """
    parts = (PREFIX[:size], *(_PART_START + PREFIX[first:size] for first in range(1, size)))
    ends = b"|".join(b"(?<=" + part + b")" for part in parts)
    return re.compile(PREFIX[size - 1 : size] + rb"(?!\w)(?:" + ends + b")")
