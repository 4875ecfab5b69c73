"""Says quickly where a wrapping can be in a text at all, before its decoder is even loaded.

A hook looks at a few small files, mostly plain: what a decoder knows of disguises is worth
loading only where there may be one. Each sieve gives the parts of a text in which any can stand,
mostly none. Splitting at a character goes at the speed of `memchr`, and needs no pattern.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable
from functools import cached_property

from wakeyscan.display import KEY_PREFIX
from wakeyscan.locate import places
from wakeyscan.words import Shape, Words, around

Sieve = Callable[[bytes, Words], bytes]
"""Gives the parts of a text, with its long words, that a wrapping may be in."""

_KEY = KEY_PREFIX.encode()
_INTROS = b"%\\&="
"""What escapes begin with."""
_KINDS = frozenset([b"x", b"u", b"U", b"0", b"1"])
"""What follows a backslash that escapes a character of ASCII, but for quotes."""
_QUOTABLE = b"\"'/`\\"
_QUOTED = frozenset(bytes([c]) for c in b"0234567\r\n")
"""What follows an equals sign in mail."""
_NAMES = {
    **{ord("_"): (b"lowbar", b"UnderBar"), ord("-"): (b"hyphen", b"dash"), ord("&"): (b"amp",)},
    **{
        ord("\\"): (b"bsol",),
        ord("%"): (b"percnt",),
        ord("="): (b"equals",),
        ord(":"): (b"colon",),
    },
    **{ord(";"): (b"semi",), ord("#"): (b"num",), ord('"'): (b"quot",), ord("'"): (b"apos",)},
    **{ord("<"): (b"lt",), ord(">"): (b"gt",), ord("+"): (b"plus",), ord("/"): (b"sol",)},
}
"""Names of characters in HTML."""

_MANY = 256
_BESIDE = 48
"""Bytes of a piece that a disguise may reach into."""
_DOUBLED = 8
"""Backslashes of JSON in JSON in JSON, and something before them."""
_MOST = 10
"""Escapes that a disguise may have."""


def _digits(letters: Iterable[int]) -> frozenset[bytes]:
    return frozenset(style % c for c in letters for style in (b"%02x", b"%02X"))


def _names_of(letter: int) -> tuple[bytes, ...]:
    return _NAMES.get(letter, ())


class Sieves:
    """The sieves for some anchors, which count in their own case, by the files of the decoders."""

    def __init__(self, exact: Iterable[bytes], shortest: int) -> None:
        """Take the anchors, and the length of the shortest, whether it counts in any case or not.

        What is not in base64 or hexadecimal must have at least that.
        """
        self._anchors = tuple(exact)
        self._letters = frozenset(b"".join(self._anchors))
        self._ones = frozenset(bytes([c]) for c in self._letters)
        self._shape = Shape(only_keys=set(self._anchors) <= {_KEY})
        self._wide = min(shortest - 1, 5)
        self.words = self._shape.words
        self.by_name: dict[str, Sieve] = {
            "base64": self._shape.base64,
            "entities": self._entities,
            "escapes": self._escapes,
            "hex": self._hex,
            "percent": self._percent,
            "pieces": self._pieces,
            "quotedprintable": self._quotedprintable,
            "utf16": self._utf16,
            "utf32": self._utf32,
        }

    @cached_property
    def _codes(self) -> frozenset[bytes]:
        """The letters of the anchors."""
        return _digits(self._letters)

    @cached_property
    def _firsts(self) -> frozenset[int]:
        """What an anchor begins with that is escaped already, or in base64 or hexadecimal."""
        firsts = set(_INTROS)
        for anchor in self._anchors:
            firsts.update((anchor[0], ord("%x" % (anchor[0] >> 4))))
            for shift in range(3):
                firsts.add(b2a_base64(b"\0" * shift + anchor)[(8 * shift + 5) // 6])
        return frozenset(firsts)

    @cached_property
    def _both(self) -> frozenset[bytes]:
        return self._codes | _digits(self._firsts)

    @cached_property
    def _inner(self) -> frozenset[bytes]:
        """What may follow an escaped beginning of an escape, where it is not escaped itself."""
        digits = b"".join(b"%o%x" % (c >> 6, c >> 4) for c in self._letters)
        names = b"".join(name[:1] for c in self._letters for name in _names_of(c))
        quoted = bytes(c for c in _QUOTABLE if c in self._letters)
        return frozenset(bytes([c]) for c in b"2#uxUa" + digits + names + quoted)

    @cached_property
    def _percents(self) -> frozenset[bytes]:
        return self._both | {b"00"}

    @cached_property
    def _nuls(self) -> frozenset[bytes]:
        """A NUL and a letter: a piece of UTF-16 whose NULs are escaped."""
        nuls = (b"00", b"x00", b"u0000", b"000", b"#0;", b"#x0;")
        return frozenset(nul + one for nul in nuls for one in self._ones)

    @cached_property
    def _backslashed(self) -> frozenset[bytes]:
        octal = frozenset(b"%03o" % c for c in self._letters | self._firsts)
        kinds = (b"x", b"u00", b"U000000")
        return octal | frozenset(kind + digits for kind in kinds for digits in self._both)

    @cached_property
    def _kinds(self) -> frozenset[bytes]:
        return _KINDS | {one for one in self._ones if one in _QUOTABLE}

    @cached_property
    def _references(self) -> frozenset[bytes]:
        decimal = frozenset(b"#%d" % c for c in self._letters | self._firsts)
        return decimal | frozenset(b"#x" + digits for digits in self._both)

    @cached_property
    def _names(self) -> tuple[bytes, ...]:
        letters = [name + b";" for c in self._letters for name in _names_of(c)]
        others = [name + b";" for c in b"\\%=" for name in _names_of(c)]
        return (b"amp;#", b"amp;amp;", *letters, *others, *(b"amp;" + name for name in letters))

    @cached_property
    def _numbers(self) -> frozenset[bytes]:
        """The digits of the last letters."""
        return _digits(anchor[-1] for anchor in self._anchors)

    def _percent(self, content: bytes, words: Words) -> bytes:
        """Look for percent-encoded letters."""
        return self._where(content, b"%", 2, self._percents, self._is_code)

    def _is_code(self, piece: bytes) -> bool:
        if piece[:2] == b"00":
            return piece in self._nuls
        return piece[:2] in self._codes or len(piece) == 2 or piece[2:3] in self._inner

    def _escapes(self, content: bytes, words: Words) -> bytes:
        """Look for escapes in string literals."""
        return self._where(content, b"\\", 1, self._kinds, self._is_escape)

    def _is_escape(self, piece: bytes) -> bool:
        if piece[1:2] == b"{":
            digits = piece[2:8].partition(b"}")[0].lstrip(b"0")
            return piece[:1] in b"xu" and (digits in self._both or digits in (b"", b"a"))
        known = self._backslashed
        if piece[:3] in known or piece[:5] in known or piece[:9] in known:
            return True
        return piece in self._nuls or piece[:1] not in _KINDS

    def _entities(self, content: bytes, words: Words) -> bytes:
        """Look for character references."""
        if b"&" not in content:
            return b""
        pieces = content.split(b"&")
        begins = (b"#", *self._names)
        likely = [n for n, piece in enumerate(pieces) if piece.startswith(begins)]
        return _around(pieces, b"&", [n for n in likely if self._is_reference(pieces[n])])

    def _is_reference(self, piece: bytes) -> bool:
        if not piece.startswith(b"#") or piece in self._nuls:
            return True
        if piece[1:2] in (b"x", b"X"):
            return b"#x" + piece[2:8].lstrip(b"0")[:2] in self._references
        number = b"#" + piece[1:8].lstrip(b"0")
        return number[:4] in self._references or number[:3] in self._references

    def _quotedprintable(self, content: bytes, words: Words) -> bytes:
        """Look for escapes of mail, and for lines broken inside a word."""
        if b"=" not in content:
            return b""
        pieces = content.split(b"=")
        likely = [n for n, piece in enumerate(pieces) if piece[:1] in _QUOTED and n]
        return _around(
            pieces, b"=", [n for n in likely if self._is_quoted(pieces[n - 1], pieces[n])]
        )

    def _is_quoted(self, before: bytes, piece: bytes) -> bool:
        if piece[:1] in b"\r\n":
            return before[-1:] in self._ones
        if piece[:2].isdigit() and piece[:2] in self._codes:  # a number is assigned, mostly
            if len(piece) == 2 or piece[2:3] in self._ones:
                return True
            return piece[:2] in self._numbers and before[-1:] in self._ones
        return piece[:2] in self._percents and self._is_code(piece)

    def _hex(self, content: bytes, words: Words) -> bytes:
        """Look for long rows of digits that are a text, and for arrays of bytes."""
        parts = [self._shape.hex(content, words)]
        if b"0x" in content and any(first in content for first in self._arrays):
            pieces = content.split(b"0x")
            likely = [
                n for n, one in enumerate(pieces) if one[2:3] == b"," and one[:2] in self._both
            ]
            parts.append(_around(pieces, b"0x", likely))
        return b"\n".join(part for part in parts if part)

    @cached_property
    def _arrays(self) -> frozenset[bytes]:
        """The first letters in an array of bytes."""
        return frozenset(b"0x" + digits for digits in _digits(one[0] for one in self._anchors))

    def _utf16(self, content: bytes, words: Words) -> bytes:
        """Look for NULs between letters."""
        return self._spread(content, rb"\0")

    def _utf32(self, content: bytes, words: Words) -> bytes:
        """Look for three NULs between letters."""
        return self._spread(content, rb"\0\0\0")

    def _spread(self, content: bytes, nuls: bytes) -> bytes:
        if b"\0" not in content:
            return b""
        return content if re.search(rb"(?:[ -~]%b){%d}" % (nuls, self._wide), content) else b""

    def _pieces(self, content: bytes, words: Words) -> bytes:
        """Look for the halves of the prefix of keys."""
        if _KEY not in self._anchors:
            return b""
        half = len(_KEY) // 2
        spots = sorted(at for part in (_KEY[:half], _KEY[-half:]) for at in places(content, part))
        return around(content, [(at, at + half) for at in spots], len(_KEY))

    def _where(
        self,
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


def wide_beginning(head: bytes) -> bytes:
    """Give what a text in UTF-16 begins with, or nothing if it is none by its first bytes."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head[:2] if head[2:4] != b"\0\0" else b""  # else it is UTF-32
    for first in (0, 1):
        letters, nuls = head[first:32:2], head[1 - first : 32 : 2]
        if len(letters) >= 8 and not nuls.strip(b"\0") and b"\0" not in letters:
            return head[first : first + 8]
    return b""
