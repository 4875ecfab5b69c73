"""Dumps with words of two or more bytes, in either byte order, in octal, or as characters; records.

`hexdump`, `xxd -g4`, `xxd -e` and `od` with its options `-x`, `-t x4`, `-b`, `-c` and `-a` write
them, and tools for firmware write records: Intel HEX and S-records. The module `hex` decodes rows
of single bytes. Only the key prefix is searched for, since all of its parts are known when a line
splits it.
"""

from __future__ import annotations

import re
from binascii import hexlify, unhexlify
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders._dump_lines import (
    DIGIT,
    OCTAL_WORDS,
    XXD_PLAIN_SIZE,
    ReadLine,
    build_decoded_text,
    build_octal_reader,
    build_word_reader,
    find_lines,
    read_characters,
    read_record,
)
from wakeyscan.decoders._hex_lines import decode_hex_lines

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import DecodedText, FoundAnchors

NAME = "dump"

_PREFIX = KEY_PREFIX.encode()
_HALF = len(_PREFIX) // 2
_GAPS = (b" ", b"    ")
_OCTAL_GAPS = (b" ", b"  ")
_CELL = 4
"""Width of a column that shows one byte as a character."""
_DIGITS = lazy_pattern(DIGIT + rb"{8,}")
_MAX_WORD = 16
"""Bytes of the longest word, but for `xxd -p`."""


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the parts of the key prefix that fit into one word or two, and those as characters.

    Four of the eight letters are in one word of four or more bytes. Of two-byte words, two
    consecutive ones are on one line, and so is one half of the letters. Big-endian two-byte words
    are rows of bytes, which `hex` decodes.
    """
    if anchor != _PREFIX:
        return
    for part in (anchor[start : start + _HALF] for start in range(_HALF)):
        yield from _in_both_cases(hexlify(part), hexlify(part[::-1]))
    for start in (0, _HALF, 1, _HALF - 1):
        words = anchor[start : start + 2], anchor[start + 2 : start + 4]
        swapped = [hexlify(word[::-1]) for word in words]
        yield from _in_both_cases(*(gap.join(swapped) for gap in _GAPS))
        yield from (gap.join(map(_format_octal, words)) for gap in _OCTAL_GAPS)
    for half in (anchor[:_HALF], anchor[_HALF:]):
        yield b" ".join(_format_octal(bytes([c])) for c in half)
        yield b" ".join(bytes([c]).rjust(_CELL - 1) for c in half).lstrip()


def _format_octal(word: bytes) -> bytes:
    return b"%0*o" % (3 * len(word), int.from_bytes(word, "little"))


def _in_both_cases(*texts: bytes) -> Iterator[bytes]:
    for text in texts:
        yield from (text, text.upper())


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield nothing: dumps are rarely encoded again."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield nothing: escaped text in a dump is not decoded."""
    yield from ()


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the bytes of the lines around each encoded anchor."""
    end = -1
    for hit in re.finditer(b"|".join(map(_build_anchor_pattern, sorted(found))), content):
        decoded = _decode_lines(content, hit) if hit.start() >= end else None
        if decoded:
            end = decoded.span[1]
            yield decoded


def _decode_lines(content: bytes, hit: re.Match[bytes]) -> DecodedText | None:
    """Return the bytes of the lines around a hit, if their format is known."""
    if records := find_lines(content, hit.start(), read_record):
        return build_decoded_text(records)
    width = _measure_word(content, hit) if _DIGITS.fullmatch(hit[0]) else 0
    is_in_order = width > 0 and unhexlify(hit[0]) in _PREFIX
    if is_in_order and width != XXD_PLAIN_SIZE:
        decoded = decode_hex_lines(content, hit.start())
        if decoded:
            return decoded
    read = _choose_reader(content, hit, width)
    lines = find_lines(content, hit.start(), read) if read else []
    return build_decoded_text(lines) if lines else None


def _build_anchor_pattern(text: bytes) -> bytes:
    """Return the pattern of an encoded anchor; two words may not be parts of longer ones."""
    escaped = re.escape(text)
    return rb"(?<!\w)%b(?!\w)" % escaped if b" " in text else escaped


def _choose_reader(content: bytes, hit: re.Match[bytes], width: int) -> ReadLine | None:
    """Return a reader for the format that an encoded anchor, and the digits around it, show.

    `width` is the number of bytes of a word of hexadecimal digits.
    """
    text = hit[0].lower()
    digits = len(text.partition(b" ")[0])
    if digits in OCTAL_WORDS:
        gap = len(text[digits:]) - len(text[digits:].lstrip())
        return build_octal_reader(digits, gap)
    if not re.match(DIGIT + b"{4}", text):
        return read_characters
    if gap := text.count(b" "):
        return build_word_reader(digits // 2, gap, is_little_endian=True)
    if width and (width <= _MAX_WORD or width == XXD_PLAIN_SIZE):
        return build_word_reader(width, 1, is_little_endian=unhexlify(text) not in _PREFIX)
    return None


def _measure_word(content: bytes, hit: re.Match[bytes]) -> int:
    """Return how many bytes the digits around a hit represent, 0 for an odd number of digits."""
    reach = 2 * XXD_PLAIN_SIZE
    before = re.search(DIGIT + rb"*\Z", content[max(0, hit.start() - reach) : hit.start()])
    after = re.compile(DIGIT + b"*").match(content, hit.end(), hit.end() + reach)
    digits = len(hit[0]) + sum(len(found[0]) for found in (before, after) if found)
    return 0 if digits % 2 else digits // 2
