"""Dumps that are no row of bytes: words of two and more, in either order, and characters.

As `hexdump`, `xxd -g4` and `-e`, `od`, `od -x`, `-t x4`, `-b`, `-c` and `-a` write them. Only the
prefix of keys is known to show whichever way it is cut.
"""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from collections.abc import Iterator

from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders._dump_lines import Line, Read, around, build_decoded_text
from wakeyscan.decoders.decoder import DecodedText, FoundForms

NAME = "dump"

_ANCHOR = KEY_PREFIX.encode()
_HALF = len(_ANCHOR) // 2
_GAPS = (b" ", b"    ")
_OCTAL_GAPS = (b" ", b"  ")
_OCTAL_WORDS = {3: rb"[0-3][0-7]{2}", 6: rb"[01][0-7]{5}"}
"""Octal digits of one byte and of two, by how many they are."""
_CELL = 4
"""Characters that one byte has as a character."""
_WIDEST = 16
"""Bytes of a word."""
_LINE = 30
"""Bytes of a line of `xxd -p`, which is one word."""

_INDENT = rb"[ \t\#/*;>]{0,16}"
_DIGIT = rb"[0-9A-Fa-f]"
_CELLS = re.compile(_INDENT + rb"(?P<offset>" + _DIGIT + rb"{6,16})(?=[ ]{1,4}\S|[ ]{5})")
_ESCAPED = {b"": b" ", b"sp": b" ", **{b"\\" + bytes([c]): b"\n" for c in b"0abtnvfr"}}
_NOTHING = b"\0"
"""Stands for what is not told."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
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
        for gap in _OCTAL_GAPS:
            yield gap.join((_octal(one), _octal(other)))
    for half in (anchor[:_HALF], anchor[_HALF:]):
        yield b" ".join(_octal(bytes([c])) for c in half)
        yield b" ".join(bytes([c]).rjust(_CELL - 1) for c in half).lstrip()


def _octal(word: bytes) -> bytes:
    """Give a word of one byte or two as octal digits."""
    return b"%0*o" % (3 * len(word), int.from_bytes(word, "little"))


def _either_case(*texts: bytes) -> Iterator[bytes]:
    for text in texts:
        yield from (text, text.upper())


def encode(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: a dump is not escaped, as a rule."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Give nothing: what is escaped already is left alone."""
    yield from ()


def decode(content: bytes, marks: FoundForms) -> Iterator[DecodedText]:
    """Yield the bytes of the lines around each of `marks`."""
    done = -1
    for hit in re.finditer(b"|".join(_shown(mark) for mark in sorted(marks)), content):
        read = _reader(content, hit) if hit.start() >= done else None
        if read and (lines := list(around(content, hit.start(), read))):
            found = build_decoded_text(lines)
            done = found.span[1]
            yield found


def _shown(mark: bytes) -> bytes:
    """Give the pattern of a mark; two words are not parts of longer ones."""
    whole = re.escape(mark)
    return rb"(?<!\w)%b(?!\w)" % whole if b" " in mark else whole


def _reader(content: bytes, hit: re.Match[bytes]) -> Read | None:
    """Tell from a mark, and the digits around it, what reads its line."""
    mark = hit[0].lower()
    digits, *_ = mark.split(b" ")
    if len(digits) in _OCTAL_WORDS:
        return _octal_words(len(digits), re.search(b" +", mark)[0])  # type: ignore[index]
    if not re.match(_DIGIT + b"{4}", mark):
        return _characters
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


def _words(width: int, gap: int, turned: bool) -> Read:
    """Give what reads words of so many bytes, the last byte first where they are turned."""
    line = _line(width, gap, turned)

    def read(content: bytes, low: int, high: int) -> Line | None:
        found = line.match(content[low:high])
        if not found:
            return None
        low += found.start("words")
        words = re.compile(_DIGIT + b"+").finditer(found["words"])
        read = ((unhexlify(one[0])[:: -1 if turned else 1], *one.span()) for one in words)
        placed = tuple((text, low + start, low + end) for text, start, end in read)
        return Line(found["offset"] or found["bare"] or b"", placed)

    return read


def _octal_words(digits: int, gap: bytes) -> Read:
    """Give what reads octal words of so many digits, the last byte first."""
    word = _OCTAL_WORDS[digits]
    line = re.compile(
        _INDENT
        + rb"(?:(?!%b[ \r\n])(?P<offset>%b{4,16}) {1,8})?" % (word, _DIGIT)
        + rb"(?P<words>%b(?:%b%b)*)(?=\s*\Z)" % (word, gap, word)
    )

    def read(content: bytes, low: int, high: int) -> Line | None:
        found = line.match(content[low:high])
        if not found:
            return None
        low += found.start("words")
        words = re.compile(rb"\d+").finditer(found["words"])
        return Line(
            found["offset"] or b"",
            tuple(
                (int(one[0], 8).to_bytes(digits // 3, "little"), low + one.start(), low + one.end())
                for one in words
            ),
        )

    return read


def _characters(content: bytes, low: int, high: int) -> Line | None:
    """Read characters, in cells of four to the right."""
    line = content[low:high].rstrip(b"\r")
    found = _CELLS.match(line)
    first = found.end() if found else 0
    cells = tuple(
        (_meant(line[at : at + _CELL]), low + at, low + at + _CELL)
        for at in range(first, len(line) - _CELL + 1, _CELL)
    )
    return Line(found["offset"] if found else b"", cells) if cells else None


def _meant(cell: bytes) -> bytes:
    text = cell.strip()
    if len(text) == 1 and cell.endswith(text):
        return text
    return _ESCAPED.get(text, _NOTHING)
