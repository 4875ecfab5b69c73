"""Line ends within a key, and whether the format of the text proves that the key continues."""

from __future__ import annotations

import re
from functools import cached_property

from wakeyscan.decoders import _wraps
from wakeyscan.decoders._gaps import LETTER, Joint, Part
from wakeyscan.decoders.decoder import Span

_LINE_END = rb"(?:\r*\n)"

GAP_START = rb"[\r\n^&\"' ]"
"""First character of a gap."""

_MAX_LINE = 1 << 10
"""Bytes before a gap in which its line starts."""
_FOLD_WIDTHS = range(60, 81)
"""Bytes in a folded line of a format that is not recognized."""
_QUOTE_WIDTH = 60
"""Minimum characters in a wrapped line of quoted mail."""
_FORTRAN_WIDTH = 72
"""Characters in a line of fixed-form Fortran that continues."""

_TIME = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,24}(?:Z|[+-][0-9:]{4,6})"
GAP = re.compile(
    rb"""(?x)
      (?P<caret> \^ EOL )
    | (?P<ampersand> & [ \t]* EOL (?: [ \t]* (?: ! [^\r\n]{0,200} )? EOL ){0,4} [ \t]* & )
    | (?P<cobol> EOL [ 0-9A-Za-z]{6} - [ \t]* (?P<literal> ["'] ) )
    | (?P<cobol_free> (?P<end> ["'] ) - [ \t]* EOL [ \t]* (?P=end) )
    | (?P<container> EOL TIME [ ] std(?:out|err) [ ] [FP] [ ] )
    | (?P<docker> " (?: ,"[a-z]{1,16}":"[^"\r\n]{0,64}" ){1,4} \} EOL \{ "log":" )
    | (?P<quoted> [ ]? EOL (?P<quote> (?: > [ \t]? ){1,16} ) )
    | (?P<folded> EOL [ \t] ) (?! [ \t] )
    | (?P<fortran> EOL [ ]{5} (?P<mark> [&+$*>:.1-9] ) )
    | (?P<bare> [ ]? EOL [ \t]{0,64} )
    """.replace(b"EOL", _LINE_END).replace(b"TIME", _TIME)
)
_FOLDING_FORMAT = re.compile(
    rb"(?m)^(?:BEGIN:V[A-Z]|END:V[A-Z]|dn::? |changetype: |objectClass: |Manifest-Version: "
    rb"|Signature-Version: |Bundle-ManifestVersion: )"
)
"""A line of LDIF, iCalendar, vCard or a manifest, which fold at any byte."""
_FLOWED = re.compile(rb"(?i)format=\"?flowed")
_FOLDED_FIELD = re.compile(rb"[A-Za-z][\w.-]{0,60}[:;][^\r\n]*(?:\r*\n[ \t][^\r\n]*)*\Z")
_CONTAINER_LINE = re.compile(_TIME + rb" std(?:out|err) P ")
_NAME = re.compile(rb"[\w-]{1,64}[ \t]*[:=]")
"""The name of a value at the start of a line."""
_OFFSET = re.compile(rb"[0-9A-Fa-f]{4,16}:")
"""The start of a line of a dump."""
_QUOTE = re.compile(rb"(?:>[ \t]?)+")
_UNMARKED_END = re.compile(_LINE_END + rb"(?![ \t])")


class Folds:
    """The line ends of a text within keys."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_gap(self, content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
        """Return the end of a line end after a part of a key, if the key may continue."""
        if not LETTER.match(content, gap.end()):
            return None
        line = self._read_line(part)
        if self._is_marked(gap, line):
            return Joint(gap.end())
        match gap.lastgroup:
            case "fortran":
                is_proved = _is_literal_open(line) and not gap["mark"].isdigit()
                return Joint(gap.end(), is_proved) if _is_literal_open(line) else None
            case "folded" | "quoted" | "bare" if not _OFFSET.match(content, gap.end()):
                may_continue = self._is_wrapped(gap, part, line)
                return Joint(gap.end(), is_certain=False) if may_continue else None
            case _:
                return None

    def _is_marked(self, gap: re.Match[bytes], line: bytes) -> bool:
        """Return whether the format marks the line end as one within a line."""
        match gap.lastgroup:
            case "caret" | "cobol_free" | "docker":
                return True
            case "ampersand":
                return _is_literal_open(line) or line.lstrip().startswith(b"&")
            case "cobol":
                return line.count(gap["literal"]) % 2 == 1
            case "container":
                return _CONTAINER_LINE.match(line) is not None
            case "fortran":
                return len(line) == _FORTRAN_WIDTH
            case kind:
                return kind == "folded" and self._is_folding_format

    def find_end(self, content: bytes, end: int) -> Span | None:
        """Return the line end after a key of a format that marks the lines that continue."""
        line_end = _UNMARKED_END.match(content, end)
        return line_end.span() if line_end else None

    def _read_line(self, part: Part) -> bytes:
        low = max(0, part.end - _MAX_LINE)
        return self._content[self._content.rfind(b"\n", low, part.end) + 1 or low : part.end]

    def _is_wrapped(self, gap: re.Match[bytes], part: Part, line: bytes) -> bool:
        """Return whether an unmarked line end may be within a key, whose rest looks random."""
        if _wraps.is_wrapped(self._content, line, part, gap.end()):
            return True
        if _NAME.match(self._content, gap.end()) or not _has_quote(line, gap["quote"] or b""):
            return False
        if not part.is_key:
            return True
        if gap.lastgroup == "folded":
            return len(line) in _FOLD_WIDTHS and self._is_field(part.end)
        is_flowed = gap[0][:1] == b" " and self._is_flowed
        return is_flowed or (gap.lastgroup == "quoted" and len(line) >= _QUOTE_WIDTH)

    def _is_field(self, end: int) -> bool:
        """Return whether a text up to a line end is the value of a field, folded or not."""
        return _FOLDED_FIELD.search(self._content, max(0, end - _MAX_LINE), end) is not None

    @cached_property
    def _is_folding_format(self) -> bool:
        return _FOLDING_FORMAT.search(self._content) is not None

    @cached_property
    def _is_flowed(self) -> bool:
        return _FLOWED.search(self._content) is not None


def _is_literal_open(line: bytes) -> bool:
    return any(line.count(quote) % 2 for quote in (b"'", b'"'))


def _has_quote(line: bytes, quote: bytes) -> bool:
    """Return whether a line starts with the same marks of quoted mail as the next one."""
    own = _QUOTE.match(line)
    return (own[0] if own else b"").split() == quote.split()
