"""Candidate filters for escapes: percent, backslash, HTML references, quoted-printable."""

from __future__ import annotations

from collections.abc import Callable

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.prefilter.escape_forms import NUMERIC_BACKSLASH_KINDS, EscapeForms

if TYPE_CHECKING:
    from wakeyscan.scanner.prefilter.base64_words import Words

_AFTER_EQUALS = frozenset(bytes([character]) for character in b"0234567\r\n")
"""First byte after an equals sign of quoted-printable."""
_QUOTED_PRINTABLE = lazy_pattern(rb"=[0234567\r\n]")

_MAX_PROBES = 200
"""Escapes that are tested one by one before a text is split, which copies it."""
_MAX_CANDIDATES = 256
"""Escapes that are selected one by one; a text with more is selected as a whole."""
_PIECE_WIDTH = 48
"""Bytes of a neighboring piece that an encoded key may reach."""
_PIECES_BEFORE = 8
"""Pieces before an escape: the backslashes of JSON in JSON in JSON, and the text before them."""
_PIECES_AFTER = 10
"""Escapes that the anchor may contain."""


class EscapeFilters:
    """The filters for escapes; each selects those that may represent a letter of an anchor."""

    def __init__(self, forms: EscapeForms) -> None:
        self._forms = forms

    def select_percent(self, content: bytes, words: Words) -> bytes:
        """Select percent-encoded letters."""
        part = _select(content, b"%", self._forms.after_percent, self._is_percent)
        return join_parts(words.plain_starts, part)

    def _is_percent(self, piece: bytes) -> bool:
        forms = self._forms
        if piece[:2] == b"00":
            return piece in forms.escaped_nul_and_letter
        return (
            piece[:2] in forms.hex_codes
            or len(piece) == 2
            or piece[2:3] in forms.after_encoded_escape
        )

    def select_backslash(self, content: bytes, words: Words) -> bytes:
        """Select escapes of string literals."""
        part = _select(content, b"\\", self._forms.backslash_kinds, self._is_backslash)
        return join_parts(words.plain_starts, words.prefix_parts, part)

    def _is_backslash(self, piece: bytes) -> bool:
        if piece[1:2] == b"{":
            digits = piece[2:8].partition(b"}")[0].lstrip(b"0")
            is_code = digits in self._forms.nested_hex_codes or digits in (b"", b"a")
            return piece[:1] in b"xu" and is_code
        codes = self._forms.after_backslash
        if piece[:3] in codes or piece[:5] in codes or piece[:9] in codes:
            return True
        if piece in self._forms.escaped_nul_and_letter:
            return True
        return piece[:1] not in NUMERIC_BACKSLASH_KINDS

    def select_html(self, content: bytes, words: Words) -> bytes:
        """Select character references of HTML."""
        starts = (b"#", *self._forms.named_references)
        if not _has_candidate(content, b"&", lambda at: content.startswith(starts, at)):
            return words.plain_starts
        pieces = content.split(b"&")
        candidates = [
            number
            for number, piece in enumerate(pieces)
            if piece.startswith(starts) and self._is_reference(piece)
        ]
        return join_parts(words.plain_starts, join_pieces(pieces, b"&", candidates))

    def _is_reference(self, piece: bytes) -> bool:
        if not piece.startswith(b"#") or piece in self._forms.escaped_nul_and_letter:
            return True
        codes = self._forms.numeric_references
        if piece[1:2] in (b"x", b"X"):
            return b"#x" + piece[2:8].lstrip(b"0")[:2] in codes
        number = b"#" + piece[1:8].lstrip(b"0")
        return number[:4] in codes or number[:3] in codes

    def select_quoted_printable(self, content: bytes, words: Words) -> bytes:
        """Select escapes of quoted-printable, and soft line breaks inside a word."""
        if not self._has_quoted_printable(content):
            return words.plain_starts
        pieces = content.split(b"=")
        candidates = [
            number
            for number, piece in enumerate(pieces)
            if number
            and piece[:1] in _AFTER_EQUALS
            and self._is_quoted_printable(pieces[number - 1], piece)
        ]
        return join_parts(words.plain_starts, join_pieces(pieces, b"=", candidates))

    def _has_quoted_printable(self, content: bytes) -> bool:
        for escape in _QUOTED_PRINTABLE.finditer(content):
            at = escape.start()
            piece = content[at + 1 : at + 4].partition(b"=")[0]
            if self._is_quoted_printable(content[at - 1 : at], piece):
                return True
        return False

    def _is_quoted_printable(self, before: bytes, piece: bytes) -> bool:
        forms = self._forms
        if piece[:1] in b"\r\n":  # an empty piece ends at the next equals sign
            return (before[-1:] or b"=") in forms.single_letters
        if piece[:2].isdigit() and piece[:2] in forms.hex_codes:  # mostly an assigned number
            if len(piece) == 2 or piece[2:3] in forms.single_letters:
                return True
            is_last = piece[:2] in forms.last_letter_hex_codes
            return is_last and before[-1:] in forms.single_letters
        return piece[:2] in forms.after_percent and self._is_percent(piece)


def join_pieces(pieces: list[bytes], separator: bytes, candidates: list[int]) -> bytes:
    """Return the text around the starts of some pieces; the whole text if they are many.

    `pieces` are those of a text split at `separator`, `candidates` the numbers of pieces.
    """
    if len(candidates) > _MAX_CANDIDATES:
        return separator.join(pieces)
    return b"\n".join(
        separator.join(
            (
                *(piece[-_PIECE_WIDTH:] for piece in pieces[max(0, n - _PIECES_BEFORE) : n]),
                *(piece[:_PIECE_WIDTH] for piece in pieces[n : n + _PIECES_AFTER]),
            )
        )
        for n in candidates
        if n
    )


def join_parts(*parts: bytes) -> bytes:
    """Return parts of a text, separated by a line end; empty if all of them are."""
    return b"\n".join(part for part in parts if part)


def _select(
    content: bytes,
    escape_character: bytes,
    starts: frozenset[bytes],
    is_candidate: Callable[[bytes], bool],
) -> bytes:
    """Return the text around the escapes with one of some starts that are candidates."""
    width = len(min(starts, key=len))
    if not _has_candidate(content, escape_character, lambda at: content[at : at + width] in starts):
        return b""
    pieces = content.split(escape_character)
    candidates = [
        number
        for number, piece in enumerate(pieces)
        if piece[:width] in starts and is_candidate(piece)
    ]
    return join_pieces(pieces, escape_character, candidates)


def _has_candidate(
    content: bytes, escape_character: bytes, is_candidate: Callable[[int], bool]
) -> bool:
    """Return whether the text after an escape character may be a candidate.

    A text with few of them is not split. With many, the answer is yes without testing all.
    """
    at = content.find(escape_character)
    for _ in range(_MAX_PROBES):
        if at < 0:
            return False
        if is_candidate(at + 1):
            break
        at = content.find(escape_character, at + 1)
    return True
