"""Tells a text in UTF-16 by its beginning, and whether anything in it may be wrapped."""

from __future__ import annotations

from wakeyscan.catalog import Form, Hit, Look

_HEAD = 64
"""Bytes that tell whether a text is in UTF-16."""


def in_utf16(text: bytes | memoryview, look: Look) -> list[Hit]:
    """Say whether a text that is in UTF-16 has anything in it that is not plain there, either."""
    mark = wide_beginning(bytes(text[:_HEAD]))
    if not mark or not look(bytes(text).replace(b"\0", b"")):
        return []
    return [Hit(Form(mark, "utf16", mark, True), 0)]


def wide_beginning(head: bytes) -> bytes:
    """Give what a text in UTF-16 begins with, or nothing if it is none by its first bytes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[:2] if head[2:4] != b"\0\0" else b""  # else it is UTF-32
    for first in (0, 1):
        letters, nuls = head[first:32:2], head[1 - first : 32 : 2]
        if len(letters) >= 8 and not nuls.strip(b"\0") and b"\0" not in letters:
            return head[first : first + 8]
    return b""
