"""Keys that continue on the next line: folded values, quoted mail, wrapped logs, source lines.

LDIF, vCard, iCalendar and MANIFEST.MF fold lines at any byte, and mark the next line with a blank.
COBOL, Fortran and batch files mark lines that continue. Containers write long log lines in parts.
Terminals and mail programs mark nothing: `_wraps` decides about their line ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MIN_KEY
from wakeyscan.decoders import _gutters
from wakeyscan.decoders._events import find_next_piece
from wakeyscan.decoders._gaps import GapFormat, Joint, Part, continues_at
from wakeyscan.decoders._joined_text import join_keys
from wakeyscan.decoders._wraps import LineEnd, Lines
from wakeyscan.decoders.decoder import (
    DecodedText,
    FoundAnchors,
    Span,
    encode_nothing,
    encode_nothing_again,
)
from wakeyscan.decoders.split_prefix import list_parts

NAME = "folded"

_MAX_LINE = 1 << 10
"""Bytes before a gap in which its line starts."""
_QUOTES = (b'"', b"'")
_ITEM_ENDS = (b',"l', b', "l', b",'l", b", 'l", b",\n", b",\r\n")
_PIECES = (
    *(quote + piece + quote for quote in _QUOTES for piece in (b"_l", b"a_", b"a_l")),
    *(quote + b"_" + quote + end for quote in _QUOTES for end in _ITEM_ENDS),
    *(b':"_"', b': "_"', b"='_'"),
)
"""Pieces of a prefix in the events of a stream that cut it into more than three."""
_FORTRAN_WIDTH = 72
"""Characters in a line of fixed-form Fortran that continues."""

_LINE_END = rb"(?:\r*\n)"
_TIME = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,24}(?:Z|[+-][0-9:]{4,6})"
_GAP_START = rb"(?:[\r\n^&$]|[ ](?=[\r\n])|[\"'](?=[-,;)}\]\r\n])|\\[rn]|[ \t|*#\xe2\xc2]|<[/b])"
_GAP_MARKS = b"\n\r^&\"'"
_LETTER = rb"(?P<letter> [\"'] , \s{0,64} [\"'] ) (?= [A-Za-z0-9_-] [\"'] )"
_GAP = lazy_pattern(
    rb"""(?x)
      (?= [\^&"'] ) (?:
        (?P<caret> \^ EOL )
      | (?P<ampersand> & [ \t]{0,999} EOL (?: [ \t]* (?: ! [^\r\n]{0,200} )? EOL ){0,4} [ \t]* & )
      | LETTER
      | (?P<cobol_free> (?P<end> ["'] ) - [ \t]{0,999} EOL [ \t]* (?P=end) )
      | (?P<docker> " (?: ,"[a-z]{1,16}":"[^"\r\n]{0,64}" ){1,4} \} EOL \{ "log":" )
      )
    | (?P<cobol> EOL [ 0-9A-Za-z]{6} - [ \t]* (?P<literal> ["'] ) )
    | (?P<container> EOL TIME [ ] std(?:out|err) [ ] [FP] [ ] )
    | (?P<quoted> [ ]? EOL (?P<quote> (?: > [ \t]? ){1,16} ) )
    | (?P<folded> EOL [ \t] ) (?! [ \t] )
    | (?P<fortran> EOL [ ]{5} (?P<mark> [&+$*>:.1-9] ) )
    | (?P<bare> (?: [ ] | \$ )? EOL [ \t]{0,64} )
    | (?P<tail> TAIL )
    | (?P<event> ["'] [,)}\]] [^\r\n]{0,1000}+ EOL )
    """.replace(b"TAIL", _gutters.TAIL)
    .replace(b"LETTER", _LETTER)
    .replace(b"EOL", _LINE_END)
    .replace(b"TIME", _TIME)
)
"""A line end, with the marks around it; the last three may mark nothing."""
_GAP_IN_LINE = lazy_pattern(
    rb"(?x) " + _LETTER + rb" | (?P<tail> (?: \xe2\x80\x90 )? " + _gutters.ITEM_GAP + rb" )"
)
"""The gaps that need no line end."""
_REACH = 1 << 11
"""Bytes in which the others have their line end."""
_FOLDING_FORMAT = lazy_pattern(
    rb"(?m)^(?:BEGIN:V[A-Z]|END:V[A-Z]|dn::? |changetype: |objectClass: |Manifest-Version: "
    rb"|Signature-Version: |Bundle-ManifestVersion: )"
)
"""A line of LDIF, iCalendar, vCard or a manifest, which fold at any byte."""
_CONTAINER_LINE = lazy_pattern(_TIME + rb" (std(?:out|err)) P ")
_NEXT_OF_STREAM = {
    stream: lazy_pattern(
        rb"(?:%b%b %b [FP] [^\r\n]{0,1000}+){0,8}%b%b %b [FP] "
        % (_LINE_END, _TIME, other, _LINE_END, _TIME, stream)
    )
    for stream, other in ((b"stdout", b"stderr"), (b"stderr", b"stdout"))
}
"""The start of the next text of a stream, after lines of the other one."""
_UNMARKED_END = lazy_pattern(_LINE_END + rb"(?![ \t])")


encode, encode_again = encode_nothing, encode_nothing_again


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Return the parts of a split key prefix."""
    return list_parts(anchor, _QUOTES, _PIECES)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around each key that continues on the next line, without the line ends."""
    folds = _Folds(content)
    yield from join_keys(
        content, found, GapFormat(_GAP_START, _GAP_MARKS, _match_gap, folds.read_gap, _find_end)
    )


def _match_gap(content: bytes, end: int) -> re.Match[bytes] | None:
    """Return the match of a gap after a part of a key.

    On a long line with many parts, the patterns of line ends would read on from each of them.
    """
    limit = end + _REACH
    has_line_end = content.find(b"\n", end, limit) >= 0 or content.find(b"\r", end, limit) >= 0
    return (_GAP if has_line_end else _GAP_IN_LINE).match(content, end)


class _Folds:
    """The line ends of a text within keys."""

    def __init__(self, content: bytes) -> None:
        self._content, self._lines = content, Lines(content)

    def read_gap(self, content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
        """Return the end of a line end after a part of a key, if the key may continue."""
        if gap.lastgroup == "letter" and content[part.end - 2 : part.end - 1] in _QUOTES:
            return Joint(gap.end(), is_certain=False, may_be_words=True)
        joint = self._read_line_end(content, part, gap)
        is_whole = part.size == part.end - part.start >= MIN_KEY
        if is_whole or (joint and joint.is_certain):
            return joint
        if content[part.end : part.end + 1] in _QUOTES:
            piece = find_next_piece(content, part)
            if piece is not None:
                return Joint(piece, is_certain=False, may_be_words=True)
        at = _gutters.find_next_part(content, part)
        return joint if at is None else Joint(at, is_certain=False)

    def _read_line_end(self, content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
        if gap.lastgroup == "container":
            return _find_next_of_stream(content, part)
        if not continues_at(content, gap.end(), part.size):
            return None
        line = _read_line(content, part)
        if self._is_marked(gap, line):
            return Joint(gap.end())
        match gap.lastgroup:
            case "fortran" if _is_literal_open(line):
                return Joint(gap.end(), is_certain=not gap["mark"].isdigit())
            case "folded" | "quoted" | "bare" if self._may_be_in_key(part, line, gap):
                return Joint(gap.end(), is_certain=False)
            case _:
                return None

    def _may_be_in_key(self, part: Part, line: bytes, gap: re.Match[bytes]) -> bool:
        return LineEnd(self._content, part, line, gap, self._lines).may_be_in_key()

    def _is_marked(self, gap: re.Match[bytes], line: bytes) -> bool:
        """Return whether the format marks the line end as one within a line."""
        match gap.lastgroup:
            case "caret" | "cobol_free" | "docker":
                return True
            case "ampersand":
                return _is_literal_open(line) or line.lstrip().startswith(b"&")
            case "cobol":
                return line.count(gap["literal"]) % 2 == 1
            case "fortran":
                return len(line) == _FORTRAN_WIDTH
            case kind:
                return kind == "folded" and self._is_folding_format

    @cached_property
    def _is_folding_format(self) -> bool:
        return _FOLDING_FORMAT.search(self._content) is not None


def _read_line(content: bytes, part: Part) -> bytes:
    """Return the line of a part of a key, up to its end."""
    low = max(0, part.end - _MAX_LINE)
    return content[content.rfind(b"\n", low, part.end) + 1 or low : part.end]


def _find_next_of_stream(content: bytes, part: Part) -> Joint | None:
    """Return the start of the next text of a stream, if a container runtime has split its line."""
    line = _CONTAINER_LINE.match(_read_line(content, part))
    found = _NEXT_OF_STREAM[line[1]].match(content, part.end) if line else None
    if not found or not continues_at(content, found.end(), part.size):
        return None
    return Joint(found.end())


def _is_literal_open(line: bytes) -> bool:
    return any(line.count(quote) % 2 for quote in (b"'", b'"'))


def _find_end(content: bytes, end: int) -> Span | None:
    """Return the line end after a key of a format that marks the lines that continue."""
    line_end = _UNMARKED_END.match(content, end)
    return line_end.span() if line_end else None
