"""Decimal: the codes of characters in an array, `[119, 97, …]`, as a Buffer is in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.decoders.decoder import DecodedText, FoundForms, Segment

NAME = "decimal"

_LONGEST = 1 << 14
"""Characters of an array that are decoded to either side of an anchor."""
_INDENTS = (*(b" " * n for n in range(0, 18, 2)), *(b"\t" * n for n in range(1, 7)))
"""What stands before a code that has a line of its own."""

_CODE = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?![0-9.])"
_ARRAY = re.compile(rb"(?<![0-9.-])" + _CODE + rb"(?:\s{0,64},\s{0,64}" + _CODE + rb")*+")
_EACH = re.compile(rb"[0-9]+")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the codes of each half, since a line may end in one; those of two, in lines of one."""
    if not exact_case:
        return
    half = len(anchor) // 2
    for part in (anchor[:half], anchor[half:]):
        yield from (gap.join(b"%d" % letter for letter in part) for gap in (b",", b", "))
    for end in (b",\n", b",\r\n"):
        yield from (b"%d%b%d" % (anchor[0], end + indent, anchor[1]) for indent in _INDENTS)


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: arrays are not wrapped again, as a rule."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: what is escaped already is left alone."""
    yield from ()


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield the characters of each array that holds one of `marks`."""
    done = -1
    for hit in re.finditer(b"|".join(re.escape(mark) for mark in sorted(marks)), content):
        if hit.start() < done:
            continue
        for found in _ARRAY.finditer(
            content, _beginning(content, hit.start()), hit.end() + _LONGEST
        ):
            if found.end() > hit.start():
                if found.start() <= hit.start():
                    done = found.end()
                    yield _decoded(content, *found.span())
                break


def _beginning(content: bytes, at: int) -> int:
    """Give where an array around an offset may begin: not within a number."""
    low = max(0, at - _LONGEST)
    return low if low == 0 else content.find(b",", low, at + 1) + 1 or at


def _decoded(content: bytes, start: int, end: int) -> DecodedText:
    codes = [code.span() for code in _EACH.finditer(content, start, end)]
    pieces = tuple(Segment(number, *span) for number, span in enumerate(codes))
    return DecodedText(bytes(int(content[low:high]) for low, high in codes), (start, end), pieces)
