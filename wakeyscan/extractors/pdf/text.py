"""The text that a page of a PDF shows: `[(wa) -20 (_live_)] TJ` is one word, with letters moved.

What a page shows is found and taken apart by patterns, many strings at once: a step of Python's for
each number and operator would take ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wakeyscan.extractors.pdf.fonts import Font

LONGEST = 8 << 20
"""Bytes of a page's content that is read as such; more is pictures, drawn line by line."""

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
"""Strings in brackets, a literal or codes, and what shows them on the next line; or a font.

It begins with one class of bytes, so that drawings are passed over in C.
"""

_STAYS = re.compile(rb"(?:[-+.\d\s]++|T[cwzsr]\b|[gGkK]\b|rg\b|RG\b)*+")
"""What may stand between two strings that are shown at one place: numbers, how letters look."""

_BLANK = re.compile(rb"(?<=[)>[])\s*+-(?:[2-9]\d\d|[1-9]\d{3,5})(?:\.\d*+)?\s*+(?=[](<])")
"""Thousandths of an em by which a letter moves on where a blank was meant: 200, and more."""

_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}


def shows_text(content: bytes) -> bool:
    """Say whether this is the content of a page that shows text."""
    return _SHOWS.search(content) is not None


def text(content: bytes, fonts: Mapping[bytes, Font]) -> bytes:
    """Give the strings of a page: what is shown at one place joined, another place another line."""
    return b"".join(_pieces(content, fonts))


def _pieces(content: bytes, fonts: Mapping[bytes, Font]) -> Iterator[bytes]:
    font: Font | None = None
    at, begun = 0, False
    for found in _OPERAND.finditer(content):
        several, literal, codes, moved, name = found.groups()
        if begun and (moved or not _STAYS.fullmatch(content, at, found.start())):
            yield b"\n"
            begun = False
        at = found.end()
        if name is not None:
            font = fonts.get(name)
            continue
        begun = True
        if several is not None:
            yield _several(several, font)
        else:
            yield _meant(_string(literal, codes), font)


def _several(strings: bytes, font: Font | None) -> bytes:
    """Join strings that stand in brackets, with blanks where letters are moved as far."""
    parts = _BLANK.split(strings)
    return b" ".join([_meant(_joined(part), font) for part in parts])


def _joined(strings: bytes) -> bytes:
    if b"\\" not in strings and b"<" not in strings:
        found = _PLAIN.findall(strings)
        if len(found) == strings.count(b"("):
            return b"".join(found)
    elif b"(" not in strings:
        codes = [b"".join(code.split()) for code in _CODES.findall(strings)]
        if not any(len(code) % 2 for code in codes):
            return bytes.fromhex(b"".join(codes).decode())
    return b"".join([_string(*found.groups()) for found in _STRING.finditer(strings)])


def _string(literal: bytes | None, codes: bytes) -> bytes:
    if literal is not None:
        return _unescaped(literal)
    digits = b"".join(codes.split())
    return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())


def _meant(string: bytes, font: Font | None) -> bytes:
    return string if font is None else font.text(string)


def _unescaped(string: bytes) -> bytes:
    if b"\\" not in string:
        return string
    return re.sub(rb"\\([0-7]{1,3}|\r\n|[\0-\xff])", _character, string)


def _character(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    if code[0] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return b"" if code == b"\r\n" else _ESCAPES.get(code, code)
