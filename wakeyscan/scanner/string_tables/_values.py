"""Values in a row, each with its type before it, and the values that it contains after it.

A serializer writes a tree in this order. To find the strings, the walk reads one value after the
other, and counts how many must follow. No object is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.string_tables import Span, has_controls, select_within

VALUE = 0
"""The kind of a part that begins with its type."""
UNTIL_BREAK = 1 << 62
"""Number of values in a container that a break ends."""
_MAX_VALUES = 1 << 18


class Value(NamedTuple):
    """A value: where its own bytes end, and what follows them."""

    end: int
    text: Span | None = None
    parts: tuple[tuple[int, int], ...] = ()
    """Number and kind of the parts that follow, the last ones first."""
    is_break: bool = False


ReadValue = Callable[[bytes, int, int], Value | None]
"""Reads the part of a kind at an offset in a content; `None`: the format has no such part."""


def list_texts(
    content: bytes, start: int, read: ReadValue, offsets: Sequence[int], records: bytes = b""
) -> list[Span] | None:
    """List the texts in which an offset lies, if values fill the content from `start` to its end.

    `None`: they do not, or are too many. After a value, another one may begin with one of the bytes
    in `records`. A string that is no text is omitted: it may hold values itself.
    """
    found: list[Span] = []
    at, open_parts = start, [(1, VALUE)]
    for _ in range(_MAX_VALUES):
        while open_parts and not open_parts[-1][0]:
            open_parts.pop()
        if not open_parts:
            if at == len(content):
                return found
            if content[at] not in records:
                return None
            open_parts.append((1, VALUE))
        count, kind = open_parts.pop()
        value = read(content, at, kind) if at < len(content) else None
        if not value or value.end > len(content):
            return None
        at = value.end
        if value.is_break:
            if count < UNTIL_BREAK >> 1:
                return None
            continue
        open_parts += ((count - 1, kind), *value.parts)
        if value.text and select_within(offsets, *value.text) and is_text(content, *value.text):
            found.append(value.text)
    return None


def is_text(content: bytes, start: int, end: int) -> bool:
    """Return whether a string is UTF-8, without control characters that no text has."""
    text = content[start:end]
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return not has_controls(text)
