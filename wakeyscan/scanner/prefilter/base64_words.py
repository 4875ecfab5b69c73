"""Finds the words of a text that may be base64, or hexadecimal, of a text with a secret in it."""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from wakeyscan.decoders.base64_codec import URLSAFE_TO_STANDARD

Spans = list[tuple[int, int]]
"""Offsets, half-open, in order."""


class Words(NamedTuple):
    """The words of a text that may be something wrapped."""

    long: Spans
    """Long ones, and those less long that may be one line of many."""
    dense: Spans
    """How runs of base64 begin that may be of something packed."""
    begun: bytes = b""
    """What stands around the beginnings of anchors that an escape goes on with."""


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_REST = b"+/-_"
"""The last two letters of base64, in either alphabet."""
_BEFORE = (b"\r", b"\n", b"\\", b"%", b";", b"\\n", b"\\r", b"0a", b"0A", b"0d", b"0D")
"""What a break before a line ends with, or begins with where it looks like base64 itself."""
_MAYBE_BREAK = frozenset(end[-1:] for end in (*_BEFORE, b" ", b"\t"))
_INDENT = 64
_WORD = b"x" * 16
"""The longest part of a key of ours has so much, unless it is in three lines or more."""
_RUN = 64
"""Letters of something packed, at least."""
_NARROWEST = b"x" * 32
"""The shortest first line of it, where others follow."""
_ENDS = (b"\r", b"\n", b"\\", b"%", b"&")
_KEY = 24
"""Bytes of the shortest key of ours, in whatever wrapping."""
_HEAD = 16
"""Bytes of a run that tell what it may be."""
_NARROW = rb"[ \t]*+[%b]{8,15}+(?=\\?[\r\n]{1,4}[ \t]*+[\w+/-]|[\\%%&])"
"""A line too short for a word; a key that has no word is in three or more, and one is all its."""
_BREAKS = {b"\n": rb"\n(?<=[\w+/\-\r\n\\]\n)", b"\r": rb"\r"}
"""How the line before it ends, by what that has."""
_ESCAPED_BREAKS = {
    b"\\": rb"\\(?:[nr]|(?:u00|x)0[aAdD])",
    b"%": rb"%0[aAdD]",
    b"&": rb"&#(?:10|13|x[aAdD]);",
}
"""The same in a string literal, in a form and in an attribute."""
_NEAR, _FURTHER = 256, 768
"""Bytes before and behind a narrow line in which others are looked for at once."""
_SPLIT = 12
"""Bytes of a key that are whole in them, wherever they are cut."""
_ESCAPED_LETTERS = {
    b"\\": re.compile(rb"\\\\{0,6}/"),
    b"%": re.compile(rb"%2[BbFf]"),
}
"""Of JSON, in JSON too, and of a URL, by what they begin with: a byte is found much faster."""
_DIGITS = b"0123456789abcdefABCDEF"
_DIGITS_APART = bytes.maketrans(_DIGITS, b"\0" * len(_DIGITS))
_NO_DIGITS = bytes(set(range(256)).difference(_DIGITS))
_TEXT = b"\0\t\r\n" + bytes(range(0x20, 0x7F))
_SHOWN = bytes.maketrans(_TEXT, b"x" * len(_TEXT))
"""Makes an `x` of what a text has, a wide one too, or one in lines."""
_BESIDE = 256
"""Bytes around a word that its further lines may begin or end in."""


class Shape:
    """What a word looks like that may be a secret, wrapped.

    Of our own keys it is known that they have at least 24 bytes, and that they, and what escapes
    them, have no `+/` or `-_` in base64: those would need `>`, `?` or `~`. Of others, that their
    base64 has at least 16 letters.
    """

    def __init__(self, only_keys: bool) -> None:
        letters = _LETTERS if only_keys else _LETTERS + _REST
        table = bytearray(b" " * 256)
        for byte in _REST:
            table[byte] = 0x79
        for byte in letters:
            table[byte] = 0x78
        self._table = bytes(table)
        self.least = _KEY if only_keys else 0
        """Bytes that a text has at least if something wrapped is in it."""
        self._long, self._digits, self._row = (32, 40, 16) if only_keys else (16, 16, 8)
        self._letters = rb"A-Za-z0-9" if only_keys else rb"\w+/-"
        self._part = 9 if only_keys else 8
        """Bytes of a key that the larger of its parts has, wherever the end of a line cuts it."""

    def words(self, content: bytes) -> Words:
        """List the long words, and the less long that begin or end a line."""
        shape = content.translate(self._table)
        words = []
        at = shape.find(_WORD)
        while at >= 0:
            end = _end(shape, at + len(_WORD))
            if end - at >= self._long or _at_break(content, at, end):
                words.append((at, end))
            at = shape.find(_WORD, end)
        return Words(words, _dense(content, shape))

    def base64(self, content: bytes, words: Words) -> bytes:
        """Give what stands around what is base64 of a text, in a line or in narrow ones."""
        telling = [word for word in words.long if self._tells(content, *word)]
        telling += [lines for lines in self._narrow(content) if _is_split(content[slice(*lines)])]
        return around(content, sorted(telling), _BESIDE)

    def hex(self, content: bytes, words: Words) -> bytes:
        """Give what stands around long rows of digits that are a text."""
        long = [(start, end) for start, end in words.long if end - start >= self._digits]
        return around(content, [w for w in long if self._is_hex(content[slice(*w)])], _BESIDE)

    def _tells(self, content: bytes, start: int, end: int) -> bool:
        """Say whether a word is base64 of a text; where a line ends, of a part of one."""
        row = self._part if _at_break(content, start, end) else self._row
        return _is_base64(content[start:end], row)

    def _narrow(self, content: bytes) -> Iterator[tuple[int, int]]:
        """Yield what stands around lines too short for a word."""
        for first, ends in (*_BREAKS.items(), *_ESCAPED_BREAKS.items()):
            done = 0
            found = _line(ends, self._letters).finditer(content) if first in content else ()
            for start in (line.start() for line in found):
                if start >= done:
                    yield max(0, start - _NEAR), start + _FURTHER
                    done = start + _FURTHER - _NEAR

    def _is_hex(self, word: bytes) -> bool:
        if b"\0" * (2 * self._row) not in word.translate(_DIGITS_APART):
            return False
        digits = word.translate(None, _NO_DIGITS)
        return any(_is_text(_unhex(digits[shift:]), self._row) for shift in range(2))


def _unhex(digits: bytes) -> bytes:
    """Give what digits stand for, but for NULs, which rows of zeros are."""
    return unhexlify(digits[: len(digits) // 2 * 2]).replace(b"\0", b"")


@cache
def _line(ends: bytes, letters: bytes) -> re.Pattern[bytes]:
    """Give the pattern of a narrow line, compiled only where a text has what ends one."""
    return re.compile(ends + _NARROW % letters)


def _is_base64(word: bytes, least: int) -> bool:
    """Say whether a word has capitals and small letters, and decodes to so many characters."""
    if word.islower() or word.isupper():
        return False
    word = word.translate(URLSAFE_TO_STANDARD)
    return any(
        _is_text(a2b_base64(word[shift : shift + (len(word) - shift) // 4 * 4]), least)
        for shift in range(4)
    )


def _at_break(content: bytes, start: int, end: int) -> bool:
    """Say whether a word may go on in another line: there is a break behind, or before it.

    A break may be escaped, as in a string literal, and blanks may stand behind it.
    """
    if content[end : end + 1] in _ENDS:
        return True
    if content[start - 1 : start] not in _MAYBE_BREAK:
        return False
    return content[max(0, start - _INDENT - 1) : start].rstrip(b" \t").endswith(_BEFORE)


def _is_split(lines: bytes) -> bool:
    """Say whether lines, put together, have base64 of a text in them."""
    if lines.islower():
        return False
    if any(first in lines for first in _ESCAPED_BREAKS):
        lines = _escaped_break().sub(b"", lines)
    return any(_is_base64(run, _SPLIT) for run in _long_run().findall(b"".join(lines.split())))


@cache
def _escaped_break() -> re.Pattern[bytes]:
    """Give the pattern of the end of a line, as far as it is escaped."""
    return re.compile(rb"\\+(?=[\r\n])|\\*" + rb"|".join(_ESCAPED_BREAKS.values()))


@cache
def _long_run() -> re.Pattern[bytes]:
    """Give the pattern of so many letters as a key has in three narrow lines."""
    return re.compile(rb"[\w+/-]{24,}")


def _dense(content: bytes, shape: bytes) -> Spans:
    """List the beginnings of long runs with capitals and small letters: a line drawn has none."""
    whole = shape.replace(b"y", b"x")
    for first, escaped in _ESCAPED_LETTERS.items():
        if first in content and escaped.search(content):
            whole = _joined(content, whole, escaped)
    begins = []
    at = whole.find(_NARROWEST)
    while at >= 0:
        end = _end(whole, at + len(_NARROWEST))
        run = content[at:end]
        long = end - at >= _RUN or content[end : end + 1] in _ENDS
        if long and run.lower() != run != run.upper():
            begins.append((at, at + _HEAD))
        at = whole.find(_NARROWEST, end)
    return begins


def _joined(content: bytes, whole: bytes, escaped: re.Pattern[bytes]) -> bytes:
    """Take a letter and what escapes it for letters."""
    shape = bytearray(whole)
    for found in escaped.finditer(content):
        shape[slice(*found.span())] = b"x" * len(found[0])
    return bytes(shape)


def _end(shape: bytes, at: int) -> int:
    """Give the offset behind a run of `x`; the steps double, since most runs are short."""
    step = 64
    while (rest := shape[at : at + step]) and not rest.strip(b"x"):
        at += len(rest)
        step *= 2
    return at + len(rest) - len(rest.lstrip(b"x"))


def _is_text(plain: bytes, least: int) -> bool:
    return b"x" * least in plain.translate(_SHOWN)


def around(content: bytes, spans: Spans, beside: int) -> bytes:
    """Give what stands at some spans and around them, each byte once; spans must ascend."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        low = max(0, start - beside)
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end + beside))
        else:
            merged.append((low, end + beside))
    return b"\n".join(content[low:high] for low, high in merged)
