"""Lines of a dump, or records of a memory: readers for each format, and runs of consecutive lines.

The offset at the start of a line shows whether it continues the line above.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from collections.abc import Callable, Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_index import find_line
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders.decoder import DecodedText, Segment

XXD_PLAIN_SIZE = 30
"""Bytes in a line of `xxd -p`, which is one word."""

DIGIT = rb"[0-9A-Fa-f]"
OCTAL_WORDS = {3: rb"[0-3][0-7]{2}", 6: rb"[01][0-7]{5}"}
"""Patterns for octal words of one byte and of two bytes, by number of digits."""

_PREFIX = KEY_PREFIX.encode()
_MAX_LINE = 512
"""Bytes of the longest line that is read."""
_LINES_BEFORE, _LINES_AFTER = 3, 48
"""Lines around an encoded anchor that may hold the rest of its key."""
_CELL = 4
"""Width of a column that shows one byte as a character."""

_INDENT = rb"[ \t\#/*;>]{0,16}"
_CELLS = lazy_pattern(_INDENT + rb"(?P<offset>" + DIGIT + rb"{6,16})(?=[ ]{1,4}\S|[ ]{5})")
_WORD = lazy_pattern(DIGIT + rb"+")
_RECORD = lazy_pattern(
    rb"(?x) (?: : H{2} (H{4}) 00 | S1 H{2} (H{4}) | S2 H{2} (H{6}) | S3 H{2} (H{8}) )"
    rb" (?P<bytes> (?: H{2} )+ ) H{2} (?= \s* \Z )".replace(b"H", DIGIT)
)
_CELL_TEXTS = {b"": b" ", b"sp": b" ", **{b"\\" + bytes([c]): b"\n" for c in b"0abtnvfr"}}
_UNKNOWN = b"\0"
"""Placeholder for a byte whose cell is not a character of a key."""


class Word(NamedTuple):
    """A group of bytes in a dump, with its bounds in the dump."""

    content: bytes
    start: int
    end: int


class Line(NamedTuple):
    """A line of a dump."""

    offset: bytes
    """Digits of the offset; empty if the line has none."""
    words: tuple[Word, ...]

    @property
    def content(self) -> bytes:
        """All bytes of the line."""
        return b"".join(word.content for word in self.words)


ReadLine = Callable[[bytes, int, int], "Line | None"]
"""Parser for the line between two offsets of a text; returns nothing if it is not a dump line."""


def build_word_reader(width: int, gap: int, *, is_little_endian: bool) -> ReadLine:
    """Return a reader for hexadecimal words of `width` bytes with `gap` blanks between them."""
    step = -1 if is_little_endian else 1
    line = _build_word_line_pattern(width, gap, is_little_endian)
    return _build_reader(line, lambda digits: unhexlify(digits)[::step])


def build_octal_reader(digits: int, gap: int) -> ReadLine:
    """Return a reader for little-endian octal words with `gap` blanks between them."""
    word = OCTAL_WORDS[digits]
    line = re.compile(
        _INDENT
        + rb"(?:(?!%b[ \r\n])(?P<offset>%b{4,16}) {1,8})?" % (word, DIGIT)
        + rb"(?P<words>%b(?: {%d}%b)*)(?=\s*\Z)" % (word, gap, word)
    )
    return _build_reader(line, lambda digits: int(digits, 8).to_bytes(len(digits) // 3, "little"))


def _build_reader(line: re.Pattern[bytes], decode_word: Callable[[bytes], bytes]) -> ReadLine:
    def read(content: bytes, low: int, high: int) -> Line | None:
        found = line.match(content[low:high])
        if not found:
            return None
        *offsets, words = found.groups()
        start = low + found.start("words")
        return Line(
            b"".join(filter(None, offsets)),
            tuple(
                Word(decode_word(word[0]), start + word.start(), start + word.end())
                for word in _WORD.finditer(words)
            ),
        )

    return read


def _build_word_line_pattern(width: int, gap: int, is_little_endian: bool) -> re.Pattern[bytes]:
    """Return the pattern of a line of words; the text after them determines where they end."""
    word, blanks = DIGIT + b"{%d}" % (2 * width), b" {%d}" % gap
    last, single = _build_last_word_patterns(width, gap, is_little_endian)
    repeat = b"{0}" if width == XXD_PLAIN_SIZE else b"*"
    return re.compile(
        _INDENT
        + rb"(?:(?P<offset>(?:0x)?%b{4,16}): {1,8}" % DIGIT
        + rb"|(?!%b[ \r\n])(?P<bare>%b{4,16}) {1,8})?" % (word, DIGIT)
        + rb"(?P<words>%b(?:%b%b)%b(?:%b)?|%b)" % (word, blanks, word, repeat, last, single)
        + rb"(?=\s*\Z|\s{2}| ?[|>])"
    )


def _build_last_word_patterns(width: int, gap: int, is_little_endian: bool) -> tuple[bytes, bytes]:
    """Return the patterns of a shorter last word, after other words and alone on its line.

    Blanks before a little-endian word fill the place of its missing bytes.
    """
    if is_little_endian:
        padded = (b" {%d}%b{%d}" % (gap + 2 * (width - n), DIGIT, 2 * n) for n in range(1, width))
        return b"|".join(padded), b"(?!)"
    short = rb"(?:%b{2}){1,%d}" % (DIGIT, width)
    if width == XXD_PLAIN_SIZE:
        return b"(?!)", short
    return b" {%d}" % gap + short, b"(?(offset)%b|(?!))" % short


def read_characters(content: bytes, low: int, high: int) -> Line | None:
    """Read a line of characters, each at the right of a cell."""
    line = content[low:high].rstrip(b"\r")
    found = _CELLS.match(line)
    cells = tuple(
        Word(_decode_cell(line[start : start + _CELL]), low + start, low + start + _CELL)
        for start in range(found.end() if found else 0, len(line) - _CELL + 1, _CELL)
    )
    return Line(found["offset"] if found else b"", cells) if cells else None


def _decode_cell(cell: bytes) -> bytes:
    text = cell.strip()
    if len(text) == 1 and cell.endswith(text):
        return text
    return _CELL_TEXTS.get(text, _UNKNOWN)


def read_record(content: bytes, low: int, high: int) -> Line | None:
    """Read a data record of Intel HEX or a Motorola S-record: address, bytes, checksum."""
    found = _RECORD.match(content, low, high)
    if not found:
        return None
    starts = range(found.start("bytes"), found.end("bytes"), 2)
    words = (Word(unhexlify(content[at : at + 2]), at, at + 2) for at in starts)
    return Line(b"".join(filter(None, found.groups()[:-1])), tuple(words))


def is_record(content: bytes, start: int) -> bool:
    """Return whether the digits from an offset on are those of a record.

    The first digit of an odd number may be before the offset. The last byte of a record is a
    checksum, so only its own reader may read it.
    """
    if content[start - 1 : start] != b":" and content[max(0, start - 2) : start - 1] != b"S":
        return False
    return read_record(content, *find_line(content, start, start, _MAX_LINE)) is not None


def find_lines(content: bytes, at: int, read: ReadLine) -> list[Line]:
    """Return the consecutive dump lines around the offset `at`."""
    low, high = find_line(content, at, at, _MAX_LINE)
    line = read(content, low, high)
    if not line:
        return []
    before = _find_lines_before(content, low, line, read)
    return [*reversed([*before]), line, *_find_lines_after(content, high, line, read)]


def _find_lines_before(content: bytes, low: int, line: Line, read: ReadLine) -> Iterator[Line]:
    for _ in range(_LINES_BEFORE):
        if low <= 0:
            return
        at = low - _line_break_size(content, low - 2)
        low, high = find_line(content, at, at, _MAX_LINE)
        above = read(content, low, high)
        if not above or not _continues(line, above):
            return
        line = above
        yield line


def _find_lines_after(content: bytes, high: int, line: Line, read: ReadLine) -> Iterator[Line]:
    for _ in range(_LINES_AFTER):
        at = high + _line_break_size(content, high)
        low, high = find_line(content, at, at, _MAX_LINE)
        below = read(content, low, high) if at < len(content) else None
        if not below or not _continues(below, line):
            return
        line = below
        yield line


def _line_break_size(content: bytes, at: int) -> int:
    return 2 if at >= 0 and content[at : at + 2] == b"\r\n" else 1


def _continues(below: Line, above: Line) -> bool:
    """Return whether the offset of `below`, in some base, is the end of the line above.

    Without offsets, a line that starts with a key continues nothing.
    """
    if not above.offset or not below.offset:
        return above.offset == below.offset and not below.content.startswith(_PREFIX)
    for base in (16, 8, 10):
        try:
            if int(below.offset, base) - int(above.offset, base) == len(above.content):
                return True
        except ValueError:
            continue
    return False


def build_decoded_text(lines: list[Line]) -> DecodedText:
    """Return the bytes of the lines, with the source of each word."""
    segments, offset = [], 0
    for content, start, end in (word for line in lines for word in line.words):
        segments.append(Segment(offset, start, end))
        offset += len(content)
    content = b"".join(line.content for line in lines)
    return DecodedText(content, (segments[0].start, segments[-1].end), tuple(segments))
