"""Knows what stands before a part of the prefix of keys, where literals cut that in pieces."""

from __future__ import annotations

import re

from wakeyscan.display import KEY_PREFIX

PREFIX = KEY_PREFIX.encode()
QUOTES = (b'"', b"'", b"`")
CLOSING = (*QUOTES, b"\\")
"""Where a literal ends: at a quote, of JSON in JSON at one that is escaped."""
REACH = 320
"""Bytes before a part in which the part before it ends."""


def part_before(mark: bytes) -> re.Pattern[bytes] | None:
    """Give the pattern of the part before one, of which one stands within `REACH` bytes before it.

    `mark` is the part, with a quote before it and maybe one behind: `"li"` is a word of all code,
    and so is the beginning of `"ve_…`. `None`: it begins the prefix.
    """
    start = PREFIX.find(mark[1:].rstrip(b"".join(CLOSING))) if mark[:1] in QUOTES else 0
    if start < 1:
        return None
    parts = b"|".join(PREFIX[begin:start] for begin in range(1, start))
    within = b"""["'`](?:%b)|""" % parts if parts else b""
    return re.compile(b"""(?:%b%b)["'`\\\\]""" % (within, PREFIX[:start]))
