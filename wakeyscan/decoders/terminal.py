r"""Keys in recorded terminal output: colors, line wraps and the events of asciinema inside a key.

`script` and CI logs keep the escapes of a terminal. asciinema records an event for each write, so a
key that is typed has one event per letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders._gaps import GapFormat, Joint, Part
from wakeyscan.decoders._joined_text import join_keys
from wakeyscan.decoders._shown_text import COLORS, STRUCK_UNDERSCORE, show_text
from wakeyscan.decoders.decoder import (
    DecodedText,
    FoundAnchors,
    Span,
    encode_nothing,
    encode_nothing_again,
)
from wakeyscan.decoders.split_prefix import list_parts

NAME = "terminal"

_GAP_START = rb"(?:[\x1b\x08]|\\[ux0eb]|\"\s{0,8}\]|[ ](?:\r|\\r))"
_GAP_MARKS = b'\x1b\x08\\"\r'
_PART_ENDS = (b"\x1b", b'"', b"\\")
_SINGLE_PARTS = (
    *(b"m_\x1b[", b"K_\x1b[", b'_"]', b"m_\\u001b", b"m_\\x1b[", b"m_\\033[", b"m_\\e["),
    *(b"m_l\\u001b", b"ma_\\u001b", STRUCK_UNDERSCORE),
    *(b'"%b"%b' % (part, end) for part in (b"_", b"_l", b"a_") for end in (b"\n", b"\r\n")),
)
"""An underscore of a prefix that escapes or events cut into letters, or pairs of them."""
_MAX_LINE = 1 << 10
"""Bytes before a gap in which the line of its event starts."""

_ESCAPE = (
    rb"(?: \x1b | \\ (?: u001[bB] | x1[bB] | 033 | e ) )"
    rb"(?: \[ [0-?]{0,32} [mKhl] | [()][A-Z0-9] | [=>]"
    rb" | \] [^\x07\x1b\\\"]{0,256} (?: \x07 | \\u0007 | (?: \x1b | \\u001[bB] ) \\{1,2} ) )"
)
"""An escape that moves no cursor: color, erasure, mode or title."""
_WRAP = rb"[ ] (?: \r (?!\n) | \\r (?!\\n) )"
"""The blank and the carriage return that a shell prints at the last column."""
_BACKSPACE = rb"(?: \x08 | \\b | \\u0008 )"
_NUMBER = rb"[0-9]{1,12} (?: \.[0-9]{1,20} )? (?: [eE]-?[0-9]{1,3} )?"
_EVENT = rb"\[ \s{0,8} " + _NUMBER + rb" \s{0,8} , \s{0,8} \"[%b]\" \s{0,8} , \s{0,8} \""
"""The start of an event with one of some codes, up to its text."""
_EVENT_END = rb"\" \s{0,8} \] \s{0,8}"
_NEXT_OF_VERSION_1 = _EVENT_END + rb", \s{0,16} \[ \s{0,16} " + _NUMBER + rb" \s{0,8} , \s{0,16} \""
_VERSION_1 = lazy_pattern(rb"\"version\"\s{0,8}:\s{0,8}1\b[^\0]{0,2048}?\"stdout\"\s{0,8}:")
"""The header of a recording of version 1, whose events have no codes."""
_TEXT = rb"(?: [^\"\\\r\n] | \\. ){0,512}+"
_LAST_EVENT = lazy_pattern(
    rb"(?x)" + _NEXT_OF_VERSION_1 + rb"|" + _EVENT_END.removesuffix(rb" \s{0,8}")
)
_CODE = lazy_pattern(rb"(?x) " + _EVENT % b"io")


def _build_gap_pattern(codes: Iterable[bytes]) -> re.Pattern[bytes]:
    """Return the pattern of a gap; events with other codes may be between two with one code."""
    next_events = (
        b"(?: "
        + _EVENT % b"iomrx".replace(code, b"")
        + _TEXT
        + _EVENT_END
        + b" ){0,8}+ "
        + _EVENT % code
        for code in codes
    )
    event = _EVENT_END + b"(?: " + b" | ".join(next_events) + b" )"
    # No group inside: with a possessive quantifier, Python 3.11 confuses their spans.
    gaps = b" | ".join((_ESCAPE, _WRAP, event, _NEXT_OF_VERSION_1))
    return lazy_pattern(rb"(?xs) (?: " + gaps + rb" ){1,32}+ (?P<back> " + _BACKSPACE + rb" )?")


_GAP = _build_gap_pattern((b"o", b"i"))
_COLOR = rb"(?:\x1b|\\(?:u001[bB]|x1[bB]|033|e))\[[0-9;]{0,32}[mK]"
_COLOR_BEFORE = lazy_pattern(_COLOR + rb"\Z")
_COLORS = lazy_pattern(rb"(?:" + _COLOR + rb")+")
_LAST_CODE = lazy_pattern(rb"\"([io])\"\s{0,8},\s{0,8}\"[^\"]*\Z")
_INNER = lazy_pattern(rb"[A-Za-z0-9_-]{1,128}(?:" + _COLOR + rb"){1,4}+[A-Za-z0-9_-]")
"""The rest of a colored part of a word, and the first letter after it."""


encode, encode_again = encode_nothing, encode_nothing_again


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Return the parts of a split key prefix."""
    return list_parts(anchor, _PART_ENDS, _SINGLE_PARTS)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around each key that escapes or events split, without them."""
    read_gap = _read_gap_in_version_1 if _VERSION_1.search(content) else _read_gap
    gap_format = GapFormat(_GAP_START, _GAP_MARKS, _GAP.match, read_gap, _find_end, COLORS)
    yield from join_keys(content, found, gap_format)
    yield from show_text(content)


def _read_gap_in_version_1(content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
    """Return the same as `_read_gap`, but for events, which all are output."""
    return Joint(gap.end()) if b'"' in gap[0] else _read_gap(content, part, gap)


def _read_gap(content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
    """Return the end of the escapes and events after a part of a key.

    A key that is alone in its color ends there. A color within a word ends anywhere. Otherwise the
    rest of the key must look random.
    """
    has_event = b'"' in gap[0]
    own_gap = _match_code(content, part, gap) if has_event else gap
    if not own_gap:
        return None
    end = own_gap.end()
    if own_gap["back"]:  # the shell prints the letter before once more
        end += content.startswith(content[part.end - 1 : part.end], end)
    if not part.is_key or has_event or not _COLORS.fullmatch(gap[0]):
        return Joint(end)
    is_inner = part.end - part.start > part.size or _INNER.match(content, end)
    is_enclosed = _COLOR_BEFORE.search(content, max(0, part.start - 40), part.start)
    return None if is_enclosed and not is_inner else Joint(end, is_certain=bool(is_inner))


def _match_code(content: bytes, part: Part, gap: re.Match[bytes]) -> re.Match[bytes] | None:
    """Return a gap up to the next event with the code of the event around it."""
    start = content.rfind(b"\n", max(0, part.end - _MAX_LINE), part.end) + 1
    event = _CODE.match(content, start, part.end)
    if not event or b'"o"' in event[0]:
        code = _LAST_CODE.search(gap[0])
        return gap if code and code[1] == b"o" else None
    return _build_input_gap_pattern().match(content, part.end)


@cache
def _build_input_gap_pattern() -> re.Pattern[bytes]:
    return _build_gap_pattern((b"i",))


def _find_end(content: bytes, end: int) -> Span | None:
    """Return the end of an event after a key: the next event does not continue it."""
    event_end = _LAST_EVENT.match(content, end)
    return event_end.span() if event_end else None
