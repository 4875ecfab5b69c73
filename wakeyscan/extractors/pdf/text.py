"""The text that a page of a PDF shows: `[(wa) -20 (_live_)] TJ` is one word with moved letters.

A page may also draw each letter separately (see `letters`).

Patterns match many strings at once. A step in Python for each number and operator would take ten
times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.pdf import letters

if TYPE_CHECKING:
    from wakeyscan.extractors.pdf.fonts import Font

MAX_PAGE = 8 << 20
"""Maximum bytes of the content of a page; longer content is a drawing, line by line."""

_SHOWS = re.compile(rb"[\])>]\s*(?:T[jJ]|['\"])(?![\w])")

_LITERAL = rb"(?:[^\\()]++|\\[\0-\xff]|\((?:[^\\()]++|\\[\0-\xff])*+\))*+"
_HEX = rb"[0-9A-Fa-f\s]*+"
STRING = re.compile(rb"\((%b)\)|<(%b)>" % (_LITERAL, _HEX))
_PLAIN = re.compile(rb"\(([^()]*+)\)")
_CODES = re.compile(rb"<([^<>]*+)>")
_OPERAND = re.compile(
    rb"[\[(</](?:(?:(?<=\[)((?:[^\]\[()<>]++|\(%b\)|<%b>)*+)\]|(?<=\()(%b)\)|(?<=<)(%b)>)"
    rb"\s*+(?:T[jJ]|(['\"]))?+|(?<=/)([^\]\s/\[()<>{}%%]++)\s++([-+.\d]++)\s++Tf\b)"
    % (_LITERAL, _HEX, _LITERAL, _HEX)
)
"""Strings in brackets, a literal or codes, with an operator that starts a line; or a font.

It starts with one class of bytes, so that `re` skips drawings in C.
"""

_SAME_POSITION = re.compile(rb"(?:[-+.\d\s]++|T[cwzsr]\b|[gGkK]\b|rg\b|RG\b)*+")
"""Operators between two strings at one position: numbers and the style of letters."""

_BLANK = re.compile(rb"(?<=[)>[])\s*+-(?:[2-9]\d\d|[1-9]\d{3,5})(?:\.\d*+)?\s*+(?=[](<])")
"""A move of 200 thousandths of an em or more, which counts as a space."""

_MIN_SPACED = 4
"""Single letters with wide moves between them that are one word with spaced letters."""

_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}


def shows_text(content: bytes) -> bool:
    """Return whether this is the content of a page that shows text."""
    return _SHOWS.search(content) is not None


def text(content: bytes, fonts: Mapping[bytes, Font]) -> bytes:
    """Return the strings of a page, a line for each position."""
    return b"".join(_read_strings(content, fonts))


def _read_strings(content: bytes, fonts: Mapping[bytes, Font]) -> Iterator[bytes]:
    font, size = None, 0.0
    line = _Line()
    at, gaps = 0, list[bytes]()
    for found in _OPERAND.finditer(content):
        several, literal, codes, starts_line, name, points = found.groups()
        gaps.append(content[at : found.start()])
        at = found.end()
        if name is not None:
            font, size = fonts.get(name), _parse_number(points)
            continue
        if several is not None:
            text = _join_array(several, font)
        else:
            text = _apply_font(_decode_string(literal, codes), font)
        gap, gaps = b"".join(gaps), []
        separator = line.add(gap, text, size)
        yield b"\n" if starts_line else separator
        yield text


class _Line:
    """The line that is drawn."""

    def __init__(self) -> None:
        self.text = b""
        """The last string; empty before the first one."""
        self._gap = b""
        self._position: letters.Position | None = None
        """Of the last string; `None`: the gap before it decides."""
        self._step: letters.Step | None = None

    def add(self, gap: bytes, text: bytes, size: float) -> bytes:
        """Add a string, and return what separates it from the last one.

        `gap` is the content between them.
        """
        if not text:
            return b""
        if self.text and _SAME_POSITION.fullmatch(gap):
            self.text += text[: letters.MAX_LETTERS]
            return b""
        separator = self._find_separator(gap, text, size) if self.text else b""
        self.text, self._gap = text[: 2 * letters.MAX_LETTERS], gap
        return separator

    def _find_separator(self, gap: bytes, text: bytes, size: float) -> bytes:
        last_step, self._step = self._step, None
        start, self._position = self._position, None
        if len(text) > 1 and len(self.text) > 1:
            return b"\n"
        self._position = letters.read_position(gap)
        start = start or letters.read_position(self._gap)
        self._step = letters.find_step(start, self._position, size)
        if not self._step:
            return b"\n"
        return b"" if self._step.joins(self.text, last_step) else b" "


def _parse_number(digits: bytes) -> float:
    try:
        return float(digits)
    except ValueError:
        return 0.0


def _join_array(strings: bytes, font: Font | None) -> bytes:
    """Join the strings in brackets, with a space at each wide move, unless all moves are wide."""
    parts = _BLANK.split(strings)
    texts = [_apply_font(_join_part(part), font) for part in parts]
    is_spaced = len(texts) >= _MIN_SPACED and all(len(text) == 1 for text in texts)
    return (b"" if is_spaced else b" ").join(texts)


def _join_part(strings: bytes) -> bytes:
    if b"\\" not in strings and b"<" not in strings:
        found = _PLAIN.findall(strings)
        if len(found) == strings.count(b"("):
            return b"".join(found)
    elif b"(" not in strings:
        codes = [b"".join(code.split()) for code in _CODES.findall(strings)]
        if not any(len(code) % 2 for code in codes):
            return bytes.fromhex(b"".join(codes).decode())
    return b"".join([_decode_string(*found.groups()) for found in STRING.finditer(strings)])


def _decode_string(literal: bytes | None, codes: bytes) -> bytes:
    if literal is not None:
        return _unescape(literal)
    digits = b"".join(codes.split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _apply_font(string: bytes, font: Font | None) -> bytes:
    return string if font is None else font.text(string)


def _unescape(string: bytes) -> bytes:
    if b"\\" not in string:
        return string
    return re.sub(rb"\\([0-7]{1,3}|\r\n|[\0-\xff])", _decode_escape, string)


def _decode_escape(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if code[0] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return b"" if code == b"\r\n" else _ESCAPES.get(code, code)
