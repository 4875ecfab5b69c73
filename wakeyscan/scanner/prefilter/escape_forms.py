"""What the letters of some anchors look like, escaped: what tells an escape that may matter."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from wakeyscan.decoders.base64_codec import encode_at

_INTROS = b"%\\&="
"""What escapes begin with."""
KINDS = frozenset([b"x", b"u", b"U", b"0", b"1"])
"""What follows a backslash that escapes a character of ASCII, but for quotes."""
_QUOTABLE = b"\"'/`\\"
_NAMES = {
    **{ord("_"): (b"lowbar", b"UnderBar"), ord("-"): (b"hyphen", b"dash"), ord("&"): (b"amp",)},
    **{ord("%"): (b"percnt",), ord("="): (b"equals",), ord(":"): (b"colon",), ord(";"): (b"semi",)},
    **{ord("#"): (b"num",), ord('"'): (b"quot",), ord("'"): (b"apos",), ord("<"): (b"lt",)},
    **{ord(">"): (b"gt",), ord("+"): (b"plus",), ord("/"): (b"sol",), ord("\\"): (b"bsol",)},
}
"""Names of characters in HTML."""


def _digits(letters: Iterable[int]) -> frozenset[bytes]:
    return frozenset(style % c for c in letters for style in (b"%02x", b"%02X"))


def _names_of(letter: int) -> tuple[bytes, ...]:
    return _NAMES.get(letter, ())


class EscapeForms:
    """The letters of anchors that count in their own case, in all that begins an escape of them."""

    def __init__(self, anchors: Iterable[bytes]) -> None:
        self._anchors = tuple(anchors)
        self.plain = frozenset(b"".join(self._anchors))
        self.ones = frozenset(bytes([c]) for c in self.plain)

    @cached_property
    def codes(self) -> frozenset[bytes]:
        """The letters of the anchors."""
        return _digits(self.plain)

    @cached_property
    def firsts(self) -> frozenset[int]:
        """What an anchor begins with that is escaped already, or in base64 or hexadecimal."""
        firsts = set(_INTROS)
        for anchor in self._anchors:
            firsts.update((anchor[0], ord("%x" % (anchor[0] >> 4))))
            firsts.update(encode_at(anchor, shift)[0][0] for shift in range(3))
        return frozenset(firsts)

    @cached_property
    def both(self) -> frozenset[bytes]:
        """The digits of all that an escape may stand for, of either case."""
        return self.codes | _digits(self.firsts)

    @cached_property
    def inner(self) -> frozenset[bytes]:
        """What may follow an escaped beginning of an escape, where it is not escaped itself."""
        digits = b"".join(b"%o%x" % (c >> 6, c >> 4) for c in self.plain)
        names = b"".join(name[:1] for c in self.plain for name in _names_of(c))
        quoted = bytes(c for c in _QUOTABLE if c in self.plain)
        return frozenset(bytes([c]) for c in b"2#uxUa" + digits + names + quoted)

    @cached_property
    def percents(self) -> frozenset[bytes]:
        """What may follow a percent sign."""
        return self.both | {b"00"}

    @cached_property
    def nuls(self) -> frozenset[bytes]:
        """A NUL and a letter: a piece of UTF-16 whose NULs are escaped."""
        nuls = (b"00", b"x00", b"u0000", b"000", b"#0;", b"#x0;")
        return frozenset(nul + one for nul in nuls for one in self.ones)

    @cached_property
    def backslashed(self) -> frozenset[bytes]:
        """What may follow a backslash, but for braces and quotes."""
        octal = frozenset(b"%03o" % c for c in self.plain | self.firsts)
        kinds = (b"x", b"u00", b"U000000")
        return octal | frozenset(kind + digits for kind in kinds for digits in self.both)

    @cached_property
    def kinds(self) -> frozenset[bytes]:
        """What begins that."""
        return KINDS | {one for one in self.ones if one in _QUOTABLE}

    @cached_property
    def references(self) -> frozenset[bytes]:
        """Character references by number, without zeros before it."""
        decimal = frozenset(b"#%d" % c for c in self.plain | self.firsts)
        return decimal | frozenset(b"#x" + digits for digits in self.both)

    @cached_property
    def names(self) -> tuple[bytes, ...]:
        """What begins a character reference by name, or one that is escaped again."""
        letters = [name + b";" for c in self.plain for name in _names_of(c)]
        others = [name + b";" for c in b"\\%=" for name in _names_of(c)]
        return (b"amp;#", b"amp;amp;", *letters, *others, *(b"amp;" + name for name in letters))

    @cached_property
    def numbers(self) -> frozenset[bytes]:
        """The digits of the last letters."""
        return _digits(anchor[-1] for anchor in self._anchors)

    @cached_property
    def halves(self) -> tuple[bytes, ...]:
        """The halves of the anchors: a part of one may be escaped within a row of bytes."""
        cuts = [(one, len(one) // 2) for one in self._anchors]
        return tuple(part for one, cut in cuts for part in (one[:cut], one[cut:]))

    @cached_property
    def begun(self) -> re.Pattern[bytes]:
        """What an anchor begins with that is plain, and an escape behind it, whatever of."""
        return re.compile(b"|".join(map(_begun, self._anchors)) or rb"(?!)")

    @cached_property
    def arrays(self) -> re.Pattern[bytes]:
        """The first letters of halves in an array of bytes."""
        firsts = sorted(_digits(one[0] for one in self.halves if one))
        return re.compile(rb"0x(?:%b)" % b"|".join(firsts) if firsts else rb"(?!)")

    @cached_property
    def decimals(self) -> tuple[re.Pattern[bytes], ...]:
        """The codes of the first two letters of each half, in an array."""
        return tuple(
            re.compile(rb"%d,\s{0,64}%d(?![0-9.])" % (one[0], one[1]))
            for one in self.halves
            if len(one) > 1
        )

    @cached_property
    def apart(self) -> tuple[tuple[re.Pattern[bytes], list[list[bytes]]], ...]:
        """The first letter of each half in a dump, and the digits of the next three in each case.

        Behind it is a blank or the like, or the next, where two and two stand together.
        """
        rows: dict[bytes, list[list[bytes]]] = {}
        for style, one in ((style, one) for one in self.halves for style in (b"%02x", b"%02X")):
            first, *others = (style % c for c in one[:4])
            pattern = first + rb"(?:[ :\-\r\n]|" + b"".join(others[:1]) + b" )"
            if others not in rows.setdefault(pattern, []):
                rows[pattern].append(others)
        return tuple((re.compile(pattern), others) for pattern, others in rows.items())


def _begun(anchor: bytes) -> bytes:
    """Give the pattern of two letters and more of an anchor, before what begins an escape."""
    more = b""
    for letter in reversed(anchor[3:-1]):
        more = rb"(?:%b%b)?" % (re.escape(bytes([letter])), more)
    third = re.escape(anchor[2:3])
    return rb"%b(?:[%%\\&]|%b%b[%%\\&=])" % (re.escape(anchor[:2]), third, more)
