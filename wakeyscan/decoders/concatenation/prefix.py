"""Knows what stands before a part of the prefix of keys, where literals cut that in pieces."""

from __future__ import annotations

from typing import NamedTuple

from wakeyscan.core.secret import KEY_PREFIX

PREFIX = KEY_PREFIX.encode()
QUOTES = (b'"', b"'", b"`")
CLOSING = (*QUOTES, b"\\")
"""Where a literal ends: at a quote, of JSON in JSON at one that is escaped."""
_REACH = 320
"""Bytes before a part in which the part before it ends."""


class Before(NamedTuple):
    """The part of the prefix that stands before another, in a literal of its own."""

    ends: tuple[bytes, ...]
    """Its last letter, with what closes it."""
    parts: tuple[bytes, ...]
    """All that it may be: from a quote on, or from the beginning of the prefix."""

    def is_at(self, content: bytes | memoryview, at: int) -> bool:
        """Say whether it ends in the bytes before an offset.

        Of the last letter there are few, so each is looked at: a pattern takes ten times as long.
        """
        near = bytes(content[max(0, at - _REACH) : at])
        for end in self.ends:
            place = near.find(end)
            while place >= 0:
                if near.endswith(self.parts, 0, place + 1):
                    return True
                place = near.find(end, place + 1)
        return False


def part_before(mark: bytes) -> Before | None:
    """Give what stands before a part of the prefix; `None` where it begins that.

    `mark` is the part, with a quote before it and maybe one behind: `"li"` is a word of all code,
    and so is the beginning of `"ve_…`.
    """
    start = PREFIX.find(mark[1:].rstrip(b"".join(CLOSING))) if mark[:1] in QUOTES else 0
    if start < 1:
        return None
    quoted = (quote + PREFIX[begin:start] for quote in QUOTES for begin in range(1, start))
    ends = tuple(PREFIX[start - 1 : start] + closing for closing in CLOSING)
    return Before(ends, (*quoted, PREFIX[:start]))
