"""The text that a page of a PDF shows: `[(wa) -20 (_live_)] TJ` is one word with moved letters.

Patterns match many strings at once. A step in Python for each number and operator would take ten
times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.extractors.pdf.fonts import Font

MAX_PAGE = 8 << 20
"""Maximum bytes of the content of a page; longer content is a drawing, line by line."""

_SHOWS = re.compile(rb"[\])>]\s*(?:T[jJ]|['\"])(?![\w])")

_LITERAL = rb"(?:[^\\()]++|\\[\0-\xff]|\((?:[^\\()]++|\\[\0-\xff])*+\))*+"
_HEX = rb"[0-9A-Fa-f\s]*+"
_STRING = re.compile(rb"\((%b)\)|<(%b)>" % (_LITERAL, _HEX))
_PLAIN = re.compile(rb"\(([^()]*+)\)")
_CODES = re.compile(rb"<([^<>]*+)>")
_OPERAND = re.compile(
    rb"[\[(</](?:(?:(?<=\[)((?:[^\]\[()<>]++|\(%b\)|<%b>)*+)\]|(?<=\()(%b)\)|(?<=<)(%b)>)"
    rb"\s*+(?:T[jJ]|(['\"]))?+|(?<=/)([^\]\s/\[()<>{}%%]++)\s++[-+.\d]++\s++Tf\b)"
    % (_LITERAL, _HEX, _LITERAL, _HEX)
)
"""Strings in brackets, a literal or codes, with an operator that starts a line; or a font.

It starts with one class of bytes, so that `re` skips drawings in C.
"""

_SAME_POSITION = re.compile(rb"(?:[-+.\d\s]++|T[cwzsr]\b|[gGkK]\b|rg\b|RG\b)*+")
"""Operators between two strings at one position: numbers and the style of letters."""

_BLANK = re.compile(rb"(?<=[)>[])\s*+-(?:[2-9]\d\d|[1-9]\d{3,5})(?:\.\d*+)?\s*+(?=[](<])")
"""A move of 200 thousandths of an em or more, which counts as a space."""

_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}


def shows_text(content: bytes) -> bool:
    """Return whether this is the content of a page that shows text."""
    return _SHOWS.search(content) is not None


def text(content: bytes, fonts: Mapping[bytes, Font]) -> bytes:
    """Return the strings of a page, a line for each position."""
    return b"".join(_read_strings(content, fonts))


def _read_strings(content: bytes, fonts: Mapping[bytes, Font]) -> Iterator[bytes]:
    font: Font | None = None
    at, has_text = 0, False
    for found in _OPERAND.finditer(content):
        several, literal, codes, starts_line, name = found.groups()
        if has_text and (starts_line or not _SAME_POSITION.fullmatch(content, at, found.start())):
            yield b"\n"
            has_text = False
        at = found.end()
        if name is not None:
            font = fonts.get(name)
            continue
        has_text = True
        if several is not None:
            yield _join_array(several, font)
        else:
            yield _apply_font(_decode_string(literal, codes), font)


def _join_array(strings: bytes, font: Font | None) -> bytes:
    """Join the strings in brackets, with a space at each wide move."""
    parts = _BLANK.split(strings)
    return b" ".join([_apply_font(_join_part(part), font) for part in parts])


def _join_part(strings: bytes) -> bytes:
    if b"\\" not in strings and b"<" not in strings:
        found = _PLAIN.findall(strings)
        if len(found) == strings.count(b"("):
            return b"".join(found)
    elif b"(" not in strings:
        codes = [b"".join(code.split()) for code in _CODES.findall(strings)]
        if not any(len(code) % 2 for code in codes):
            return bytes.fromhex(b"".join(codes).decode())
    return b"".join([_decode_string(*found.groups()) for found in _STRING.finditer(strings)])


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
