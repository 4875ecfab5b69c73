"""Byte sequences that start an escape or an encoding of an anchor, for the prefilter.

A file full of escapes (`%20`, `\\n`, `&nbsp;`) rarely encodes a key. For each kind of escape,
`EscapeForms` lists what follows the escape character when the escape represents a letter of an
anchor. The prefilter tests membership, and decodes only around escapes that pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from wakeyscan.decoders.base64_codec import encode_at

ESCAPE_CHARACTERS = b"%\\&="

NUMERIC_BACKSLASH_KINDS = frozenset([b"x", b"u", b"U", b"0", b"1"])
r"""Text after a backslash that encodes an ASCII character by number (`\x77`, `\167`)."""

_QUOTABLE = b"\"'/`\\"
"""Characters that string literals escape with a plain backslash."""

_HTML_NAMES = {
    ord("_"): (b"lowbar", b"UnderBar"),
    ord("-"): (b"hyphen", b"dash"),
    ord("&"): (b"amp",),
    ord("%"): (b"percnt",),
    ord("="): (b"equals",),
    ord(":"): (b"colon",),
    ord(";"): (b"semi",),
    ord("#"): (b"num",),
    ord('"'): (b"quot",),
    ord("'"): (b"apos",),
    ord("<"): (b"lt",),
    ord(">"): (b"gt",),
    ord("+"): (b"plus",),
    ord("/"): (b"sol",),
    ord("\\"): (b"bsol",),
}


class EscapeForms:
    """The escaped forms of some case-sensitive anchors, each computed on first use.

    "Nested" forms also cover an anchor that is escaped twice, or encoded in base64 or hex and then
    escaped: they include the escape characters, and the first byte of each such encoding.
    """

    def __init__(self, anchors: Iterable[bytes]) -> None:
        self._anchors = tuple(anchors)
        self.letters = frozenset(b"".join(self._anchors))
        self.single_letters = frozenset(bytes([letter]) for letter in self.letters)

    # Hexadecimal codes

    @cached_property
    def hex_codes(self) -> frozenset[bytes]:
        """Two hex digits for each letter, in either case."""
        return _hex_codes(self.letters)

    @cached_property
    def nested_hex_codes(self) -> frozenset[bytes]:
        """`hex_codes`, and those of the first bytes of already encoded anchors."""
        return self.hex_codes | _hex_codes(self._nested_first_bytes)

    @cached_property
    def last_letter_hex_codes(self) -> frozenset[bytes]:
        """Two hex digits for the last letter of each anchor."""
        return _hex_codes(anchor[-1] for anchor in self._anchors)

    @cached_property
    def _nested_first_bytes(self) -> frozenset[int]:
        first_bytes = set(ESCAPE_CHARACTERS)
        for anchor in self._anchors:
            first_bytes.update((anchor[0], ord("%x" % (anchor[0] >> 4))))
            first_bytes.update(encode_at(anchor, shift)[0][0] for shift in range(3))
        return frozenset(first_bytes)

    # After an escape character

    @cached_property
    def after_percent(self) -> frozenset[bytes]:
        """`77` in `%77`; a NUL too, for UTF-16."""
        return self.nested_hex_codes | {b"00"}

    @cached_property
    def after_backslash(self) -> frozenset[bytes]:
        r"""`x77`, `u0077`, `167` … without `\u{77}` and quoted characters."""
        octal = frozenset(b"%03o" % byte for byte in self.letters | self._nested_first_bytes)
        return octal | frozenset(
            prefix + digits
            for prefix in (b"x", b"u00", b"U000000")
            for digits in self.nested_hex_codes
        )

    @cached_property
    def backslash_kinds(self) -> frozenset[bytes]:
        """First byte after a backslash that may encode a letter."""
        return NUMERIC_BACKSLASH_KINDS | {
            letter for letter in self.single_letters if letter in _QUOTABLE
        }

    @cached_property
    def numeric_references(self) -> frozenset[bytes]:
        """`#119` and `#x77`, without leading zeros."""
        decimal = frozenset(b"#%d" % byte for byte in self.letters | self._nested_first_bytes)
        return decimal | frozenset(b"#x" + digits for digits in self.nested_hex_codes)

    @cached_property
    def named_references(self) -> tuple[bytes, ...]:
        """`lowbar;`, and a reference whose `&` is itself escaped (`amp;lowbar;`, `amp;#119`)."""
        letters = [name + b";" for letter in self.letters for name in _html_names(letter)]
        escapes = [name + b";" for character in b"\\%=" for name in _html_names(character)]
        return (b"amp;#", b"amp;amp;", *letters, *escapes, *(b"amp;" + name for name in letters))

    @cached_property
    def after_encoded_escape(self) -> frozenset[bytes]:
        """First byte after an escape character that is itself encoded: the `7` in `%2577`."""
        digits = b"".join(b"%o%x" % (letter >> 6, letter >> 4) for letter in self.letters)
        initials = b"".join(name[:1] for letter in self.letters for name in _html_names(letter))
        quoted = bytes(letter for letter in _QUOTABLE if letter in self.letters)
        return frozenset(bytes([byte]) for byte in b"2#uxUa" + digits + initials + quoted)

    @cached_property
    def escaped_nul_and_letter(self) -> frozenset[bytes]:
        """An escaped NUL and a plain letter: UTF-16 text in which only the NULs are escaped."""
        nuls = (b"00", b"x00", b"u0000", b"000", b"#0;", b"#x0;")
        return frozenset(nul + letter for nul in nuls for letter in self.single_letters)

    @cached_property
    def plain_start_and_escape(self) -> re.Pattern[bytes]:
        """Pattern of two or more plain letters that start an anchor, and any escape after them."""
        return re.compile(b"|".join(map(_plain_start, self._anchors)) or rb"(?!)")

    # Arrays and dumps

    @cached_property
    def _halves(self) -> tuple[bytes, ...]:
        """Halves of the anchors: one letter inside a sequence of bytes may be escaped."""
        cuts = [(anchor, len(anchor) // 2) for anchor in self._anchors]
        return tuple(half for anchor, cut in cuts for half in (anchor[:cut], anchor[cut:]))

    @cached_property
    def hex_array_start(self) -> re.Pattern[bytes]:
        """Pattern of `0x77`, the first letter of each half in an array of bytes."""
        codes = sorted(_hex_codes(half[0] for half in self._halves if half))
        return re.compile(rb"0x(?:%b)" % b"|".join(codes) if codes else rb"(?!)")

    @cached_property
    def decimal_array_starts(self) -> tuple[re.Pattern[bytes], ...]:
        """Patterns of the first two letters of each half in an array: `119, 97` and `119 97`.

        In UTF-16 a zero is between them.
        """
        return tuple(
            re.compile(rb"%d(?:,\s{0,64}(?:0,\s{0,64})?|[ ])%d(?![0-9.])" % (half[0], half[1]))
            for half in self._halves
            if len(half) > 1
        )

    @cached_property
    def hex_dump_starts(self) -> tuple[tuple[re.Pattern[bytes], list[list[bytes]]], ...]:
        """Pattern of each half's first byte in a dump, and the digits of the next three bytes.

        A separator follows the first byte, or the second if a dump groups bytes in pairs. The
        digits are listed once for each case.
        """
        starts: dict[bytes, list[list[bytes]]] = {}
        for half in self._halves:
            for style in (b"%02x", b"%02X"):
                first, *following = (style % letter for letter in half[:4])
                pattern = first + rb"(?:[ ,:\-\r\n]|" + b"".join(following[:1]) + b" )"
                if following not in starts.setdefault(pattern, []):
                    starts[pattern].append(following)
        return tuple((re.compile(pattern), digits) for pattern, digits in starts.items())


def _hex_codes(letters: Iterable[int]) -> frozenset[bytes]:
    return frozenset(style % letter for letter in letters for style in (b"%02x", b"%02X"))


def _html_names(letter: int) -> tuple[bytes, ...]:
    return _HTML_NAMES.get(letter, ())


def _plain_start(anchor: bytes) -> bytes:
    """Return the pattern of two or more plain letters of an anchor before an escape character."""
    more = b""
    for letter in reversed(anchor[3:-1]):
        more = rb"(?:%b%b)?" % (re.escape(bytes([letter])), more)
    third = re.escape(anchor[2:3])
    encoded = b"|".join(sorted(_hex_codes(anchor[2:3])))
    return rb"%b(?:[%%\\&]|=(?:%b)|%b%b[%%\\&=])" % (
        re.escape(anchor[:2]),
        encoded,
        third,
        more,
    )
