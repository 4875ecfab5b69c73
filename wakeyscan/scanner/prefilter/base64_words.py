"""Words of a text that may be base64, or hexadecimal digits, of a text with a secret."""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from collections.abc import Iterator
from functools import cache

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MIN_KEY
from wakeyscan.core.typing import NamedTuple
from wakeyscan.decoders.base64_codec import URLSAFE_TO_STANDARD

Spans = list[tuple[int, int]]
"""Offsets, half-open, in ascending order."""

_ALPHANUMERIC = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_OTHER_LETTERS = b"+/-_"
"""The last two letters of base64, in both alphabets."""
_HEX_DIGITS = b"0123456789abcdefABCDEF"

# Shapes: a content in which each byte is replaced by its class.

_WORD = b"x" * 16
"""Length of the longest part of one of our keys, unless the key is on three or more lines."""
_ARCHIVE_LINE = b"x" * 32
"""The shortest first line of an encoded archive, if more lines follow."""
_ARCHIVE_LENGTH = 42
"""Letters of the shortest encoded archive."""
_ARCHIVE_HEAD = 16
"""Letters of an encoded archive that identify its format."""
_HEX_SHAPE = bytes.maketrans(_HEX_DIGITS, b"\0" * len(_HEX_DIGITS))
_NOT_HEX = bytes(set(range(256)).difference(_HEX_DIGITS))
_PRINTABLE = b"\0\t\r\n" + bytes(range(0x20, 0x7F))
_TEXT_SHAPE = bytes.maketrans(_PRINTABLE, b"x" * len(_PRINTABLE))
"""Replaces bytes of a text by `x`, including line breaks and the NULs of UTF-16."""

# Line breaks

_BREAK_STARTS = (b"\r", b"\n", b"\\", b"%", b"&")
_BREAK_ENDS = (b"\r", b"\n", b"\\", b"%", b";", b"\\n", b"\\r", b"0a", b"0A", b"0d", b"0D")
"""Ends of a break before a line; its start, if the break looks like base64 itself."""
_MAYBE_BREAK = frozenset(end[-1:] for end in (*_BREAK_ENDS, b" ", b"\t"))
_INDENT = 64
"""Bytes of the longest indentation of a line."""
_BREAKS = {b"\n": rb"\n(?<=[\w+/\-\r\n\\]\n)", b"\r": rb"\r"}
"""Patterns of the end of the line before a narrow line, by a byte that each contains."""
_ESCAPED_BREAKS = {
    b"\\": rb"\\(?:[nr]|(?:u00|x)0[aAdD])",
    b"%": rb"%0[aAdD]",
    b"&": rb"&#(?:10|13|x[aAdD]);",
}
"""The same for breaks that are escaped in a string literal, a form or an attribute."""
_ESCAPED_LETTERS = {
    b"\\": lazy_pattern(rb"\\\\{0,6}/"),
    b"%": lazy_pattern(rb"%2[BbFf]"),
}
"""Letters escaped in JSON (also in JSON in JSON) and in URLs, by first byte: that is fast."""

# Narrow lines: too short for a word

_NARROW_LINE = rb"[ \t]*+[%b]{8,15}+(?=\\?[\r\n]{1,4}[ \t]*+[\w+/-]|[\\%%&])"
"""A key without a word is on three or more lines; at least one has only letters of the key."""
_LINES_BEFORE, _LINES_AFTER = 256, 768
"""Bytes around a narrow line in which other lines of the same text are searched."""
_MIN_SPLIT = 12
"""Minimum bytes of a key that are consecutive in narrow lines, for any line breaks."""

_AROUND = 256
"""Bytes around a word that may hold the next or the previous line."""


class Words(NamedTuple):
    """The parts of a text that may be encoded."""

    long: Spans
    """Long words, and shorter ones that may be one line of several."""
    archives: Spans
    """Starts of long base64 that may be an archive."""
    plain_starts: bytes = b""
    """The text around plain starts of anchors that continue with an escape."""
    prefix_parts: bytes = b""
    """The text around parts of the key prefix that a gap or a tag splits."""


class Shape:
    """The shape of a word that may be an encoded secret.

    Our own keys have at least 24 bytes. They and their escapes have no `+/` or `-_` in base64,
    which would need `>`, `?` or `~`. Other secrets have at least 16 letters in base64.
    """

    def __init__(self, only_keys: bool) -> None:
        table = bytearray(b" " * 256)
        for byte in _OTHER_LETTERS:
            table[byte] = ord("y")
        for byte in _ALPHANUMERIC if only_keys else _ALPHANUMERIC + _OTHER_LETTERS:
            table[byte] = ord("x")
        self._table = bytes(table)
        self.min_size = MIN_KEY if only_keys else 0
        """Bytes of the shortest text that can hold an encoded secret."""
        self._min_word, self._min_digits = (32, 40) if only_keys else (16, 16)
        self._min_text = 16 if only_keys else 8
        """Bytes of a decoded word that must be text."""
        self._min_part = 9 if only_keys else 8
        """Bytes of the larger part of a key that a line break cuts in two."""
        self._letters = rb"A-Za-z0-9" if only_keys else rb"\w+/-"

    def find_words(self, content: bytes) -> Words:
        """Return the long words, and the shorter ones at the start or end of a line."""
        shape = content.translate(self._table)
        words = []
        at = shape.find(_WORD)
        while at >= 0:
            end = _find_end(shape, at + len(_WORD))
            if end - at >= self._min_word or _is_at_break(content, at, end):
                words.append((at, end))
            at = shape.find(_WORD, end)
        return Words(words, _find_archives(content, shape))

    def select_base64(self, content: bytes, words: Words) -> bytes:
        """Return the text around base64 of a text, in one line or in narrow lines."""
        spans = [word for word in words.long if self._is_base64_word(content, *word)]
        spans += [
            lines
            for lines in self._find_narrow_lines(content)
            if _is_base64_in_lines(content[slice(*lines)])
        ]
        return join_around(content, sorted(spans), _AROUND)

    def select_hex(self, content: bytes, words: Words) -> bytes:
        """Return the text around long words of hexadecimal digits that encode a text."""
        long = [(start, end) for start, end in words.long if end - start >= self._min_digits]
        spans = [word for word in long if self._is_hex(content[slice(*word)])]
        return join_around(content, spans, _AROUND)

    def _is_base64_word(self, content: bytes, start: int, end: int) -> bool:
        at_break = _is_at_break(content, start, end)
        return _is_base64(content[start:end], self._min_part if at_break else self._min_text)

    def _find_narrow_lines(self, content: bytes) -> Iterator[tuple[int, int]]:
        for first, line_break in (*_BREAKS.items(), *_ESCAPED_BREAKS.items()):
            if first not in content:
                continue
            searched = 0
            for line in _compile_narrow_line(line_break, self._letters).finditer(content):
                if line.start() >= searched:
                    yield max(0, line.start() - _LINES_BEFORE), line.start() + _LINES_AFTER
                    searched = line.start() + _LINES_AFTER - _LINES_BEFORE

    def _is_hex(self, word: bytes) -> bool:
        if b"\0" * (2 * self._min_text) not in word.translate(_HEX_SHAPE):
            return False
        digits = word.translate(None, _NOT_HEX)
        return any(_is_text(_decode_hex(digits[shift:]), self._min_text) for shift in range(2))


def join_around(content: bytes, spans: Spans, width: int) -> bytes:
    """Return the bytes in and around the spans, which must ascend; each byte once."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        low = max(0, start - width)
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end + width))
        else:
            merged.append((low, end + width))
    return b"\n".join(content[low:high] for low, high in merged)


def _decode_hex(digits: bytes) -> bytes:
    """Decode digits, without NULs, which rows of zeros encode."""
    return unhexlify(digits[: len(digits) // 2 * 2]).replace(b"\0", b"")


def _is_base64(word: bytes, min_text: int) -> bool:
    """Return whether a word has letters in both cases, and decodes to a text of some length."""
    if word.islower() or word.isupper():
        return False
    word = word.translate(URLSAFE_TO_STANDARD)
    return any(
        _is_text(a2b_base64(word[shift : shift + (len(word) - shift) // 4 * 4]), min_text)
        for shift in range(4)
    )


def _is_text(content: bytes, min_length: int) -> bool:
    return b"x" * min_length in content.translate(_TEXT_SHAPE)


def _is_at_break(content: bytes, start: int, end: int) -> bool:
    """Return whether a word may continue on another line: a break is before or after it.

    A break may be escaped, as in a string literal, and an indentation may follow it.
    """
    if content[end : end + 1] in _BREAK_STARTS:
        return True
    if content[start - 1 : start] not in _MAYBE_BREAK:
        return False
    return content[max(0, start - _INDENT - 1) : start].rstrip(b" \t").endswith(_BREAK_ENDS)


def _is_base64_in_lines(lines: bytes) -> bool:
    """Return whether lines, joined, contain base64 of a text."""
    if lines.islower():
        return False
    if any(first in lines for first in _ESCAPED_BREAKS):
        lines = _compile_escaped_break().sub(b"", lines)
    words = _compile_long_word().findall(b"".join(lines.split()))
    return any(_is_base64(word, _MIN_SPLIT) for word in words)


# These patterns are compiled on first use: few texts need them.


@cache
def _compile_narrow_line(line_break: bytes, letters: bytes) -> re.Pattern[bytes]:
    return re.compile(line_break + _NARROW_LINE % letters)


@cache
def _compile_escaped_break() -> re.Pattern[bytes]:
    return re.compile(rb"\\+(?=[\r\n])|\\*" + rb"|".join(_ESCAPED_BREAKS.values()))


@cache
def _compile_long_word() -> re.Pattern[bytes]:
    """Return the pattern of the letters that a key in three narrow lines has at least."""
    return re.compile(rb"[\w+/-]{24,}")


def _find_archives(content: bytes, shape: bytes) -> Spans:
    """Return the starts of long base64 with letters in both cases; a drawn line has none."""
    shape = shape.replace(b"y", b"x")
    for first, escaped in _ESCAPED_LETTERS.items():
        if first in content and escaped.search(content):
            shape = _join_escaped(content, shape, escaped)
    starts = []
    at = shape.find(_ARCHIVE_LINE)
    while at >= 0:
        end = _find_end(shape, at + len(_ARCHIVE_LINE))
        word = content[at:end]
        is_long = end - at >= _ARCHIVE_LENGTH or content[end : end + 1] in _BREAK_STARTS
        if is_long and word.lower() != word != word.upper():
            starts.append((at, at + _ARCHIVE_HEAD))
        at = shape.find(_ARCHIVE_LINE, end)
    return starts


def _join_escaped(content: bytes, shape: bytes, escaped: re.Pattern[bytes]) -> bytes:
    """Return the shape with escaped letters as letters."""
    joined = bytearray(shape)
    for letter in escaped.finditer(content):
        joined[slice(*letter.span())] = b"x" * len(letter[0])
    return bytes(joined)


def _find_end(shape: bytes, at: int) -> int:
    """Return the end of a sequence of `x`; the steps double, since most sequences are short."""
    step = 64
    while (rest := shape[at : at + step]) and not rest.strip(b"x"):
        at += len(rest)
        step *= 2
    return at + len(rest) - len(rest.lstrip(b"x"))
