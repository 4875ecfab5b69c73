"""Candidate filters: the parts of a text that may hold an anchor in some encoding.

A hook scans a few small files, mostly plain. A decoder and its forms are loaded only if the filter
of its encoding returns a part of the text. Splitting at a character is as fast as `memchr`, and
needs no pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.base64_codec import TAR_LETTERS
from wakeyscan.scanner.prefilter.base64_words import Shape, Words, join_around
from wakeyscan.scanner.prefilter.escape_candidates import EscapeFilters, join_parts, join_pieces
from wakeyscan.scanner.prefilter.escape_forms import EscapeForms

if TYPE_CHECKING:
    from wakeyscan.decoders import split_prefix
else:
    split_prefix = lazy_import("wakeyscan.decoders.split_prefix")  # for the end of a prefix only

CandidateFilter = Callable[[bytes, Words], bytes]
"""Returns the parts of a text, with its words, that may be in one encoding."""

_PREFIX = KEY_PREFIX.encode()

# Each pattern starts with letters: `re` searches for them faster than `find` does.

_QUOTED_PARTS = (
    lazy_pattern(
        rb"""wa(?:_(?:l(?:i(?:ve?)?)?)?["'`\\]"""
        rb"""|["'`\\](?s:.){1,320}?["'`](?:ve_|(?:_l|li(?:ve?)?|ive?|ve)["'`\\]))"""
    ),
    lazy_pattern(
        rb"""ive(?:_(?:(?<=["'`]ive_)|(?<=["'`=})%;>]live_)|(?<=["'`=})%;> ]_live_)"""
        rb"""|(?<=["'`=})%;> ]a_live_)|(?<=[%)]s_live_)|(?<=[%)]slive_))|[\r\n](?<==live[\r\n]))"""
    ),
)
"""Parts of the key prefix that quotes, or templates, cut in two or more."""
_DUMPED_PARTS = (
    lazy_pattern(rb"5[fF](?:6[15cC]|(?<=6[cC]5[fF])[ \r\n]|(?<=615[fF])[ \r\n])"),
    lazy_pattern(rb"_[ ](?:(?<=e   _ )|  l)"),
    lazy_pattern(rb"137(?:(?<=066137)| 154|(?<=145 137))"),
    lazy_pattern(rb"064554"),
    lazy_pattern(rb"76(?:65(?<=6[cC]697665)|69(?<=657669)6[cC])"),
)
"""Parts of the key prefix in dumps of words, characters and octal digits."""
_SPLIT_PARTS = (
    lazy_pattern(rb"wa_(?:l(?:i(?:ve?)?)?)?(?!\w)"),
    lazy_pattern(
        rb"""(?x) _ (?: li (?: ve? )? (?! \w )
        | l? " (?: \] | \r?\n ) | ["'] , (?: [ ]? ["'] l | \r?\n )
        | (?<= " _ ) " | (?<= "a_ ) " | (?<= ' _ ) ' | (?<= 'a_ ) '
        | l? \\" (?: (?<= \\"_ \\" ) | (?<= \\"_l \\" ) | (?<= \\"a_ \\" ) | (?<= \\"a_l \\" ) )
        | l ["'] (?: (?<= ["'] _l ["'] ) | (?<= ["'] a_l ["'] ) )
        | < (?<= >_< ) | \}\{\\ | \x08_ | \x1b\[ (?<= [mK] _\x1b\[ )
        | \\ (?: u001b (?: (?<= m_\\u001b ) | (?<= ma_\\u001b ) ) | x1b\[ (?<= m_\\x1b\[ )
            | 033\[ (?<= m_\\033\[ ) | e\[ (?<= m_\\e\[ ) )
        | l\\u001b (?<= m_l\\u001b )
        | \xe2 (?<= [\x8b\xa0] _\xe2 ) | \xc2 (?<= \xad_\xc2 ) )"""
    ),
    lazy_pattern(rb"wa\{\\[_t]"),
)
_LAST_PART = lazy_pattern(rb"ive_(?<=live_)")
"""Parts of the key prefix before, between and after gaps, tags or quotes."""
_ENCODED_WORD_SEAM = (lazy_pattern(rb"\?=(?:\r?\n[ \t]|[ ])=\?"),)

_DUMP_WIDTH = 128
"""Bytes of a dump that hold three more letters of an anchor."""
_WIDE_SHAPE = bytes(0 if byte == 0 else b" x"[0x20 <= byte < 0x7F] for byte in range(256))
"""Replaces ASCII letters by `x` and other bytes, but NULs, by a blank."""
_PART_WIDTH = 48
"""Bytes around a part of the prefix that an encoded key may reach."""


class CandidateFilters:
    """The filters for some case-sensitive anchors, by the key of the decoder."""

    def __init__(self, anchors: Iterable[bytes], shortest: int) -> None:
        """Build the filters; `shortest` is the length of the shortest anchor of any rule."""
        self._anchors = tuple(anchors)
        self._forms = EscapeForms(self._anchors)
        self._shape = Shape(only_keys=set(self._anchors) <= {_PREFIX})
        self._min_wide = min(shortest - 1, 5)
        self.min_size = self._shape.min_size
        """Bytes of the shortest text that can hold an encoded secret."""
        escapes = EscapeFilters(self._forms)
        self._select_seams = self._build_part_filter(_ENCODED_WORD_SEAM)
        self.by_decoder: dict[str, CandidateFilter] = {
            "base64": self._shape.select_base64,
            "base64_archive": self._select_archives,
            "concatenation": self._build_part_filter(_QUOTED_PARTS, with_parts=True),
            "decimal": self._select_decimal,
            "encoded_words": self._select_encoded_words,
            "folded": self._build_part_filter((), with_parts=True),
            "hex": self._select_hex,
            "hexdump": self._build_part_filter(_DUMPED_PARTS),
            "html_entities": escapes.select_html,
            "markup": self._select_markup,
            "office_runs": self._build_part_filter((), with_parts=True),
            "percent": escapes.select_percent,
            "quoted_printable": escapes.select_quoted_printable,
            "rtf": self._build_part_filter((), with_parts=True),
            "string_escapes": escapes.select_backslash,
            "terminal": self._build_part_filter((), with_parts=True),
            "utf16": self._select_utf16,
            "utf32": self._select_utf32,
        }

    def find_words(self, content: bytes) -> Words:
        """Return the words of a text, and the text around parts of anchors."""
        starts = [match.span() for match in self._forms.plain_start_and_escape.finditer(content)]
        return self._shape.find_words(content)._replace(
            plain_starts=join_around(content, starts, _PART_WIDTH),
            prefix_parts=self._select_prefix_parts(content),
        )

    def _select_prefix_parts(self, content: bytes) -> bytes:
        if _PREFIX not in self._anchors:
            return b""
        spans = [part.span() for pattern in _SPLIT_PARTS for part in pattern.finditer(content)]
        spans += [part.span() for part in _LAST_PART.finditer(content) if _is_tail(part)]
        return join_around(content, sorted(spans), _PART_WIDTH)

    def _select_archives(self, content: bytes, words: Words) -> bytes:
        """Select starts of long base64, which may be an archive."""
        if _PREFIX not in self._anchors or not words.archives:
            return b""
        # The first line follows a line break, as in the search of hyperscan.
        parts = [b"", *(letters for letters in TAR_LETTERS if letters in content)]
        return b"\n".join((*parts, join_around(content, words.archives, 1)))

    def _select_hex(self, content: bytes, words: Words) -> bytes:
        """Select long words of digits that encode a text, arrays of bytes, and dumps."""
        parts = [self._shape.select_hex(content, words), self._select_hex_dump(content)]
        if self._forms.hex_array_start.search(content):
            pieces = content.split(b"0x")
            candidates = [
                number
                for number, piece in enumerate(pieces)
                if piece[2:3] in (b",", b" ") and piece[:2] in self._forms.nested_hex_codes
            ]
            parts.append(join_pieces(pieces, b"0x", candidates))
        return b"\n".join(part for part in parts if part)

    def _select_hex_dump(self, content: bytes) -> bytes:
        """Select bytes with separators between them, or between pairs of them."""
        spans = [
            (start.start(), start.start() + _DUMP_WIDTH)
            for pattern, digits in self._forms.hex_dump_starts
            for start in pattern.finditer(content)
            if _contains_any(content[start.start() + 2 : start.start() + _DUMP_WIDTH], digits)
        ]
        return join_around(content, sorted(spans), _DUMP_WIDTH)

    def _select_decimal(self, content: bytes, words: Words) -> bytes:
        """Select the codes of the first two letters in an array."""
        spans = [
            (start.start(), start.start() + _DUMP_WIDTH)
            for pattern in self._forms.decimal_array_starts
            for start in pattern.finditer(content)
        ]
        return join_around(content, sorted(spans), _DUMP_WIDTH)

    def _build_part_filter(
        self, patterns: tuple[re.Pattern[bytes], ...], *, with_parts: bool = False
    ) -> CandidateFilter:
        """Return a filter that selects the text around parts of the key prefix."""

        def select(content: bytes, words: Words) -> bytes:
            if _PREFIX not in self._anchors:
                return b""
            spans = [part.span() for pattern in patterns for part in pattern.finditer(content)]
            part = join_around(content, sorted(spans), _PART_WIDTH)
            return join_parts(words.prefix_parts, part) if with_parts else part

        return select

    def _select_markup(self, content: bytes, words: Words) -> bytes:
        """Select parts of the key prefix, also with escaped underscores."""
        return join_parts(words.plain_starts, words.prefix_parts)

    def _select_encoded_words(self, content: bytes, words: Words) -> bytes:
        """Select escaped starts of anchors, and the characters between two encoded words."""
        return join_parts(words.plain_starts, self._select_seams(content, words))

    def _select_utf16(self, content: bytes, words: Words) -> bytes:
        """Select a text with NULs between letters."""
        return self._select_wide(content, b"\0")

    def _select_utf32(self, content: bytes, words: Words) -> bytes:
        """Select a text with three NULs between letters."""
        return self._select_wide(content, b"\0\0\0")

    def _select_wide(self, content: bytes, nuls: bytes) -> bytes:
        if nuls not in content:
            return b""
        # One pass and a search for a literal; `re` would take 20 times as long.
        letters = (b"x" + nuls) * self._min_wide
        return content if letters in content.translate(_WIDE_SHAPE) else b""


def _is_tail(part: re.Match[bytes]) -> bool:
    """Return whether a tag or another gap, which `part` ends, precedes `live_`."""
    content, at = part.string, part.start() - 1
    before = content[max(0, at - 3) : at]
    if before.isalpha():  # `alive_`
        return False
    is_tagged = before.removesuffix(b"_").removesuffix(b"a").endswith(b">")
    return is_tagged or split_prefix.is_tail(content, at)


def _contains_any(row: bytes, digits: list[list[bytes]]) -> bool:
    """Return whether a row contains all digits of one list."""
    return any(all(pair in row for pair in pairs) for pairs in digits)
