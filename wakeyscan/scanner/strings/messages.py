"""Messages of Protocol Buffers: where their strings start and end.

A message is a sequence of fields, without a signature. Each begins with a tag, which is the number
of the field and its wire type. A string, or a message in it, has its length after the tag. Tag and
length may look like letters, so only a content that is all fields, from its start to its end, is a
message. A file of many messages has the length of each before it.

    wire type   0  varint   1  8 bytes   2  length and bytes   5  4 bytes

Source: "Encoding" in the documentation of Protocol Buffers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.scanner.string_tables import Span, select_within

_VARINT, _STRING = 0, 2
_SIZES = {1: 8, 5: 4}
"""Bytes of the values of a fixed size, by wire type."""
_MORE, _LOW = 0x80, 0x7F
"""Bit of a byte of a varint that is not the last one, and the bits of its value."""
_MAX_VARINT = 10
"""Bytes of the longest varint."""
_MAX_FIELDS = 1 << 18
_MAX_DEPTH = 8
"""Levels of messages in others."""


def find_message_strings(content: bytes, offsets: Sequence[int]) -> dict[int, Span]:
    """Return the innermost string that holds each of the offsets, which ascend.

    Content that is no message, nor many of them, has none. The cost is linear in its size, and
    small for a text, which is soon found to be no message.
    """
    spans = _list_strings(content, 0, len(content), offsets)
    if spans is None:
        spans = _list_in_sequence(content, offsets)
    return dict(_find_innermost(content, spans, offsets, _MAX_DEPTH))


def _find_innermost(
    content: bytes, spans: Sequence[Span], offsets: Sequence[int], depth: int
) -> Iterator[tuple[int, Span]]:
    """Yield each offset in one of the spans, with the string of a message in it, or the span."""
    for start, end in spans:
        inside = select_within(offsets, start, end)
        yield from ((at, (start, end)) for at in inside)
        if depth and start not in inside and (inner := _list_strings(content, start, end, inside)):
            yield from _find_innermost(content, inner, inside, depth - 1)


def _list_in_sequence(content: bytes, offsets: Sequence[int]) -> list[Span]:
    """List the strings of many messages, each with its length before it."""
    found: list[Span] = []
    at = 0
    for _ in range(_MAX_FIELDS):
        if at == len(content):
            return found
        size, start = _read_varint(content, at, len(content))
        at = start + size
        spans = _list_strings(content, start, at, offsets) if at <= len(content) else None
        if spans is None:
            break
        found += spans
    return []


def _list_strings(
    content: bytes, start: int, end: int, offsets: Sequence[int]
) -> list[Span] | None:
    """List the strings of a message that hold an offset; `None`: it is no message."""
    found: list[Span] = []
    at = start
    for _ in range(_MAX_FIELDS):
        if at == end:
            return found
        tag, at = _read_varint(content, at, end)
        kind = tag & 7
        if tag >> 3 == 0:
            return None
        if kind == _STRING:
            size, first = _read_varint(content, at, end)
            at = first + size
            if select_within(offsets, first, at):
                found.append((first, at))
        elif kind == _VARINT:
            _, at = _read_varint(content, at, end)
        elif kind in _SIZES:
            at += _SIZES[kind]
        else:
            return None
        if at > end:
            return None
    return None


def _read_varint(content: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the integer at an offset, and its end, which is after `end` if it is not valid.

    No encoder makes it longer than needed.
    """
    value = 0
    for size, byte in enumerate(content[at : min(end, at + _MAX_VARINT)]):
        value |= (byte & _LOW) << 7 * size
        if byte < _MORE:
            if byte == 0 and size:
                break
            return value, at + size + 1
    return 0, end + 1
