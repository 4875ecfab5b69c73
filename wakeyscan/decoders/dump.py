"""Dumps that are no row of bytes: words of two and more, in either order, and characters.

As `hexdump`, `xxd -g4` and `-e`, `od -x`, `-t x4`, `-c` and `-a` write them. Only the prefix of
keys is known to show whichever way it is cut.
"""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from collections.abc import Callable, Iterator
from typing import NamedTuple

from wakeyscan.display import KEY_PREFIX
from wakeyscan.layer import Layer, Marks, Piece
from wakeyscan.locate import line_around

NAME = "dump"

_ANCHOR = KEY_PREFIX.encode()
_HALF = len(_ANCHOR) // 2
_GAPS = (b" ", b"    ")
_CELL = 4
"""Characters that one byte has as a character."""
_WIDEST = 16
"""Bytes of a word."""
_LINE = 30
"""Bytes of a line of `xxd -p`, which is one word."""
_LONGEST = 512
"""Bytes of a line."""
_BEFORE, _BEHIND = 3, 48
"""Lines around that with a mark that may hold the rest of its key."""

_INDENT = rb"[ \t\#/*;>]{0,16}"
_DIGIT = rb"[0-9A-Fa-f]"
_CELLS = re.compile(_INDENT + rb"(?P<offset>" + _DIGIT + rb"{6,16})(?=[ ]{1,4}\S|[ ]{5})")
_ESCAPED = {b"": b" ", b"sp": b" ", **{b"\\" + bytes([c]): b"\n" for c in b"0abtnvfr"}}
_NOTHING = b"\0"
"""Stands for what is not told."""


class _Line(NamedTuple):
    """A line of a dump."""

    offset: bytes
    words: tuple[tuple[bytes, int, int], ...]
    """What each stands for, and where it is in the text."""

    @property
    def size(self) -> int:
        return sum(len(text) for text, _, _ in self.words)

    def begins_with(self, text: bytes) -> bool:
        return b"".join(word for word, _, _ in self.words).startswith(text)


_Read = Callable[[bytes, int, int], "_Line | None"]
"""Reads the line between two offsets of a text, if it is one of a dump."""


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the parts of the prefix one of which is in one word, or in two, and those as characters.

    Of eight letters, four are in one word of four or more; of words of two, two that follow each
    other are in one line, and so is a half of the letters. Words of two that are not turned are
    rows of bytes as well.
    """
    if anchor != _ANCHOR:
        return
    for part in (anchor[at : at + _HALF] for at in range(_HALF)):
        yield from _either_case(hexlify(part), hexlify(part[::-1]))
    for at in (0, _HALF, 1, _HALF - 1):
        one, other = anchor[at : at + 2], anchor[at + 2 : at + 4]
        yield from _either_case(*(hexlify(one[::-1]) + gap + hexlify(other[::-1]) for gap in _GAPS))
    for half in (anchor[:_HALF], anchor[_HALF:]):
        yield b" ".join(bytes([c]).rjust(_CELL - 1) for c in half).lstrip()


def _either_case(*texts: bytes) -> Iterator[bytes]:
    for text in texts:
        yield from (text, text.upper())


def spell(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: a dump is not escaped, as a rule."""
    yield from ()


def rewrap(text: bytes) -> Iterator[bytes]:
    """Give nothing: what is escaped already is left alone."""
    yield from ()


def unwrap(content: bytes, marks: Marks) -> Iterator[Layer]:
    """Yield the bytes of the lines around each of `marks`."""
    done = -1
    for hit in re.finditer(b"|".join(_shown(mark) for mark in sorted(marks)), content):
        read = _reader(content, hit) if hit.start() >= done else None
        if read and (lines := list(_lines(content, hit.start(), read))):
            layer = _layer(lines)
            done = layer.span[1]
            yield layer


def _shown(mark: bytes) -> bytes:
    """Give the pattern of a mark; two words are not parts of longer ones."""
    whole = re.escape(mark)
    return rb"(?<!\w)%b(?!\w)" % whole if b" " in mark else whole


def _reader(content: bytes, hit: re.Match[bytes]) -> _Read | None:
    """Tell from a mark, and the digits around it, what reads its line."""
    mark = hit[0].lower()
    if not re.match(_DIGIT + b"{4}", mark):
        return _characters
    digits, *_ = mark.split(b" ")
    if gap := mark.count(b" "):
        return _words(len(digits) // 2, gap, turned=True)
    turned = unhexlify(mark) not in _ANCHOR
    before = re.search(_DIGIT + rb"*\Z", content[max(0, hit.start() - 2 * _LINE) : hit.start()])
    behind = re.compile(_DIGIT + b"*").match(content, hit.end(), hit.end() + 2 * _LINE)
    width, odd = divmod(len(mark) + sum(len(found[0]) for found in (before, behind) if found), 2)
    return _words(width, 1, turned) if not odd and (width <= _WIDEST or width == _LINE) else None


def _line(width: int, gap: int, turned: bool) -> re.Pattern[bytes]:
    """Give the pattern of a line of words; what is behind them tells where they end."""
    word, blanks = _DIGIT + b"{%d}" % (2 * width), b" {%d}" % gap
    last, alone = _last(width, gap, turned)
    more = b"{0}" if width == _LINE else b"*"
    return re.compile(
        _INDENT
        + rb"(?:(?P<offset>(?:0x)?%b{4,16}): {1,8}" % _DIGIT
        + rb"|(?!%b[ \r\n])(?P<bare>%b{4,16}) {1,8})?" % (word, _DIGIT)
        + rb"(?P<words>%b(?:%b%b)%b(?:%b)?|%b)" % (word, blanks, word, more, last, alone)
        + rb"(?=\s*\Z|\s{2}| ?[|>])"
    )


def _last(width: int, gap: int, turned: bool) -> tuple[bytes, bytes]:
    """Give the patterns of a last word that is shorter, behind others and alone on its line.

    One that is turned has blanks before it for what it lacks.
    """
    if turned:
        ends = (b" {%d}%b{%d}" % (gap + 2 * (width - n), _DIGIT, 2 * n) for n in range(1, width))
        return b"|".join(ends), b"(?!)"
    short = rb"(?:%b{2}){1,%d}" % (_DIGIT, width)
    if width == _LINE:
        return b"(?!)", short
    return b" {%d}" % gap + short, b"(?(offset)%b|(?!))" % short


def _words(width: int, gap: int, turned: bool) -> _Read:
    """Give what reads words of so many bytes, the last byte first where they are turned."""
    line = _line(width, gap, turned)

    def read(content: bytes, low: int, high: int) -> _Line | None:
        found = line.match(content[low:high])
        if not found:
            return None
        low += found.start("words")
        words = re.compile(_DIGIT + b"+").finditer(found["words"])
        read = ((unhexlify(one[0])[:: -1 if turned else 1], *one.span()) for one in words)
        placed = tuple((text, low + start, low + end) for text, start, end in read)
        return _Line(found["offset"] or found["bare"] or b"", placed)

    return read


def _characters(content: bytes, low: int, high: int) -> _Line | None:
    """Read characters, in cells of four to the right."""
    line = content[low:high].rstrip(b"\r")
    found = _CELLS.match(line)
    first = found.end() if found else 0
    cells = tuple(
        (_meant(line[at : at + _CELL]), low + at, low + at + _CELL)
        for at in range(first, len(line) - _CELL + 1, _CELL)
    )
    return _Line(found["offset"] if found else b"", cells) if cells else None


def _meant(cell: bytes) -> bytes:
    text = cell.strip()
    if len(text) == 1 and cell.endswith(text):
        return text
    return _ESCAPED.get(text, _NOTHING)


def _lines(content: bytes, at: int, read: _Read) -> Iterator[_Line]:
    """Yield the lines of the dump around an offset, as far as they follow each other."""
    low, high = line_around(content, at, at, _LONGEST)
    line = read(content, low, high)
    if not line:
        return
    before = [line]
    while low > 0 and len(before) <= _BEFORE:
        at = low - len(_break_at(content, low - 2) or b"\n")
        low, ends = line_around(content, at, at, _LONGEST)
        above = read(content, low, ends)
        if not above or not _follows(before[-1], above):
            break
        before.append(above)
    yield from reversed(before)
    for _ in range(_BEHIND):
        at = high + len(_break_at(content, high) or b"\n")
        low, high = line_around(content, at, at, _LONGEST)
        below = read(content, low, high) if at < len(content) else None
        if not below or not _follows(below, line):
            break
        line = below
        yield line


def _break_at(content: bytes, at: int) -> bytes:
    """Give a line's end of two characters, if one is at an offset."""
    return b"\r\n" if at >= 0 and content[at : at + 2] == b"\r\n" else b""


def _follows(below: _Line, above: _Line) -> bool:
    """Say whether an offset counts the bytes from that before it, in whatever base.

    Where there are none a line that begins with a key is one of its own.
    """
    if not above.offset or not below.offset:
        return above.offset == below.offset and not below.begins_with(_ANCHOR)
    for base in (16, 8, 10):
        try:
            if int(below.offset, base) - int(above.offset, base) == above.size:
                return True
        except ValueError:
            continue
    return False


def _layer(lines: list[_Line]) -> Layer:
    pieces, at = [], 0
    for text, start, end in (word for line in lines for word in line.words):
        pieces.append(Piece(at, start, end))
        at += len(text)
    content = b"".join(text for line in lines for text, _, _ in line.words)
    return Layer(content, (pieces[0].start, pieces[-1].end), tuple(pieces))
