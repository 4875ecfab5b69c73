"""The text that a page of a PDF shows: `[(wa) -20 (_live_)] TJ` is one word, with letters moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wakeyscan.containers._pdffonts import Font

LONGEST = 8 << 20
"""Bytes of a page's content that is read as such; more is pictures, drawn line by line."""

_SHOWS = re.compile(rb"[\])>]\s*(?:T[jJ]|['\"])(?![\w])")
_TOKEN = re.compile(
    rb"(?P<string>\((?:\\[\0-\xff]|[^\\()]|\((?:\\[\0-\xff]|[^\\()])*\))*\))"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>"
    rb"|(?P<number>[-+]?\d*\.?\d+)"
    rb"|(?P<operator>[A-Za-z*]+[0-9]?|['\"])"
    rb"|(?P<name>/[^\s/\[\]()<>{}%]*)"
)
_SHOW = frozenset((b"Tj", b"TJ", b"'", b'"'))
_ON_NEXT_LINE = frozenset((b"'", b'"'))
_BLANK = -200
"""Thousandths of an em by which a letter moves on where a blank was meant."""

_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b""}


def shows_text(content: bytes) -> bool:
    """Say whether this is the content of a page that shows text."""
    return _SHOWS.search(content) is not None


def text(content: bytes, fonts: Mapping[bytes, Font]) -> bytes:
    """Give the strings of a page: what is shown at one place joined, another place another line."""
    return b"".join(_pieces(content, fonts))


def _pieces(content: bytes, fonts: Mapping[bytes, Font]) -> Iterator[bytes]:
    pending: list[bytes] = []
    font: Font | None = None
    name = b""
    for token in _TOKEN.finditer(content):
        kind, piece = token.lastgroup, token[0]
        if kind == "string":
            pending.append(_meant(_unescaped(piece[1:-1]), font))
        elif kind == "hex":
            digits = re.sub(rb"\s", b"", token["hex"])
            string = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
            pending.append(_meant(string, font))
        elif kind == "name":
            name = piece[1:]
        elif kind == "number" and pending and float(piece) <= _BLANK:
            pending.append(b" ")
        elif piece == b"Tf":
            font = fonts.get(name)
        elif kind == "operator":
            if piece not in _SHOW or piece in _ON_NEXT_LINE:
                yield b"\n"
            yield from pending
            pending = []
    yield from pending


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
