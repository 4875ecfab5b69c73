"""Decimal character codes in an array: `[119, 97, …]`, as JSON holds a Buffer of Node.js.

Node.js prints a long array in columns (`119,  97,`), and Go one of bytes without commas.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import product

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders._rows import RowSearch, RowSegments
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Span

NAME = "decimal"

_INDENTS = (*(b" " * n for n in range(0, 18, 2)), *(b"\t" * n for n in range(1, 7)))
"""Indentation of a code that is alone on its line."""

_MAX_PADDED = 4
"""Codes of an anchor in columns; another blank may precede each but the first."""

_CODE = rb"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?![0-9.])"
_ARRAY = lazy_pattern(rb"(?<![0-9.-])" + _CODE + rb"(?:\s{0,64},\s{0,64}" + _CODE + rb")*+")
_ARRAY_OF_GO = lazy_pattern(rb"(?<![0-9.-])" + _CODE + rb"(?:[ ]" + _CODE + rb")*+")
_DIGITS = lazy_pattern(rb"[0-9]+")


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the codes of each half of the anchor, since a line may end within the other half.

    For arrays with one code per line, yield the first two codes.
    """
    if not exact_case:
        return
    half = len(anchor) // 2
    yield from _join_codes((anchor[:half], anchor[half:]))
    for line_end in (b",\n", b",\r\n"):
        for indent in _INDENTS:
            yield b"%d%b%d" % (anchor[0], line_end + indent, anchor[1])


def _join_codes(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        codes = [b"%d" % byte for byte in part]
        yield from (gap.join(codes) for gap in (b",", b" "))
        yield b", ".join(codes)
        columns = (dict.fromkeys((code, code.rjust(3))) for code in codes[1:_MAX_PADDED])
        yield from (b", ".join((codes[0], *rest)) for rest in product(*columns))


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield nothing: arrays are rarely encoded again."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield the codes of parts of an anchor in UTF-16; other encoded text is not decoded."""
    if text[1:2] == b"\0":
        quarter = len(text) // 4 + 1
        starts = (0, quarter, 2 * quarter)
        yield from _join_codes(text[start : start + 2 * quarter] for start in starts)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the characters of each array that contains an encoded anchor."""
    end = -1
    arrays, arrays_of_go = RowSearch(content, _ARRAY), RowSearch(content, _ARRAY_OF_GO)
    for hit in re.finditer(b"|".join(re.escape(text) for text in sorted(found)), content):
        search = arrays if b"," in hit[0] else arrays_of_go
        if hit.start() >= end and (span := search.find(*hit.span())):
            end = span[1]
            yield _decode_array(content, span)


def _decode_array(content: bytes, span: Span) -> DecodedText:
    starts, sizes, characters = array("Q"), bytearray(), bytearray()
    for code in _DIGITS.finditer(content, *span):
        starts.append(code.start())
        sizes.append(len(code[0]))
        characters.append(int(code[0]))
    return DecodedText(bytes(characters), span, RowSegments(starts, bytes(sizes)))
