"""What the letters of a PDF's fonts mean: most programs number the glyphs that a text uses.

Each such font has a table of the Unicode values, as a stream (`/ToUnicode`), for who copies text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from struct import unpack
from typing import NamedTuple

LARGEST = 1 << 20
"""Bytes of a table that is read; one of all 65,536 glyphs has less."""

_MOST = 1 << 16
_FONT_NAME = re.compile(rb"/([^\s/<>\[\]()]+)\s+(\d{1,10})\s+\d{1,5}\s+R")
_TO_UNICODE = re.compile(rb"/ToUnicode\s+(\d{1,10})\s+\d{1,5}\s+R")
_OBJECT = re.compile(rb"obj\b")
_NUMBER = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+$")
_LONGEST = 4096
"""Bytes of an object that says what a font is."""
_FURTHEST = 24
"""Bytes before `obj` in which its number stands."""
_CHARACTERS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>")
_TRIPLE = re.compile(
    rb"<\s*([0-9A-Fa-f]+)\s*>\s*<\s*([0-9A-Fa-f]+)\s*>\s*(?:<\s*([0-9A-Fa-f]+)\s*>|\[([^\]]*)\])"
)


Tables = dict[bytes, set[str]]
"""By the names of fonts, the numbers of the objects that are their tables."""


class Font(NamedTuple):
    """What the codes of a font mean."""

    width: int
    """Bytes of a code."""
    letters: dict[int, bytes]

    def text(self, shown: bytes) -> bytes:
        """Give what is shown by codes; a code without a meaning is left out."""
        width = self.width
        if width == 1:
            codes: Iterable[int] = shown
        elif width == 2:
            codes = unpack(f">{len(shown) // 2}H", shown[: len(shown) // 2 * 2])
        else:
            parts = range(0, len(shown), width)
            codes = (int.from_bytes(shown[at : at + width], "big") for at in parts)
        return b"".join(map(self.letters.get, codes, repeat(b"")))


def tables_of(content: bytes, packed: Iterable[bytes], wait: Callable[[], None]) -> Tables:
    """Say which names of fonts lead to which tables, those being objects; `wait` may raise."""
    texts = [content, *packed]
    leads: dict[bytes, str] = {}
    for number, body in chain(_objects(content, wait), *map(_packed_objects, texts[1:])):
        if found := _TO_UNICODE.search(body):
            leads[number] = found[1].decode()
    tables: Tables = {}
    for name, number in chain.from_iterable(map(_FONT_NAME.findall, texts)):
        if number in leads:
            tables.setdefault(name, set()).add(leads[number])
    return tables


def fonts(tables: Tables, read: Callable[[str], bytes]) -> dict[bytes, Font]:
    """Read the fonts, by their names.

    Where pages give one name to several fonts, none has it: what they show can't be told.
    """
    single = {name: number for name, (number, *others) in tables.items() if not others}
    known = {number: _font(read(number)) for number in set(single.values())}
    return {name: known[number] for name, number in single.items()}


def _objects(content: bytes, wait: Callable[[], None]) -> Iterator[tuple[bytes, bytes]]:
    for found in _OBJECT.finditer(content):
        wait()
        if number := _NUMBER.search(content, max(0, found.start() - _FURTHEST), found.start()):
            body = content[found.end() : found.end() + _LONGEST].partition(b"endobj")[0]
            yield number[1], body.partition(b"stream")[0]


def _packed_objects(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Read an object stream: pairs of number and offset, then the objects."""
    head = re.match(rb"\s*((?:\d{1,10}\s+\d{1,10}\s+)+)", text)
    if not head:
        return
    numbers = head[1].split()
    offsets = [int(offset) for offset in numbers[1::2]]
    ends = [*offsets[1:], len(text)]
    for number, start, end in zip(numbers[::2], offsets, ends, strict=True):
        yield number, text[head.end() + start : head.end() + end]


def _font(table: bytes) -> Font:
    letters: dict[int, bytes] = {}
    width = 1
    for part in _CHARACTERS.finditer(table):
        for code, letter in _PAIR.findall(part[1]):
            width = max(width, len(code) // 2)
            letters[int(code, 16)] = _letter(letter)
    for part in _RANGES.finditer(table):
        for low, high, first, each in _TRIPLE.findall(part[1]):
            width = max(width, len(low) // 2)
            start, count = int(low, 16), int(high, 16) - int(low, 16) + 1
            if 0 < count <= _MOST:
                letters |= zip(range(start, start + count), _run(first, each, count), strict=False)
    return Font(width, letters)


def _run(first: bytes, each: bytes, count: int) -> Iterator[bytes]:
    if each:
        yield from map(_letter, re.findall(rb"<\s*([0-9A-Fa-f]+)\s*>", each))
        return
    start = int(first, 16) if len(first) <= 4 else -1
    for number in range(count):
        yield chr(start + number).encode("utf-8", "replace") if start >= 0 else _letter(first)


def _letter(value: bytes) -> bytes:
    digits = value.decode()
    units = bytes.fromhex(digits + "0" * (len(digits) % 2))
    return units.decode("utf-16-be", "replace").encode()
