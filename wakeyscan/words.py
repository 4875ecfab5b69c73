"""Finds the words of a text that may be base64, or hexadecimal, of a text with a secret in it."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64, unhexlify
from functools import cache
from typing import NamedTuple

from wakeyscan.container import TAR, TAR_AT

Spans = list[tuple[int, int]]
"""Offsets, half-open, in order."""


class Words(NamedTuple):
    """The words of a text that may be something wrapped."""

    long: Spans
    """Long ones, and those less long that may be one line of many."""
    dense: Spans
    """How runs of base64 begin that may be of something packed."""


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_REST = b"+/-_"
"""The last two letters of base64, in either alphabet."""
_BREAKS = b"\r\n\\%&=\"'"
"""What a line that is one of many may end with."""
_BEFORE = (b"\r", b"\n", b"\\", b"%", b";")
"""What a break before a line ends with, or begins with where it looks like base64 itself."""
_INDENT = 64
_WORD = b"x" * 16
_RUN = 64
"""Letters of something packed, at least."""
_NARROWEST = b"x" * 32
"""The shortest first line of it, where others follow."""
_ENDS = (b"\r", b"\n", b"\\", b"%", b"&")
_KEY = 24
"""Bytes of the shortest key of ours, in whatever wrapping."""
_HEAD = 16
"""Bytes of a run that tell what it may be."""
_NARROW = re.compile(
    rb"\n[ \t]*+[\w+/-]{8,15}+\r?\n[ \t]*+[\w+/-]{8,15}+\r?"
    rb"(?:\n[ \t]*+[\w+/-]{1,15}+={0,2}\r?){1,64}(?=\n)"
)
"""Lines too short for a word, three or more: a key is in the first two, or behind them."""
_ESCAPED_BREAKS = {
    b"\\": rb"\\(?:\\{0,3}[nr]|(?:u00|x)0[aAdD]|\r?\n)",
    b"%": rb"%0[aAdD]",
    b"&": rb"&#(?:x[aAdD]|10|13);",
}
"""How lines end in a string literal, in a form and in an attribute, by what that begins with."""
_ESCAPED_LETTERS = {
    b"\\": re.compile(rb"\\\\{0,6}/"),
    b"%": re.compile(rb"%2[BbFf]"),
}
"""Of JSON, in JSON too, and of a URL, by what they begin with: a byte is found much faster."""
_DIGITS = b"0123456789abcdefABCDEF"
_DIGITS_APART = bytes.maketrans(_DIGITS, b"\0" * len(_DIGITS))
_NO_DIGITS = bytes(set(range(256)).difference(_DIGITS))
_PRINTABLE = b" " * 0x20 + b"x" * 0x5F + b" " * 0x81
_FROM_URLSAFE = bytes.maketrans(b"-_", b"+/")
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
        for byte in _BREAKS:
            table[byte] = 0x0A
        for byte in _REST:
            table[byte] = 0x79
        for byte in letters:
            table[byte] = 0x78
        self._table = bytes(table)
        self.least = _KEY if only_keys else 0
        """Bytes that a text has at least if something wrapped is in it."""
        self._long, self._digits, self._row = (32, 40, 16) if only_keys else (16, 16, 8)

    def words(self, content: bytes) -> Words:
        """List the long words, and the less long that end a line."""
        shape = content.translate(self._table)
        words = []
        at = shape.find(_WORD)
        while at >= 0:
            end = _end(shape, at + len(_WORD))
            if end - at >= self._long or _is_line(content, shape, at, end):
                words.append((at, end))
            at = shape.find(_WORD, end)
        return Words(words, _dense(content, shape))

    def base64(self, content: bytes, words: Words) -> bytes:
        """Give what stands around what is base64 of a text, in a line or in narrow ones."""
        telling = [word for word in words.long if self._is_base64(content[slice(*word)])]
        telling += [lines.span() for lines in _NARROW.finditer(content) if self._is_split(lines[0])]
        for first, end in _ESCAPED_BREAKS.items():
            telling += self._narrow_escaped(content, first, end)
        return around(content, sorted(telling), _BESIDE)

    def hex(self, content: bytes, words: Words) -> bytes:
        """Give what stands around long rows of digits that are a text."""
        long = [(start, end) for start, end in words.long if end - start >= self._digits]
        return around(content, [w for w in long if self._is_hex(content[slice(*w)])], _BESIDE)

    def _is_base64(self, word: bytes) -> bool:
        """Say whether a word has capitals and small letters, and decodes to characters."""
        if word.islower() or word.isupper():
            return False
        word = word.translate(_FROM_URLSAFE)
        least = min(self._row, len(word) // 3)
        return any(
            _is_text(a2b_base64(word[shift : shift + (len(word) - shift) // 4 * 4]), least)
            for shift in range(4)
        )

    def _narrow_escaped(self, content: bytes, first: bytes, end: bytes) -> Spans:
        """List lines too short for a word, two or more behind one, that end with an escape."""
        if first not in content or not _between(first).search(content):
            return []
        found = _narrow(end).finditer(content)
        return [lines.span() for lines in found if self._is_split(re.sub(end, b"\n", lines[0]))]

    def _is_split(self, lines: bytes) -> bool:
        return self._is_base64(b"".join(line.rstrip(b"=") for line in lines.split()))

    def _is_hex(self, word: bytes) -> bool:
        if b"\0" * (2 * self._row) not in word.translate(_DIGITS_APART):
            return False
        digits = word.translate(None, _NO_DIGITS)
        return any(
            _is_text(unhexlify(digits[shift : shift + (len(digits) - shift) // 2 * 2]), self._row)
            for shift in range(2)
        )


@cache
def _between(first: bytes) -> re.Pattern[bytes]:
    """Give the pattern of what is between two such ends, roughly: it is compiled in no time."""
    return re.compile(rb"%b\s*[#;\w+/-]{8,22}%b" % (re.escape(first), re.escape(first)))


@cache
def _narrow(end: bytes) -> re.Pattern[bytes]:
    """Give the pattern of narrow lines with an escape before each, compiled where there are any."""
    return re.compile(
        end
        + rb"(?:"
        + end
        + rb")?[ \t]*+[\w+/-]{8,15}+(?:(?:"
        + end
        + rb"){1,2}[ \t]*+[\w+/-]{1,15}+={0,2}){1,64}"
    )


def _is_line(content: bytes, shape: bytes, start: int, end: int) -> bool:
    """Say whether a word may be one of many lines: a break before it, and maybe blanks, and behind.

    A break may be escaped, as in a string literal.
    """
    if shape[end : end + 1] != b"\n":
        return False
    return content[max(0, start - _INDENT) : start].rstrip(b" \t")[-1:] in (*_BEFORE, b"")


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


def within_base64(text: bytes, at: int) -> tuple[bytes, int]:
    """Give the letters of base64 that a text alone decides on, which is at a byte, and where."""
    shift, skipped = at % 3, 4 * (at // 3)
    letters = b2a_base64(b"\0" * shift + text + b"\0" * (-(shift + len(text)) % 3))
    first, last = (8 * shift + 5) // 6, 8 * (shift + len(text)) // 6
    return letters[first:last], skipped + first


_ONCE = within_base64(TAR, TAR_AT)
IN_TAR = dict((_ONCE, within_base64(*_ONCE)))
"""What tells a tar in base64, and in that of it, and how many letters before it that begins."""


def from_base64(text: bytes) -> bytes:
    """Decode base64 of either alphabet, without padding; a letter that is over is left out."""
    text = text[: len(text) - (len(text) % 4 == 1)].translate(_FROM_URLSAFE)
    return a2b_base64(text + b"=" * (-len(text) % 4))


def is_whole(letters: bytes) -> bool:
    """Say whether letters without padding end where a byte does, and the bits left over are 0."""
    over = len(letters) % 4
    if over < 2:
        return over == 0
    bits = a2b_base64(letters[-over:].translate(_FROM_URLSAFE) + b"A" * (4 - over))
    return not any(bits[over - 1 :])


def _is_text(plain: bytes, least: int) -> bool:
    return b"x" * least in plain.translate(_PRINTABLE, b"\0")


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
