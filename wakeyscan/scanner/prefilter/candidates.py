"""Says quickly where a wrapping can be in a text at all, before its decoder is even loaded.

A hook looks at a few small files, mostly plain: what a decoder knows of disguises is worth
loading only where there may be one. Each sieve gives the parts of a text in which any can stand,
mostly none. Splitting at a character goes at the speed of `memchr`, and needs no pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders.base64_codec import TAR_LETTERS
from wakeyscan.scanner.prefilter.base64_words import Shape, Words, around
from wakeyscan.scanner.prefilter.escape_forms import KINDS, EscapeForms

CandidateFilter = Callable[[bytes, Words], bytes]
"""Gives the parts of a text, with its long words, that a wrapping may be in."""

_KEY = KEY_PREFIX.encode()
_SHOWING = (
    re.compile(
        rb"""wa(?:_(?:l(?:i(?:ve?)?)?)?["'`\\]"""
        rb"""|["'`\\](?s:.){1,320}?["'`](?:ve_|(?:_l|li(?:ve?)?|ive?|ve)["'`\\]))"""
    ),
    re.compile(rb"""_li(?:ve?)?["'`\\]"""),
    re.compile(rb"""ive_(?:(?<=["'`]ive_)|(?<=["'`]live_)|(?<=["'`]_live_)|(?<=["'`]a_live_))"""),
)
"""The parts of the prefix of keys that show where quotes cut it in two or more.

Each pattern begins with letters: that is searched for faster than `find` does.
"""
_DUMPED = (
    re.compile(rb"5[fF](?:6[15cC]|(?<=6[cC]5[fF])[ \r\n]|(?<=615[fF])[ \r\n])"),
    re.compile(rb"_[ ](?:(?<=e   _ )|  l)"),
    re.compile(rb"137(?:(?<=066137)| 154|(?<=145 137))"),
    re.compile(rb"064554"),
    re.compile(rb"76(?:65(?<=6[cC]697665)|69(?<=657669)6[cC])"),
)
"""The parts of the prefix of keys that show in each dump of words, characters, octal digits."""
_TAGGED = (
    re.compile(rb"wa_(?:l(?:i(?:ve?)?)?)?<"),
    re.compile(rb"_live_(?:(?<=>_live_)|(?<=>a_live_))"),
)
"""The parts of the prefix of keys that show where a tag cuts it."""
_ROW = 128
"""Bytes of a dump that have three more letters of an anchor in them."""
_QUOTED = frozenset(bytes([c]) for c in b"0234567\r\n")
"""What follows an equals sign in mail."""
_QUOTED_ESCAPE = re.compile(rb"=[0234567\r\n]")
_FEW = 200
"""Escapes that are looked at one by one before a text is split, which copies it."""
_MANY = 256
"""Escapes that may matter in a text that is not all about them."""
_BESIDE = 48
"""Bytes of a piece that a disguise may reach into."""
_DOUBLED = 8
"""Backslashes of JSON in JSON in JSON, and something before them."""
_MOST = 10
"""Escapes that a disguise may have."""


class CandidateFilters:
    """The sieves for some anchors, which count in their own case, by the files of the decoders."""

    def __init__(self, exact: Iterable[bytes], shortest: int) -> None:
        """Take the anchors, and the length of the shortest, whether it counts in any case or not.

        What is not in base64 or hexadecimal must have at least that.
        """
        self._anchors = tuple(exact)
        self._letters = EscapeForms(self._anchors)
        self._shape = Shape(only_keys=set(self._anchors) <= {_KEY})
        self._wide = min(shortest - 1, 5)
        self.least = self._shape.least
        """Bytes that a text has at least if something wrapped is in it."""
        self.by_name: dict[str, CandidateFilter] = {
            "base64": self._shape.base64,
            "decimal": self._decimal,
            "hexdump": self._showing(_DUMPED),
            "html_entities": self._entities,
            "string_escapes": self._escapes,
            "hex": self._hex,
            "base64_archive": self._packed,
            "percent": self._percent,
            "concatenation": self._showing(_SHOWING),
            "quoted_printable": self._quotedprintable,
            "office_runs": self._showing(_TAGGED),
            "utf16": self._utf16,
            "utf32": self._utf32,
        }

    def words(self, content: bytes) -> Words:
        """List the long words of a text, and what stands around anchors that end at an escape."""
        spots = [begun.span() for begun in self._letters.begun.finditer(content)]
        return self._shape.words(content)._replace(begun=around(content, spots, _BESIDE))

    def _percent(self, content: bytes, words: Words) -> bytes:
        """Look for percent-encoded letters."""
        part = self._where(content, b"%", 2, self._letters.percents, self._is_code)
        return _joined(words.begun, part)

    def _is_code(self, piece: bytes) -> bool:
        if piece[:2] == b"00":
            return piece in self._letters.nuls
        return (
            piece[:2] in self._letters.codes or len(piece) == 2 or piece[2:3] in self._letters.inner
        )

    def _escapes(self, content: bytes, words: Words) -> bytes:
        """Look for escapes in string literals."""
        part = self._where(content, b"\\", 1, self._letters.kinds, self._is_escape)
        return _joined(words.begun, part)

    def _is_escape(self, piece: bytes) -> bool:
        if piece[1:2] == b"{":
            digits = piece[2:8].partition(b"}")[0].lstrip(b"0")
            return piece[:1] in b"xu" and (digits in self._letters.both or digits in (b"", b"a"))
        known = self._letters.backslashed
        if piece[:3] in known or piece[:5] in known or piece[:9] in known:
            return True
        return piece in self._letters.nuls or piece[:1] not in KINDS

    def _entities(self, content: bytes, words: Words) -> bytes:
        """Look for character references."""
        begins = (b"#", *self._letters.names)
        if not _any_at(content, b"&", lambda at: content.startswith(begins, at)):
            return words.begun
        pieces = content.split(b"&")
        likely = [n for n, piece in enumerate(pieces) if piece.startswith(begins)]
        part = _around(pieces, b"&", [n for n in likely if self._is_reference(pieces[n])])
        return _joined(words.begun, part)

    def _is_reference(self, piece: bytes) -> bool:
        if not piece.startswith(b"#") or piece in self._letters.nuls:
            return True
        if piece[1:2] in (b"x", b"X"):
            return b"#x" + piece[2:8].lstrip(b"0")[:2] in self._letters.references
        number = b"#" + piece[1:8].lstrip(b"0")
        return number[:4] in self._letters.references or number[:3] in self._letters.references

    def _quotedprintable(self, content: bytes, words: Words) -> bytes:
        """Look for escapes of mail, and for lines broken inside a word."""
        if not any(
            self._is_quoted(content[at - 1 : at], content[at + 1 : at + 4].partition(b"=")[0])
            for at in (escape.start() for escape in _QUOTED_ESCAPE.finditer(content))
        ):
            return words.begun
        pieces = content.split(b"=")
        likely = [n for n, piece in enumerate(pieces) if piece[:1] in _QUOTED and n]
        likely = [n for n in likely if self._is_quoted(pieces[n - 1], pieces[n])]
        return _joined(words.begun, _around(pieces, b"=", likely))

    def _is_quoted(self, before: bytes, piece: bytes) -> bool:
        if piece[:1] in b"\r\n":  # an empty piece ends with what it was split at
            return (before[-1:] or b"=") in self._letters.ones
        if piece[:2].isdigit() and piece[:2] in self._letters.codes:  # a number is assigned, mostly
            if len(piece) == 2 or piece[2:3] in self._letters.ones:
                return True
            return piece[:2] in self._letters.numbers and before[-1:] in self._letters.ones
        return piece[:2] in self._letters.percents and self._is_code(piece)

    def _hex(self, content: bytes, words: Words) -> bytes:
        """Look for long rows of digits that are a text, for arrays of bytes, and for dumps."""
        parts = [self._shape.hex(content, words), self._apart(content)]
        if self._letters.arrays.search(content):
            pieces = content.split(b"0x")
            likely = [
                n
                for n, one in enumerate(pieces)
                if one[2:3] in (b",", b" ") and one[:2] in self._letters.both
            ]
            parts.append(_around(pieces, b"0x", likely))
        return _joined(*parts)

    def _apart(self, content: bytes) -> bytes:
        """Look for bytes with a blank or the like between them, or between two and two."""
        spots = [
            (at, at + _ROW)
            for pattern, cases in self._letters.apart
            for at in (first.start() for first in pattern.finditer(content))
            if any(all(d in content[at + 2 : at + _ROW] for d in others) for others in cases)
        ]
        return around(content, sorted(spots), _ROW)

    def _decimal(self, content: bytes, words: Words) -> bytes:
        """Look for the codes of the first two letters, in an array."""
        spots = [
            (at, at + _ROW)
            for pair in self._letters.decimals
            for at in (two.start() for two in pair.finditer(content))
        ]
        return around(content, sorted(spots), _ROW)

    def _showing(self, parts: tuple[re.Pattern[bytes], ...]) -> CandidateFilter:
        """Look for parts of the prefix of keys that show in a dump, as literals, beside a tag."""
        return lambda content, words: _beside(content, parts) if _KEY in self._anchors else b""

    def _packed(self, content: bytes, words: Words) -> bytes:
        """Look for long runs of base64, which something packed may begin with."""
        if _KEY not in self._anchors or not words.dense:
            return b""
        # What a text begins with is behind a line's end, as in `prefilter`.
        parts = [b"", *(sign for sign in TAR_LETTERS if sign in content)]
        return b"\n".join((*parts, around(content, words.dense, 1)))

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

    def _where(
        self,
        content: bytes,
        intro: bytes,
        width: int,
        beginnings: frozenset[bytes],
        is_one: Callable[[bytes], bool],
    ) -> bytes:
        """Give what stands around the escapes that are told by a few bytes, and then by all."""
        if not _any_at(content, intro, lambda at: content[at : at + width] in beginnings):
            return b""
        pieces = content.split(intro)
        likely = [n for n, piece in enumerate(pieces) if piece[:width] in beginnings]
        return _around(pieces, intro, [n for n in likely if is_one(pieces[n])])


def _joined(*parts: bytes) -> bytes:
    return b"\n".join(part for part in parts if part)


def _beside(content: bytes, showing: Iterable[re.Pattern[bytes]]) -> bytes:
    """Give what stands around all that some patterns find."""
    spots = [part.span() for one in showing for part in one.finditer(content)]
    return around(content, sorted(spots), _BESIDE)


def _any_at(content: bytes, intro: bytes, is_one: Callable[[int], bool]) -> bool:
    """Say whether what stands right behind one of the intros may be wanted.

    Splitting a text costs a copy of it, which a text that has few of them is spared.
    """
    at = content.find(intro)
    for _ in range(_FEW):
        if at < 0:
            return False
        if is_one(at + 1):
            break
        at = content.find(intro, at + 1)
    return True


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
