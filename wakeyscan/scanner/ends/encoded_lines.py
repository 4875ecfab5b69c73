"""Ends of encoded texts: digits that fill a line may go on where the text around them is cut.

Tools wrap base64 and digits at a fixed width, and people leave out the rest of an array or a dump.
The last line that is left then ends like the last line of a whole text.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.ends.text_end import BREAK, ESCAPED_BREAK, split_line

if TYPE_CHECKING:
    from wakeyscan.scanner.ends.text_end import TextEnd

_ESCAPED_END = lazy_pattern(rb"[ \t]*" + ESCAPED_BREAK)
_ELEMENT = lazy_pattern(rb",\s{0,64}(?:0[xX])?[0-9A-Fa-f]{1,3}\Z")
_NEXT_ELEMENT = lazy_pattern(rb"\s{0,64},\s*+(?![\])}]|'\\0')")
"""The comma after a code of an array that does not end there."""
_GUTTER = (
    rb"(?:[\w./-]{1,100}[:-][0-9]{1,7}[:-]|[0-9]{1,7}[:|\t])?+[ \t]*+(?:[\#*/;>|]{1,3}[ \t]*+)?+"
)
_FILLED = lazy_pattern(_GUTTER + rb"([A-Za-z0-9+/_-]++)\Z")
_ROW = lazy_pattern(
    _GUTTER
    + rb"[0-9A-Fa-f]{0,16}:?[ \t]*+(?:(?:0[xX])?[0-9A-Fa-f]{2,8}[ ,:]{1,4})+[0-9A-Fa-fxX]{2,8}\Z"
)
_CHARACTERS = rb"(?:[ ]{1,4}[|>][^\r\n]*|[ ]{2}[^\r\n]*)?"
_LINE_END = lazy_pattern(_CHARACTERS + rb"[ \t]*(?:" + BREAK + rb"|(?P<quote>\\*[\"'`])|\Z)")
"""The end of a line, of the text, or of a literal, which may hold a diff."""
_MIN_WIDTH = 60
_WIDTHS = frozenset((60, 64, 70, 72, 76, 78, 80))
"""Digits or letters in a line of `xxd -p`, PEM, MIME and the like."""
_REST_LEFT_OUT = lazy_pattern(
    rb"""(?xi) [\s\#*/;>+-]*+ (?: \.{2} | \xe2\x80\xa6
    | [\[(<] [^\])>\r\n]{0,40}
      \b (?: bytes | cut | lines? | more | omitted | snip\w* | truncated ) \b )"""
)
_SIDES = {b"+": b"-", b"-": b"+", b" ": b""}
"""First columns of a diff, each with that of the lines that are skipped after it."""
_HUNK = b"\n@@ -"
_AFTER_HUNK = (b"@@ -", b"diff --git ", b"\\ No newline")
_MAX_OTHER_SIDE = 20


def may_continue(end: TextEnd, *, has_text_before: bool) -> bool:
    """Return whether the text around may lack the rest of an encoded text that ends here.

    `has_text_before` says that the encoded text is longer than its secret.
    """
    if _ELEMENT.search(end.before[-80:]) and _NEXT_ELEMENT.match(end.after):
        return True
    if _ESCAPED_END.match(end.after):
        end = end.unescape_breaks()
    line_end = _LINE_END.match(end.after)
    if not line_end or (line_end["quote"] and _HUNK not in end.before):
        return False
    following = end.after[line_end.end() :]
    if _is_last_in_hunk(end, following):
        line = end.line[1:]
        return _measure_letters(line) >= _MIN_WIDTH or _is_row(line)
    width = _measure_letters(end.line)
    is_left_out = _REST_LEFT_OUT.match(following) is not None
    return (is_left_out and (width > 0 or _is_row(end.line))) or (
        has_text_before and width in _WIDTHS
    )


def _measure_letters(line: bytes) -> int:
    """Return the number of letters or digits if they fill a line, or 0."""
    filled = _FILLED.match(line)
    return len(filled[1]) if filled else 0


def _is_row(line: bytes) -> bool:
    """Return whether separated codes fill a line."""
    return _ROW.match(line) is not None


def _is_last_in_hunk(end: TextEnd, following: bytes) -> bool:
    """Return whether the line is the last one of its side in a part of a diff."""
    sign = end.line[:1]
    if sign not in _SIDES:
        return False
    for _ in range(_MAX_OTHER_SIDE):
        line, later = split_line(following)
        if not _SIDES[sign] or not line.startswith(_SIDES[sign]):
            break
        following = later
    is_diff = file_kinds.is_diff(end.path) or _HUNK in end.before
    return following.startswith(_AFTER_HUNK) or (is_diff and following[:1] not in _SIDES)
