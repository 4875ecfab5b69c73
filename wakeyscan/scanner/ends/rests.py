"""Rests: words after an open end that may continue the secret there."""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends import columns, file_kinds, gutter, literals, log_entries
from wakeyscan.scanner.ends.next_entry import find_next_entry
from wakeyscan.scanner.ends.next_literal import find_next_literal
from wakeyscan.scanner.ends.series import has_next_in_series
from wakeyscan.scanner.ends.text_end import (
    BLANK,
    BREAK,
    CUT_NOTE,
    ELLIPSIS,
    ESCAPED_BREAK,
    ESCAPED_CODE,
    INVISIBLE_CHARACTERS,
    SPLIT_LITERAL,
    Lines,
    Rest,
    TextEnd,
    find_last_line,
    split_line,
)

_FEW_RESTS, _MAX_RESTS = 2, 6
"""Words in a row that may continue a secret; each of them fills its line."""

_WORD = lazy_pattern(rb"[-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*+")
_TAG = rb"<!\[CDATA\[ | <[^<>\r\n]{0,512}>"
_MARKUP = (
    _TAG + rb"| \\[-:%c/] |" + INVISIBLE_CHARACTERS + rb"|" + ESCAPED_BREAK + rb"|" + ESCAPED_CODE
)
_DASHES = rb"[-_]+ (?![A-Za-z0-9_-])"
_COMMENT = rb"/\* [^*\r\n]{0,200} \*/ | [ \t]+ (?:\#|//) [^\r\n]{0,200} [\r\n]"

_BETWEEN = (
    rb"(?:" + ESCAPED_BREAK + rb"|" + _TAG + rb"|" + _COMMENT + rb"| [\s+&.,~^_|/\\<>*] ){0,80}"
)
_JOINT = lazy_pattern(
    rb"(?x) (?:"
    + _MARKUP
    + rb"|"
    + _COMMENT
    + rb"|"
    + _DASHES
    + rb"""
    | \\*["'`] """
    + _BETWEEN
    + rb""" [A-Za-z@$]{0,2} \\*["'`]
    | ["'`] \) \s*+ \. \w{1,20} \( (?=["'`])
    | \?= \s+ =\? [\w-]{1,20} \? [qQ] \?
    | [^\sA-Za-z0-9_-] )*+"""
)
"""Text between two parts of a word on one line, or between two literals."""
_TYPESET_JOINT = lazy_pattern(
    rb"""(?x) (?: \\[^A-Za-z\r\n] | \\c\b | \\[A-Za-z]+ (?: \{ [0-9]*pt \} | [ ] )?
    | [{}%] | \s+ (?=\S) )*+"""
)
"""The same in TeX or roff."""
_LINE_END = lazy_pattern(
    rb"(?x) (?:" + _MARKUP + rb"|" + _DASHES + rb"| [^\sA-Za-z0-9_-] )*+" + BLANK + rb"*+"
    rb"(?: [^\x00-\x7f]{1,3} " + BLANK + rb"*+ )?" + BREAK
)
"""A line end, maybe after a sign that the line continues."""
_GAP = lazy_pattern(
    rb"(?x) (?:"
    + _MARKUP
    + rb"|"
    + _DASHES
    + rb"""| =\? [\w-]{1,20} \? [qQ] \?
    | [^A-Za-z0-9_-] | [A-Za-z]{1,2} (?=["']) )*+"""
)
"""Text before the first word of a line."""
_EVENT = lazy_pattern(rb"\[[ ]*[0-9.]{1,20},[ ]*\"[oi]\",[ ]*\"")
_TAGGED = lazy_pattern(rb"[ ]\S{1,60}[ ][\w./-]{1,60}(?:\[[\w.]{1,10}\])?:[ ]")
"""Host and program, after the time of a log entry."""
_NEXT_LINE = lazy_pattern(rb"\\line[ ]")
"""The end of a line in RTF."""
_NO_REST = lazy_pattern(
    rb"""(?x) [\[(<]? (?: \.{2} | \xe2\x80[\xa6\xa2] | \\+u2026 ) | [\[(<{] [ ]? """
    + CUT_NOTE
    + rb""" | \*{3} | [$\#]?\{ (?!\+) | \$ | % [sd(]"""
)
"""An ellipsis, a mask or a template: the rest is not there."""
_WRAP_MARKS = lazy_pattern(ELLIPSIS + rb"[ \t]*" + BREAK + rb"[^\w\r\n]{0,40}" + ELLIPSIS)
_DASH = rb"(?: \xe2\x80[\x90-\x95] | \xe2\x88\x92 )"
_DASHED = lazy_pattern(rb"(?x) (?: " + _DASH + rb"+ [A-Za-z0-9_-]++ )+")
_SPELLINGS = (
    ((b"\xe2\x80\x93", b"--"), (b"\xe2\x80\x94", b"---")),
    ((b"\xe2\x80\x94", b"--"),),
)
"""What typographic dashes are written for: as Markdown reads it, and as word processors do.

Any other dash is written for one hyphen.
"""
_ANY_DASH = lazy_pattern(rb"(?x) " + _DASH)
_CHARACTER = lazy_pattern(rb"&\#(?:[xX]0*([0-9A-Fa-f]{2})|0*([0-9]{2,3}));")
_IS_NAME = lazy_pattern(rb"\\*[\"']\s*:")


def spell_dashes(text: bytes) -> tuple[bytes, ...]:
    """Return what was typed where a word processor, or a page, shows typographic dashes."""
    if text.isascii():
        return (text,)
    typed = []
    for spelling in _SPELLINGS:
        plain = text
        for dash, hyphens in spelling:
            plain = plain.replace(dash, hyphens)
        typed.append(_ANY_DASH.sub(b"-", plain))
    return tuple(typed)


def find_rests(end: TextEnd) -> list[Rest]:
    """Return the words that may continue a secret, one after the other."""
    if not end.after:
        return []
    if _NO_REST.match(end.after):
        return _find_after_ellipsis(end)
    rest = _find_beside(end)
    if not rest and has_next_in_series(end):  # it may be another secret
        return []
    if not rest and (below := columns.find_below(end)):
        return below
    rest = rest or _find_after(end)
    rests: list[Rest] = []
    while rest:
        rests.append(rest)
        line_end = _LINE_END.match(end.after, rest.end)
        line = find_last_line(end.after[: rest.start])
        if not line_end or len(line) == rest.start or _are_all(rests):
            break
        rest = _find_on_next_line(line, end.after, line_end.end())
    return rests


def _find_after_ellipsis(end: TextEnd) -> list[Rest]:
    """Return the rest after an ellipsis, if it only marks the end of a wrapped line."""
    if not end.after.startswith(ELLIPSIS):
        return []
    if line_end := _WRAP_MARKS.match(end.after):
        rest = _find_word(end.after, line_end.end())
        return [rest] if rest else []
    return columns.find_below(end)


def _are_all(rests: list[Rest]) -> bool:
    """Return whether no word follows the last one: after two, the lines must be equally full."""
    if len(rests) < _FEW_RESTS:
        return False
    sizes = [rest.end - rest.start for rest in rests[-_FEW_RESTS:]]
    return len(rests) == _MAX_RESTS or sizes[0] != sizes[1]


def _find_beside(end: TextEnd) -> Rest | None:
    """Return the rest in the next literal."""
    text = end.after
    if line := SPLIT_LITERAL.match(text) or _NEXT_LINE.match(text):
        return _find_word(text, line.end())
    return find_next_literal(end) or find_next_entry(end)


def _find_after(end: TextEnd) -> Rest | None:
    text = end.after
    if file_kinds.is_typesetting(end.path) and (joint := _TYPESET_JOINT.match(text)) and joint[0]:
        return _find_word(text, joint.end())
    if literals.is_chunk(end):
        return _find_on_next_line(end.line, text, len(text) - len(split_line(text)[1]))
    if dashed := _DASHED.match(text):
        return _build_rest(text, dashed.span())
    if character := _CHARACTER.match(text):
        return _find_after_character(text, character)
    if line_end := _LINE_END.match(text):
        return _find_after_line_end(end, line_end.end())
    joint = _JOINT.match(text)
    return _find_word(text, joint.end()) if joint and joint[0] else None


def _find_after_line_end(end: TextEnd, at: int) -> Rest | None:
    if log_entries.is_partial(end.line):
        message = log_entries.find_next_of_stream(end.line, end.after[at:])
        return _find_word(end.after, at + message) if message >= 0 else None
    following, later = split_line(end.after[at:])
    lines = Lines(end.line, following)
    if gutter.is_in_diff(lines, end) and (found := gutter.list_continuations(lines, later)):
        return _find_word(end.after, end.after.find(found[-1].following, at))
    return _find_on_next_line(end.line, end.after, at)


def _find_on_next_line(line: bytes, text: bytes, at: int) -> Rest | None:
    """Return the first word of the line at an offset, after its gutter."""
    following = split_line(text[at:])[0]
    stop = at + len(following)
    gap = _GAP.match(text, stop - len(_strip_gutter(line, following)), stop)
    return _find_word(text, gap.end()) if gap else None


def _strip_gutter(line: bytes, following: bytes) -> bytes:
    """Return the next line without the gutter that it shares with the line of the secret."""
    if event := _EVENT.match(following):
        return following[event.end() :]
    if following.lstrip().startswith(b"<"):
        return following
    lines = Lines(line, following)
    messages = log_entries.strip_stamps(gutter.strip_service(lines))
    stripped = gutter.strip_gutters(messages).following
    is_entry = messages.following != following and messages.line == line
    tag = _TAGGED.match(messages.following) if is_entry else None
    return messages.following[tag.end() :] if tag else stripped


def _find_after_character(text: bytes, character: re.Match[bytes]) -> Rest | None:
    """Return a word that begins with an escaped character."""
    code = int(character[1], 16) if character[1] else int(character[2])
    word = _WORD.match(text, character.end())
    if not word or code > 127:
        return None
    return Rest(bytes([code]) + word[0].rstrip(b"-_"), 0, word.end())


def _build_rest(text: bytes, span: tuple[int, int] | None) -> Rest | None:
    return Rest(text[slice(*span)].rstrip(b"-_"), *span) if span else None


def _find_word(text: bytes, at: int) -> Rest | None:
    word = _WORD.match(text, at)
    if not word or _IS_NAME.match(text, word.end()):
        return None
    return Rest(word[0].rstrip(b"-_"), *word.span())
