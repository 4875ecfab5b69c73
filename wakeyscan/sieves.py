"""Says quickly where a wrapping can be in a text at all, before its decoder is even loaded.

A hook looks at a few small files, mostly plain: what a decoder knows of disguises is worth
loading only where there may be one. Each sieve gives the parts of a text in which any can stand,
mostly none. Splitting at a character goes at the speed of `memchr`, and needs no pattern.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, unhexlify
from collections.abc import Callable, Sequence

Words = Sequence[bytes]
"""What `long_words` gives of a text, once for all sieves."""

_LETTERS = b"wa_live"
_CODES = frozenset(style % c for c in _LETTERS for style in (b"%02x", b"%02X"))
"""The letters of an anchor."""
_OUTER = frozenset(style % c for c in b"%\\&=wad37" for style in (b"%02x", b"%02X"))
"""What an anchor begins with that is escaped already, or in base64 or hexadecimal."""
_INNER = frozenset(bytes([c]) for c in b"1567ux#lUa2")
"""What may follow that, where it is not escaped."""
_BOTH = _CODES | _OUTER
_PERCENT = _BOTH | {b"00"}
_ESCAPES = frozenset(
    [
        *(kind + digits for kind in (b"x", b"u00", b"U000000") for digits in _BOTH),
        *(b"%03o" % c for c in _LETTERS + b"%\\&=d37"),
    ]
)
_REFERENCES = frozenset(
    [b"#%d" % c for c in _LETTERS + b"%\\&=d37"] + [b"#x" + digits for digits in _BOTH]
)
_NAMES = (
    *(b"lowbar;", b"UnderBar;", b"bsol;", b"percnt;", b"equals;"),
    *(b"amp;#", b"amp;lowbar;", b"amp;UnderBar;", b"amp;amp;"),
)
_KINDS = frozenset([b"x", b"u", b"U", b"0", b"1"])
_QUOTED = frozenset(bytes([c]) for c in b"0234567\r\n")
_ONES = frozenset(bytes([c]) for c in _LETTERS)

_BRACED = _BOTH | {b"", b"%x" % 0xA}
_WIDE = frozenset(
    nul + bytes([c]) for nul in (b"00", b"x00", b"u0000", b"000", b"#0;", b"#x0;") for c in _LETTERS
)
"""A NUL and a letter: a piece of UTF-16 whose NULs are escaped."""

_MANY = 256
_BESIDE = 48
"""Bytes of a piece that a disguise may reach into."""
_DOUBLED = 8
"""Backslashes of JSON in JSON in JSON, and something before them."""
_MOST = 10
"""Escapes that a disguise may have."""

_BASE64 = bytes(
    0x78
    if c in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    else 0x0A
    if c in b"\r\n\\%&=\"'"
    else 0x20
    for c in range(256)
)
"""A table: `x` for base64, a break for what its last line may end with, a blank for all else.

No key, and nothing that escapes one, has the last two letters of base64, `+/` or `-_`, in it: they
would need `>`, `?` or `~`.
"""
_WORD = b"x" * 16
_LONG = 32
"""Letters of the shortest key, wrapped; a line that is one of many may have less."""
_NARROW = rb"\n[ \t]*+[\w+/-]{8,15}+\r?"
"""A line too short for that; of two or more, a key is in the middle."""
_FIRST = b"0x77"
"""The first letter of a key in an array of bytes."""
_APART = (b",", b" ")
"""What stands between them."""
_W_APART = rb"77(?:[ :\-\r\n]|61 )"
_BEFORE_LINE = rb"6[15][ :-]?5[fF]"
"""Letters of a key with something between them; a line ends behind one pair of them at most."""
_DIGITS = 40
"""Hexadecimal digits that the shortest key has at least."""
_NO_DIGITS = bytes(c for c in range(256) if c not in b"0123456789abcdefABCDEF")
_RUNS = bytes(0x78 if _BASE64[c] == 0x78 or c in b"+/-_" else 0x20 for c in range(256))
_RUN = b"x" * 64
"""A table, too: `x` for base64 with all its letters; and the shortest first line of it."""
_PACKED = (
    *(b"H4sI", b"SDRzS", b"UEsDB", b"VUVzRE", b"Td6W", b"L1RkNl", b"KLUv", b"S0xVdi"),
    *(b"Qlpo", b"UWxwb"),
)
"""How gzip, zip, xz, Zstandard and bzip2 begin in base64, and in base64 of that."""
_PRINTABLE = bytes(0x78 if 0x20 <= c < 0x7F else 0x20 for c in range(256))


def _where(
    content: bytes,
    intro: bytes,
    width: int,
    beginnings: frozenset[bytes],
    is_one: Callable[[bytes], bool],
) -> bytes:
    """Give what stands around the escapes that are told by a few bytes, and then by all."""
    if intro not in content:
        return b""
    pieces = content.split(intro)
    likely = [n for n, piece in enumerate(pieces) if piece[:width] in beginnings]
    return _around(pieces, intro, [n for n in likely if is_one(pieces[n])])


def percent(content: bytes, words: Words) -> bytes:
    """Look for percent-encoded letters."""
    return _where(content, b"%", 2, _PERCENT, _is_code)


def _is_code(piece: bytes) -> bool:
    if piece[:2] == b"00":
        return piece in _WIDE
    return piece[:2] in _CODES or len(piece) == 2 or piece[2:3] in _INNER


def escapes(content: bytes, words: Words) -> bytes:
    """Look for escapes in string literals."""
    return _where(content, b"\\", 1, _KINDS, _is_escape)


def _is_escape(piece: bytes) -> bool:
    if piece[1:2] == b"{":
        return piece[:1] in b"xu" and piece[2:8].partition(b"}")[0].lstrip(b"0") in _BRACED
    if piece[:3] in _ESCAPES or piece[:5] in _ESCAPES or piece[:9] in _ESCAPES:
        return True
    return piece in _WIDE


def entities(content: bytes, words: Words) -> bytes:
    """Look for character references."""
    if b"&" not in content:
        return b""
    pieces = content.split(b"&")
    return _around(pieces, b"&", [n for n, piece in enumerate(pieces) if _is_reference(piece)])


def _is_reference(piece: bytes) -> bool:
    if not piece.startswith(b"#"):
        return piece.startswith(_NAMES)
    if piece in _WIDE:
        return True
    if piece[1:2] in (b"x", b"X"):
        return b"#x" + piece[2:8].lstrip(b"0")[:2] in _REFERENCES
    number = b"#" + piece[1:8].lstrip(b"0")
    return number[:4] in _REFERENCES or number[:3] in _REFERENCES


def quotedprintable(content: bytes, words: Words) -> bytes:
    """Look for escapes of mail, and for lines broken inside a word."""
    if not re.search(rb"=[0-7\r\n]", content):
        return b""
    pieces = content.split(b"=")
    likely = [n for n, piece in enumerate(pieces) if piece[:1] in _QUOTED and n]
    return _around(pieces, b"=", [n for n in likely if _is_quoted(pieces[n - 1], pieces[n])])


def _is_quoted(before: bytes, piece: bytes) -> bool:
    if piece[:1] in b"\r\n":
        return before[-1:] in _ONES
    if piece[:2].isdigit() and piece[:2] in _CODES:  # a number is assigned, mostly
        return len(piece) == 2 or piece[2:3] in _ONES
    return piece[:2] in _PERCENT and _is_code(piece)


def _around(pieces: list[bytes], intro: bytes, likely: list[int]) -> bytes:
    """Give what stands around the beginnings of some pieces of a text; the whole for very many."""
    if len(likely) > _MANY:
        return intro.join(pieces)
    return b"\n".join(
        intro.join(
            (
                *(one[-_BESIDE:] for one in pieces[max(0, n - _DOUBLED) : n]),
                *(one[:_BESIDE] for one in pieces[n : n + _MOST]),
            )
        )
        for n in likely
        if n
    )


def base64(content: bytes, words: Words) -> bytes:
    """Look for long words, and those that end a line, that are base64 of a text; narrow columns."""
    if any(_is_base64(word) for word in words):
        return content
    return content if re.search(_NARROW * 2 + rb"\n", content) else b""


def long_words(content: bytes) -> list[bytes]:
    """List the words that base64 and hexadecimal may be: long ones, and those that end a line."""
    shape = content.translate(_BASE64)
    words = []
    at = shape.find(_WORD)
    while at >= 0:
        end = _end(shape, at + len(_WORD))
        if end - at >= _LONG or shape[end : end + 1] == b"\n":
            words.append(content[at:end])
        at = shape.find(_WORD, end)
    return words


def _end(shape: bytes, at: int) -> int:
    """Give the offset behind a run of `x`; the steps double, since most runs are short."""
    step = 64
    while (rest := shape[at : at + step]) and not rest.strip(b"x"):
        at += len(rest)
        step *= 2
    return at + len(rest) - len(rest.lstrip(b"x"))


def _is_base64(word: bytes) -> bool:
    """Say whether a word has capitals and small letters, and decodes to characters."""
    if word.islower() or word.isupper():
        return False
    least = min(16, len(word) // 3)
    for shift in range(4):
        size = (len(word) - shift) // 4 * 4
        if _is_text(a2b_base64(word[shift : shift + size]), least):
            return True
    return False


def _is_text(plain: bytes, least: int) -> bool:
    return b"x" * least in plain.replace(b"\0", b"").translate(_PRINTABLE)


def hex(content: bytes, words: Words) -> bytes:
    """Look for long rows of digits that are a text, for arrays of bytes, and for bytes apart."""
    if re.search(_W_APART, content) and re.search(_BEFORE_LINE, content):
        return content
    words = [word for word in words if len(word) >= _DIGITS and _is_hex(word)]
    if _FIRST in content:
        pieces = content.split(b"0x")
        likely = [n for n, one in enumerate(pieces) if one[2:3] in _APART and one[:2] in _BOTH]
        words.append(_around(pieces, b"0x", likely))
    return b"\n".join(words)


def _is_hex(word: bytes) -> bool:
    digits = word.translate(None, _NO_DIGITS)
    for shift in range(2):
        size = (len(digits) - shift) // 2 * 2
        if _is_text(unhexlify(digits[shift : shift + size]), 16):
            return True
    return False


def utf16(content: bytes, words: Words) -> bytes:
    """Look for NULs between letters."""
    return content if b"\0" in content and re.search(rb"(?:[!-~]\0){5}", content) else b""


def utf32(content: bytes, words: Words) -> bytes:
    """Look for three NULs between letters."""
    if b"\0" not in content or b"\0\0\0" not in content:
        return b""
    return content if re.search(rb"(?:[!-~]\0\0\0){5}", content) else b""


def wide_beginning(head: bytes) -> bytes:
    """Give what a text in UTF-16 begins with, or nothing if it is none by its first bytes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[:2] if head[2:4] != b"\0\0" else b""  # else it is UTF-32
    for first in (0, 1):
        letters, nuls = head[first:32:2], head[1 - first : 32 : 2]
        if len(letters) >= 8 and not nuls.strip(b"\0") and b"\0" not in letters:
            return head[first : first + 8]
    return b""


def pieces(content: bytes, words: Words) -> bytes:
    """Look for the halves of the prefix of keys, and for a middle that is a literal."""
    if b"live_" in content or b"wa_" in content:
        return content
    return content if re.search(rb"_l(?:iv|i?[\"'`\\])", content) else b""


def packed(content: bytes, words: Words) -> bytes:
    """Look for a long run of base64, and for how one begins that something is packed in."""
    if _RUN not in content.translate(_RUNS):
        return b""
    return content if any(re.search(one, content) for one in _PACKED) else b""


SIEVES: dict[str, Callable[[bytes, Words], bytes]] = {
    "base64": base64,
    "entities": entities,
    "escapes": escapes,
    "hex": hex,
    "packed": packed,
    "percent": percent,
    "pieces": pieces,
    "quotedprintable": quotedprintable,
    "utf16": utf16,
    "utf32": utf32,
}
"""By the name of the decoder's file; what has none is always looked for."""
