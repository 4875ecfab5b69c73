"""Hexadecimal digits in either case: `7761…`, separated bytes (`77 61`, `0x77, 0x61`), and dumps.

Windows registry files (`.reg`) separate bytes by commas, and continue a line after a backslash.
`hexdump` decodes dumps whose words have two or more bytes.
"""

from __future__ import annotations

import re
from array import array
from binascii import hexlify, unhexlify
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders._base64_lines import ADJACENT_LETTERS
from wakeyscan.decoders._dump_lines import is_record
from wakeyscan.decoders._rows import MAX_REACH, RowSearch, RowSegments
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Span

NAME = "hex"

_COMMA_GAPS = (b",", b", ")
_GAPS = (b",0x", b", 0x", b" 0x", b" ", b":", b"-", *_COMMA_GAPS)

_DIGIT = rb"[0-9A-Fa-f]"
_PAIR = _DIGIT + rb"{2}"
_LINE_BREAK = rb"\r?\n[ \t\#/*;]{0,16}"
"""Pattern of a line end; both lines may be part of a comment."""
_OFFSET = rb"(?:0x)?[0-9A-Fa-f]{4,16}"
_OFFSET_GAP = rb"(?::?[ ]{1,4}|[ ]-[ ]|[|][ ])"
_ROW_START = rb"[ \t\#/*;>|]{0,16}"
_DUMP_LINE_BREAK = rb"[ ]{1,4}[^\r\n]{0,80}\r?\n" + _ROW_START + _OFFSET
"""Pattern of the end of a dump line, with its character column, and the start of the next."""

_ARRAY = rb",\s{0,64}0[xX]|[ ]0[xX]"
_COLONS = rb":(?:" + _LINE_BREAK + rb")?"
_DASHES = rb"-"
_COMMAS = rb",[ ]?(?:\\?" + _LINE_BREAK + rb")?"
_MAX_ROW = 64
"""Bytes of the longest row of a dump whose width is measured."""
_ROW = lazy_pattern(
    _ROW_START + rb"(?P<offset>" + _OFFSET + rb")(?P<gap>" + _OFFSET_GAP + rb")" + _PAIR + rb"[ ]"
)
"""The start of a row of a dump."""
_NEXT_IN_ROW = (
    rb"[ ](?=" + _PAIR + rb"(?![0-9A-Fa-f]))"
    rb"|[ ]{2}(?=" + _PAIR + rb"(?:[ ]" + _PAIR + rb")*[ ]{1,60}[|>])"  # the middle of a dump line
)
_MIDDLES = (rb"[ ]{2}", rb"[ ]{3}", rb"-", rb"[ ]-[ ]", rb"[ ][|][ ]")
"""Patterns of the gap between the halves of a row, as Wireshark and debuggers write it."""
_NEXT_ROW = (
    _DUMP_LINE_BREAK
    + _OFFSET_GAP
    + rb"|[ ]?"
    + _LINE_BREAK
    + rb"(?:"
    + _OFFSET
    + _OFFSET_GAP
    + rb")?(?="
    + _PAIR
    + rb"(?![\w:-]))"
)
_BLANKS = _NEXT_IN_ROW + b"|" + _NEXT_ROW
_WRAPPED = rb"(?:\r?\n(?=" + _PAIR + rb"))?"
_XXD_PLAIN_WIDTH = 60
"""Digits in a line of `xxd -p`; lines of another width are decoded separately."""
_XXD_PLAIN = lazy_pattern(
    rb"%b{%d}(?:\r?\n%b{%d})*+(?:\r?\n(?:%b){1,%d})?+(?=\r?\n|\Z)"
    % (_DIGIT, _XXD_PLAIN_WIDTH, _DIGIT, _XXD_PLAIN_WIDTH, _PAIR, _XXD_PLAIN_WIDTH // 2 - 1)
)
_DIGITS, _PAIRS = lazy_pattern(_DIGIT + rb"*"), lazy_pattern(rb"(?:" + _PAIR + rb")*+")
_BARE_LINE_END = lazy_pattern(rb"\W*\n\W*")
_GROUPS = (
    rb"[ ]?(?="
    + _PAIR
    + rb")|(?:"
    + _DUMP_LINE_BREAK
    + rb"|"
    + _LINE_BREAK
    + _OFFSET
    + rb"):[ ]{1,4}"
)
_SHORT_RUN = 1 << 7
"""Digits before an anchor that are read first."""
_BLOCK = 1 << 12
"""Pairs of digits that are copied at once."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the digits in either case and, for separated bytes, those of each half of the anchor.

    A line may end within the other half: `xxd -i` writes twelve bytes per line.
    """
    if not exact_case:
        return
    yield from encode(anchor)
    half = len(anchor) // 2
    for part in (anchor[:half], anchor[half:]):
        for gap in _GAPS:
            yield from _in_both_cases(gap.join(b"%02x" % letter for letter in part))
        row = part if len(part) > 2 else anchor
        for odd in (0, 1):  # groups of two bytes, as in xxd and tcpdump
            groups = [row[:odd], *(row[n : n + 2] for n in range(odd, len(row), 2))]
            yield from _in_both_cases(b" ".join(hexlify(group) for group in groups if group))


def _in_both_cases(digits: bytes) -> tuple[bytes, bytes]:
    return digits, digits.upper().replace(b"X", b"x")


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield the digits in lower and in upper case."""
    yield hexlify(anchor)
    yield hexlify(anchor).upper()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield the first digits of an encoded anchor; for UTF-16 also those of separated bytes."""
    yield from encode(text[:6])
    if text[1:2] == b"\0":  # UTF-16, as the registry stores strings
        quarter = len(text) // 4 + 1
        for start in (0, quarter, 2 * quarter):
            part = text[start : start + 2 * quarter]
            for gap in _COMMA_GAPS:
                yield from _in_both_cases(gap.join(b"%02x" % byte for byte in part))


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text of each row of digits that contains an encoded anchor."""
    end = -1
    anchors = tuple(frozenset().union(*found.values()))
    rows: dict[bytes, RowSearch] = {}
    for hit in re.finditer(b"|".join(re.escape(text) for text in sorted(found)), content):
        if hit.start() < end:
            continue
        (start, end), separator = _find_digits(content, hit, rows)
        if is_record(content, start):
            continue
        text, sources = _decode_row(content, (start, end), separator)
        numbers = [0, *_find_starts(text, sources, content, anchors), len(text)]
        for first, stop in pairwise(numbers):
            span = sources[first].start, sources[stop - 1].end
            yield DecodedText(text[first:stop], span, sources.select(first, stop))


def _find_digits(
    content: bytes, hit: re.Match[bytes], rows: dict[bytes, RowSearch]
) -> tuple[Span, bytes]:
    """Return the bounds of the row around a hit, and the pattern between two of its bytes.

    `rows` has the search for each separator so far.
    """
    if separator := _choose_separator(hit[0], content[hit.end() : hit.end() + 2]):
        if separator is _BLANKS:
            separator = _build_blanks(*_measure_row(content, hit.start()))
        if separator not in rows:
            rows[separator] = RowSearch(content, _compile_row(separator))
        return rows[separator].find(*hit.span()) or hit.span(), separator
    start, end = _find_run(content, *hit.span())
    if end_of_lines := _find_end_of_lines(content, start, end):
        return (start, end_of_lines), _WRAPPED
    return (start, end), b""


def _choose_separator(encoded: bytes, after: bytes) -> bytes:
    """Return the pattern between two bytes of a row, or nothing for digits without separators.

    For a short anchor, only the digits `after` it may show groups of two bytes.
    """
    signs = ((b"x", _ARRAY), (b":", _COLONS), (b"-", _DASHES), (b",", _COMMAS))
    for sign, separator in signs:
        if sign in encoded:
            return separator
    if b" " not in encoded:
        return b""
    return _GROUPS if re.search(rb"\w{4}", encoded + after) else _BLANKS


def _measure_row(content: bytes, at: int) -> tuple[int, bytes]:
    """Return the number of bytes in the row of a dump at an offset, and the text before its bytes.

    Only the offsets of two consecutive rows show the number; it is 0 if they do not.
    """
    start = content.rfind(b"\n", max(0, at - MAX_REACH), at) + 1
    above = content.rfind(b"\n", max(0, start - MAX_REACH), max(0, start - 1)) + 1
    below = content.find(b"\n", at, at + MAX_REACH) + 1 or len(content)
    for pair in pairwise(_ROW.match(content, row) for row in (above, start, below)):
        numbers = [int(row["offset"], 16) for row in pair if row]
        if len(numbers) == 2 and 0 < numbers[1] - numbers[0] <= _MAX_ROW:
            return numbers[1] - numbers[0], pair[0]["gap"] if pair[0] else b""
    return 0, b""


@cache
def _build_blanks(width: int, gap: bytes) -> bytes:
    """Return the separator for rows of `width` bytes, or of any number if it is 0.

    `curl --trace` writes one blank between a row and its text, whose first letters may be digits.
    """
    if not width:
        return _BLANKS
    rows = [_build_row(width, gap)]
    middle = b""
    if width % 2 == 0:
        left, right = _build_row(width // 2, gap), _build_row(width // 2, b"")
        middle = rb"(?<=%b)(?:%b)(?=%b(?!\w))|" % (left, b"|".join(_MIDDLES), _PAIR)
        rows += (left + sign + right for sign in _MIDDLES)
    complete = b"".join(b"(?<!%b)" % row for row in rows)
    return rb"%b%b(?:%b)|%b" % (middle, complete, _NEXT_IN_ROW, _NEXT_ROW)


def _build_row(width: int, gap: bytes) -> bytes:
    """Return the pattern of `width` bytes, after the end of an offset and a gap if there is one."""
    start = _DIGIT + b"{4}" + re.escape(gap) if gap else b""
    return start + _PAIR + rb"(?:[ ]%b){%d}" % (_PAIR, width - 1)


def _find_run(content: bytes, start: int, end: int) -> Span:
    """Return the bounds of digits without separators, with whole bytes before `start`."""
    count = _count_digits_before(content, start)
    after = _PAIRS.match(content, start)
    return start - count + count % 2, after.end() if after else end


def _count_digits_before(content: bytes, offset: int) -> int:
    count = 0
    for reach in (_SHORT_RUN, MAX_REACH):  # most runs are short
        before = _DIGITS.match(content[max(0, offset - reach) : offset][::-1])
        count = before.end() if before else 0
        if count < reach:
            break
    return count


def _find_end_of_lines(content: bytes, start: int, end: int) -> int:
    """Return the end of the `xxd -p` lines that continue the run `start:end`, or 0."""
    low = max(0, start - _XXD_PLAIN_WIDTH)
    line_start = content.rfind(b"\n", low, start) + 1 or low
    if start - line_start >= _XXD_PLAIN_WIDTH:
        return 0
    found = _XXD_PLAIN.match(content, line_start)
    return found.end() if found and found.end() > end else 0


@cache
def _compile_row(separator: bytes) -> re.Pattern[bytes]:
    first = (
        rb"(?<![0-9A-Fa-f])" + _PAIR + rb"(?![0-9A-Fa-f])"
        if separator.endswith(_NEXT_ROW)
        else _PAIR
    )
    return re.compile(first + b"(?:(?:" + separator + b")" + _PAIR + b")*+")


def _decode_row(content: bytes, span: Span, separator: bytes) -> tuple[bytes, RowSegments]:
    if not separator:  # only digits
        digits = content[slice(*span)]
        starts = array("Q", range(*span, 2))
        return unhexlify(digits), RowSegments(starts, b"\2" * len(starts))
    pairs = re.compile(b"(?:" + separator + b")?(" + _PAIR + b")").finditer(content, *span)
    starts = array("Q", (pair.start(1) for pair in pairs))
    joined = bytearray()
    for first in range(0, len(starts), _BLOCK):  # a list of all pairs takes 28 times their bytes
        joined += b"".join([content[at : at + 2] for at in starts[first : first + _BLOCK]])
    return unhexlify(joined), RowSegments(starts, b"\2" * len(starts))


def _find_starts(
    text: bytes, sources: RowSegments, content: bytes, anchors: tuple[bytes, ...]
) -> Iterator[int]:
    """Yield where a new line starts with an anchor that would continue the word before."""
    for found in re.finditer(b"|".join(map(re.escape, anchors)), text):
        number = found.start()
        if number and ADJACENT_LETTERS.match(text, number - 1):
            between = sources[number - 1].end, sources[number].start
            if _BARE_LINE_END.fullmatch(content, *between):
                yield number
