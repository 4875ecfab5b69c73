"""Fonts of a PDF: the characters of the glyph numbers that most programs write.

Such a font has a table of Unicode values, a stream (`/ToUnicode`), so that text can be copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from struct import unpack

from wakeyscan.core.typing import NamedTuple

MAX_TABLE = 1 << 20
"""Maximum bytes of a table; one of all 65,536 glyphs is smaller."""

_MAX_RANGE = 1 << 16
_FONT_NAME = re.compile(rb"/([^\s/<>\[\]()]+)\s+(\d{1,10})\s+\d{1,5}\s+R")
_TO_UNICODE = re.compile(rb"/ToUnicode\s+(\d{1,10})\s+\d{1,5}\s+R")
_OBJECT = re.compile(rb"obj\b")
_NUMBER = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+$")
_MAX_FONT_OBJECT = 4096
"""Maximum bytes of an object that describes a font."""
_MAX_NUMBER = 24
"""Maximum bytes before `obj` that hold its number."""
_CHARACTERS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>")
_TRIPLE = re.compile(
    rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*(?:<\s*([0-9A-Fa-f]+)\s*>|\[([^\]]*)\])"
)


Tables = dict[bytes, set[str]]
"""The numbers of the objects that hold the tables, by the name of the font."""


class Font(NamedTuple):
    """The characters for the codes of a font."""

    width: int
    """Bytes of a code."""
    characters: dict[int, bytes]

    def text(self, codes_shown: bytes) -> bytes:
        """Return the characters for the codes; a code without a character is skipped."""
        width = self.width
        if width == 1:
            codes: Iterable[int] = codes_shown
        elif width == 2:
            codes = unpack(f">{len(codes_shown) // 2}H", codes_shown[: len(codes_shown) // 2 * 2])
        else:
            parts = range(0, len(codes_shown), width)
            codes = (int.from_bytes(codes_shown[at : at + width], "big") for at in parts)
        return b"".join(map(self.characters.get, codes, repeat(b"")))


def find_tables(
    content: bytes, object_streams: Iterable[bytes], check_time: Callable[[], None]
) -> Tables:
    """Return the tables of all fonts; `check_time` may raise."""
    texts = [content, *object_streams]
    table_numbers: dict[bytes, str] = {}
    for number, body in chain(
        _find_objects(content, check_time), *map(parse_object_stream, texts[1:])
    ):
        if found := _TO_UNICODE.search(body):
            table_numbers[number] = found[1].decode()
    tables: Tables = {}
    for name, number in chain.from_iterable(map(_FONT_NAME.findall, texts)):
        if number in table_numbers:
            tables.setdefault(name, set()).add(table_numbers[number])
    return tables


def read_fonts(tables: Tables, read: Callable[[str], bytes]) -> dict[bytes, Font]:
    """Return the fonts by name.

    A name that pages give to several fonts is skipped, since it is ambiguous.
    """
    unambiguous = {name: number for name, (number, *others) in tables.items() if not others}
    by_number = {number: _parse_font(read(number)) for number in set(unambiguous.values())}
    return {name: by_number[number] for name, number in unambiguous.items()}


def _find_objects(content: bytes, check_time: Callable[[], None]) -> Iterator[tuple[bytes, bytes]]:
    for found in _OBJECT.finditer(content):
        check_time()
        if number := _NUMBER.search(content, max(0, found.start() - _MAX_NUMBER), found.start()):
            body = content[found.end() : found.end() + _MAX_FONT_OBJECT].partition(b"endobj")[0]
            yield number[1], body.partition(b"stream")[0]


def parse_object_stream(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Parse an object stream: pairs of number and offset, then the objects."""
    head = re.match(rb"\s*((?:\d{1,10}\s+\d{1,10}\s+)+)", text)
    if not head:
        return
    numbers = head[1].split()
    offsets = [int(offset) for offset in numbers[1::2]]
    ends = [*offsets[1:], len(text)]
    for number, start, end in zip(numbers[::2], offsets, ends, strict=True):
        yield number, text[head.end() + start : head.end() + end]


def _parse_font(table: bytes) -> Font:
    characters: dict[int, bytes] = {}
    width = 1
    for part in _CHARACTERS.finditer(table):
        for code, character in _PAIR.findall(part[1]):
            width = max(width, len(code) // 2)
            characters[int(code, 16)] = _decode_character(character)
    for part in _RANGES.finditer(table):
        for low, high, first, each in _TRIPLE.findall(part[1]):
            width = max(width, len(low) // 2)
            start, count = int(low, 16), int(high, 16) - int(low, 16) + 1
            if 0 < count <= _MAX_RANGE:
                characters |= zip(
                    range(start, start + count), _expand_range(first, each, count), strict=False
                )
    return Font(width, characters)


def _expand_range(first: bytes, each: bytes, count: int) -> Iterator[bytes]:
    if each:
        yield from map(_decode_character, re.findall(rb"<\s*([0-9A-Fa-f]+)\s*>", each))
        return
    start = int(first, 16) if len(first) <= 4 else -1
    for number in range(count):
        yield (
            chr(start + number).encode("utf-8", "replace")
            if start >= 0
            else _decode_character(first)
        )


def _decode_character(value: bytes) -> bytes:
    digits = value.decode()
    units = bytes.fromhex(digits + "0" * (len(digits) % 2))
    return units.decode("utf-16-be", "replace").encode()
