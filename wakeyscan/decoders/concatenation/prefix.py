"""Parts of a split key prefix, and the parts that must precede them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.named_tuple import NamedTuple
from wakeyscan.core.secret import KEY_PREFIX

if TYPE_CHECKING:
    from wakeyscan.decoders.split_prefix import Check

PREFIX = KEY_PREFIX.encode()
QUOTES = (b'"', b"'", b"`")
CLOSINGS = (*QUOTES, b"\\")
"""Characters after a literal: a quote, or the backslash of an escaped quote in JSON."""
_MAX_DISTANCE = 320
"""Maximum bytes before a part within which the previous part ends."""


class PreviousPart(NamedTuple):
    """The part of the prefix that precedes another part, in its own literal."""

    ends: tuple[bytes, ...]
    """Its last letter with each closing character."""
    parts: tuple[bytes, ...]
    """All forms of the part: after an opening quote, or from the start of the prefix."""

    def is_before(self, content: bytes | memoryview, offset: int) -> bool:
        """Return whether the part ends within the bytes before `offset`.

        Few places have the last letter, so each is checked: a pattern takes ten times as long.
        """
        before = bytes(content[max(0, offset - _MAX_DISTANCE) : offset])
        for end in self.ends:
            found = before.find(end)
            while found >= 0:
                if before.endswith(self.parts, 0, found + 1):
                    return True
                found = before.find(end, found + 1)
        return False


def find_check(text: bytes) -> Check | None:
    """Return the check for a part of the prefix; `None` if it starts the prefix."""
    previous = find_previous_part(text)
    return previous.is_before if previous else None


def find_previous_part(text: bytes) -> PreviousPart | None:
    """Return what must precede a part of the prefix; nothing if the part starts the prefix.

    `text` is the part with a quote before it and perhaps one after it. Without this check, `"li"`
    and the start of `"ve_…` would match words in all kinds of code.
    """
    start = PREFIX.find(text[1:].rstrip(b"".join(CLOSINGS))) if text[:1] in QUOTES else 0
    if start < 1:
        return None
    quoted = (quote + PREFIX[first:start] for quote in QUOTES for first in range(1, start))
    ends = tuple(PREFIX[start - 1 : start] + closing for closing in CLOSINGS)
    return PreviousPart(ends, (*quoted, PREFIX[:start]))
