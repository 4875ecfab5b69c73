"""Hexadecimal, of either case: `7761…`, bytes apart (`77 61`, `77:61`, `0x77, 0x61`), dumps."""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from collections.abc import Iterator

from wakeyscan.decoders._base64_lines import GLUED
from wakeyscan.decoders.decoder import DecodedText, FoundForms, Segment

NAME = "hex"

_GAPS = (b",0x", b", 0x", b" 0x", b" ", b":", b"-")
_LONGEST = 1 << 14
"""Characters of a row that are decoded to either side of an anchor."""

_DIGIT = rb"[0-9A-Fa-f]"
_PAIR = _DIGIT + rb"{2}"
_END = rb"\r?\n[ \t\#/*;]{0,16}"
"""Between two lines; a comment may go over both."""
_OFFSET = rb"(?:0x)?[0-9A-Fa-f]{4,16}"
_DUMPED = rb"[ ]{1,4}[^\r\n]{0,80}" + _END + _OFFSET
"""How a line of a dump ends, with its characters, and how the next begins."""

_ARRAY = rb",\s{0,64}0[xX]|[ ]0[xX]"
_COLONS = rb":(?:" + _END + rb")?"
_DASHES = rb"-"
_BLANKS = (
    rb"[ ](?=" + _PAIR + rb"(?![0-9A-Fa-f]))"
    rb"|[ ]{2}(?=" + _PAIR + rb"(?:[ ]" + _PAIR + rb")*[ ]{1,60}[|>])"  # half of a line is over
    rb"|" + _DUMPED + rb":?[ ]{1,4}"
    rb"|[ ]?" + _END + rb"(?:" + _OFFSET + rb":?[ ]{1,4})?(?=" + _PAIR + rb"(?![\w:-]))"
)
_PLAIN = rb"(?:\r?\n(?=" + _PAIR + rb"))?"
_PLAIN_WIDTH = 60
"""Digits of a line of what `xxd -p` writes; in lines of another width each may be of its own."""
_LINE_END = re.compile(rb"\W*\n\W*")
_GROUPS = rb"[ ]?(?=" + _PAIR + rb")|(?:" + _DUMPED + rb"|" + _END + _OFFSET + rb"):[ ]{1,4}"


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the digits, in either case; with a gap between the bytes, those of each half.

    A line may end in one half, as every twelve bytes in what `xxd -i` writes.
    """
    if not exact_case:
        return
    yield from encode(anchor)
    half = len(anchor) // 2
    for part in (anchor[:half], anchor[half:]):
        for gap in _GAPS:
            yield from _either_case(gap.join(b"%02x" % letter for letter in part))
        row = part if len(part) > 2 else anchor
        for odd in (0, 1):  # as xxd and tcpdump have it, two bytes in a group
            groups = [row[:odd], *(row[n : n + 2] for n in range(odd, len(row), 2))]
            yield from _either_case(b" ".join(hexlify(group) for group in groups if group))


def _either_case(digits: bytes) -> tuple[bytes, bytes]:
    return digits, digits.upper().replace(b"X", b"x")


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give the digits, in either case."""
    yield hexlify(anchor)
    yield hexlify(anchor).upper()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give the digits of the beginning of an escaped anchor, in either case."""
    yield from encode(text[:6])


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield the text of each row of digits that holds one of `marks`."""
    done = -1
    anchors = tuple(frozenset().union(*marks.values()))
    pattern = b"|".join(re.escape(mark) for mark in sorted(marks))
    for hit in re.finditer(pattern, content):
        if hit.start() < done:
            continue
        separator = _separator(hit[0], content[hit.end() : hit.end() + 2])
        if separator:
            start, done = _row_around(content, hit.start(), hit.end(), separator)
        else:
            start, done = _run_around(content, hit.start(), hit.end())
            if further := _further_lines(content, start, done):
                separator, done = _PLAIN, further
        yield from _apart(_decoded(content, start, done, separator), content, anchors)


def _separator(mark: bytes, behind: bytes) -> bytes:
    """Give the pattern of what stands between two bytes of a row; nothing for digits in one.

    Of a short anchor it may be only the bytes `behind` that show two and two in a group.
    """
    for sign, separator in ((b"x", _ARRAY), (b":", _COLONS), (b"-", _DASHES)):
        if sign in mark:
            return separator
    if b" " not in mark:
        return b""
    return _GROUPS if re.search(rb"\w{4}", mark + behind) else _BLANKS


def _run_around(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Give the bounds of digits without gaps, a whole number of bytes before the mark."""
    before = re.match(rb"[0-9A-Fa-f]*", content[max(0, start - _LONGEST) : start][::-1])
    behind = re.compile(b"(?:" + _PAIR + b")*").match(content, start, end + _LONGEST)
    count = before.end() if before else 0
    return start - count + count % 2, behind.end() if behind else end


def _further_lines(content: bytes, start: int, end: int) -> int:
    """Give where the lines of digits end that a line, as wide as `xxd -p` has them, goes on in."""
    line_start = content.rfind(b"\n", 0, start) + 1
    lines = re.compile(
        rb"%b{%d}(?:\r?\n%b{%d})*+(?:\r?\n(?:%b){1,%d})?+(?=\r?\n|\Z)"
        % (_DIGIT, _PLAIN_WIDTH, _DIGIT, _PLAIN_WIDTH, _PAIR, _PLAIN_WIDTH // 2 - 1)
    )
    found = (
        lines.match(content, line_start, end + _LONGEST)
        if start - line_start < _PLAIN_WIDTH
        else None
    )
    return found.end() if found and found.end() > end else 0


def _row_around(content: bytes, start: int, end: int, separator: bytes) -> tuple[int, int]:
    """Give the bounds of bytes with gaps between."""
    first = rb"(?<![0-9A-Fa-f])" + _PAIR + rb"(?![0-9A-Fa-f])" if separator is _BLANKS else _PAIR
    row = re.compile(first + b"(?:(?:" + separator + b")" + _PAIR + b")*")
    for found in row.finditer(content, max(0, start - _LONGEST), end + _LONGEST):
        if found.end() >= end:
            return found.span() if found.start() <= start else (start, end)
    return start, end


def _decoded(content: bytes, start: int, end: int, separator: bytes) -> DecodedText:
    pieces: list[Segment] = []
    texts: list[bytes] = []
    for pair in re.compile(b"(?:" + separator + b")?(" + _PAIR + b")").finditer(
        content, start, end
    ):
        pieces.append(Segment(len(texts), *pair.span(1)))
        texts.append(unhexlify(pair[1]))
    return DecodedText(b"".join(texts), (start, end), tuple(pieces))


def _apart(layer: DecodedText, content: bytes, anchors: tuple[bytes, ...]) -> Iterator[DecodedText]:
    """Part what is two secrets in two lines, the second of which would go on the first."""
    text, pieces, first = layer.content, layer.pieces, 0
    for number in range(1, len(text)):
        begins = text.startswith(anchors, number) and GLUED.match(text, number - 1)
        if begins and _LINE_END.fullmatch(content, pieces[number - 1].end, pieces[number].start):
            yield layer.part(first, number)
            first = number
    yield layer.part(first, len(text)) if first else layer
