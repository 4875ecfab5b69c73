"""Proofs that a secret in text ends where its match ends.

The API rejects a key that is cut, although the key works. So an end is certain only if a row of
this table proves it; any other end is open. It must hold in each text that programs put into the
text around it (see `layers`). And nothing may add a value to the secret at run time: no call and no
list (`joined_items`), no format (`filled_formats`), no operator and no method (`joined_values`).

    nothing follows                        no literal is open
    a line end, also an escaped one        neither, and the next line starts something else:
                                           `next_line`
    an ellipsis, a note of a cut           never
    a blank, a line between two cells      no word in the same place may be the rest: `columns`
    a quote                                no literal continues the literal: `literals`
    a tag                                  the word does not continue after it: `tags`
    a delimiter: , ; : . ! ? ) ] } …       always, but for a few continuations that look alike
    marks of emphasis: * _ ~               the same marks precede the secret
    an escaped delimiter, an entity        always
    an escaped code of a terminal          the text in the literal decides
    another font or size of troff          no word follows, and what follows proves the end
    a closing curly quote                  no literal is opened after it
    a letter that no key contains          always, but for garbled and typographic dashes
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.line_starts import CELL_SEPARATOR
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.ends import (
    columns,
    file_kinds,
    joined_items,
    layers,
    literals,
    log_entries,
    tags,
)
from wakeyscan.scanner.ends.filled_formats import fills_open_format
from wakeyscan.scanner.ends.joined_values import is_added_to
from wakeyscan.scanner.ends.next_entry import find_next_entry
from wakeyscan.scanner.ends.next_literal import find_next_literal
from wakeyscan.scanner.ends.series import has_next_in_series
from wakeyscan.scanner.ends.text_end import (
    BLANK,
    BREAK,
    CUT_NOTE,
    DOUBLE_QUOTE,
    ESCAPED_BREAK,
    ESCAPED_CODE,
    INVISIBLE,
    TextEnd,
    is_before_parameter,
)

if TYPE_CHECKING:
    from wakeyscan.scanner.ends import next_line
else:
    # With its own imports, 2 ms; a key in quotes needs none of them.
    next_line = lazy_import("wakeyscan.scanner.ends.next_line")

_WORD = lazy_pattern(rb"[A-Za-z0-9_-]")
_LINE_END = lazy_pattern(BLANK + rb"*+" + BREAK)
_WRAPPED_CELL = lazy_pattern(rb"[ \t]*(?:" + CELL_SEPARATOR + rb"|" + BREAK + rb"[^\w\r\n]*\.\w)")
_REOPENED = lazy_pattern(rb"""[\s+&.,~|<>\\)]*+(?:["'`]|\xe2\x80[\x98-\x9f]|\xc2\xab)""")
"""Another literal after curly quotes, which a word processor put in place of straight ones."""
_FONT = rb"\\(?:f(?:[A-Z0-9]|\([A-Z]{2}|\[\w{0,16}\])|s[+-]?[0-9]{1,2})"
_FONT_BEFORE = lazy_pattern(_FONT + rb"\Z")
_ENCODED_WORD = lazy_pattern(rb"\s*=\?")

_QUOTES = (b'"', b"'", b"`")
_EVENT = lazy_pattern(rb"\s*\[")
_LINE_ENDS = (b"", b"\n", b"\r")

_Check = Callable[[TextEnd, bytes, bytes], bool]


class _Row(NamedTuple):
    """A row of the table: a text after the secret, and whether it proves the end."""

    pattern: bytes
    is_certain: _Check
    """Takes the end, the text that matches, and the text after it."""


@lru_cache(maxsize=32)  # a text may repeat a line thousands of times
def is_end_certain(end: TextEnd) -> bool:
    """Return whether a row of the table proves an end in each layer, and no rest follows."""
    if is_before_parameter(end.after):  # in each layer, and many in a log
        return not has_next_in_series(end)
    return all(map(_is_certain_in_layer, layers.list_layers(end)))


def _is_certain_in_layer(end: TextEnd) -> bool:
    if not _is_proven(end) or find_next_literal(end) or find_next_entry(end):
        return False
    if joined_items.is_joined(end) or fills_open_format(end) or is_added_to(end):
        return False
    return not has_next_in_series(end)


def _is_proven(end: TextEnd) -> bool:
    quote, rest = end.after[:1], end.after[1:]
    if quote in _QUOTES and rest[:1] not in _QUOTES:  # most keys; the table compiles in 2 ms
        return literals.is_quote_certain(end, quote, rest)
    is_decided = end.is_in_layer or DOUBLE_QUOTE not in end.before
    if quote in _LINE_ENDS and not is_decided and _is_literal_open(end.line):
        return False
    if quote == b"\n":  # the most usual row, again without the table
        return _is_line_end_certain(end, quote, rest)
    if invisible := INVISIBLE.match(end.after):
        end = end._replace(after=end.after[invisible.end() :])
    found = _TABLE.match(end.after)
    if not found or not found.lastgroup:
        return False
    return _ROWS[int(found.lastgroup[1:])].is_certain(end, found[0], end.after[found.end() :])


def _is_literal_open(line: bytes) -> bool:
    """Return whether a double quote before a secret opens a literal that the line does not close.

    Such a line is cut, or the literal goes on. That of an event of asciinema is decoded.
    """
    quotes = line.replace(b'"""', b"").replace(b'\\"', b"").count(b'"')
    return quotes % 2 == 1 and not _EVENT.match(line)


def _always(end: TextEnd, text: bytes, rest: bytes) -> bool:
    return True


def _never(end: TextEnd, text: bytes, rest: bytes) -> bool:
    return False


def _is_line_end_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    if log_entries.is_partial(end.line):
        return False
    if end.is_in_layer:
        return True
    return not _CUT_NEXT.match(rest) and next_line.starts_something_else(end, rest)


def _is_escaped_line_end_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    if text.startswith(b"\\") and file_kinds.is_typesetting(end.path):
        return False
    if end.is_in_layer:
        return True
    end = end.unescape_breaks()
    line_end = _LINE_END.match(end.after)
    rest = end.after[line_end.end() :] if line_end else end.after
    return next_line.starts_something_else(end, rest)


def _is_blank_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    return not columns.find_below(end)


def _is_tag_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    found = tags.find_tags(end.after)
    if tags.continues_in_same_element(end):
        return False
    rest = INVISIBLE.sub(b"", end.after[found.size :][:64]) + end.after[found.size + 64 :]
    if found.ends_word():
        return True
    if not found.is_known() or _WORD.match(rest):
        return False
    if found.closes_line_element(end.before) and _LINE_END.match(rest):
        return True
    return _is_certain_in_layer(end._replace(after=rest))


def _is_angle_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    """Return whether an angle bracket closes one, or is not at the edge of a screen."""
    line = end.line
    return line.rfind(b"<") > line.rfind(b">") or not re.match(rb"\s|\Z", rest)


def _is_dot_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    """Return whether a dot is not the sign with which psql wraps a cell."""
    return _WRAPPED_CELL.match(rest) is None


def _is_encoded_word_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    """Return whether no encoded word of a mail header follows the one that ends here."""
    return _ENCODED_WORD.match(rest) is None


def _is_emphasis_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    """Return whether the same marks are on either side, and no word follows."""
    marks = end.before[len(end.before.rstrip(text[:1])) :]
    return marks == text and not _WORD.match(rest)


def _is_inner_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    """Return whether the text in which an escape is read decides."""
    return end.is_in_layer


def _is_escape_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    return not file_kinds.is_typesetting(end.path)


def _is_font_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    """Return whether a key that is alone in its font ends its line, or what follows proves it."""
    if _FONT_BEFORE.search(end.line) and _LINE_END.match(rest):
        return True
    return not _WORD.match(rest) and _is_certain_in_layer(end._replace(after=rest))


def _is_entity_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    return b"&lt;" in end.line


def _is_curly_quote_certain(end: TextEnd, text: bytes, rest: bytes) -> bool:
    return _REOPENED.match(rest) is None


_ELLIPSIS = (
    rb"""(?: \.{2} | \xe2\x80\xa6 | \xe2\x86[\xa9\xb5] | \xe2\x8f\x8e | \xe2\xa4[\xb5\xb6]
    | [\[(<{] [ ]? (?: \.{2} | \xe2\x80\xa6 | (?i: cont | more ) | """
    + CUT_NOTE
    + rb""" ) )"""
)
"""An ellipsis, a note that the text is cut, or the sign of a wrapped line."""
_CUT_NEXT = lazy_pattern(
    rb"(?x) \s*+ (?: \.{3} | \xe2\x80\xa6 )? [ ]? [\[(<{] [ ]? " + CUT_NOTE + rb"[^\r\n]*"
)
"""A line on which a note says that the text before it is cut."""
_PUNCTUATION = rb"""[,;:)] | ! (?![\w!]) | @ (?!\w*@) | \? (?![=?]) | \] (?!\]>) | \]\]> (?=\s*</)
    | \} (?![\w\\{$]) | / (?![/*]) | \# (?![{\#]) | \*+/ | -{1,2}>"""
"""A delimiter, but no part of a template, a mask, a comment or a CDATA section."""
_ENTITY = rb"""& (?:amp;)? [\w.%\[\]-]+ = | && | &amp;&amp; | &lt;\\?/
    | & (?: nbsp | ensp | emsp | \#160 | \#x[aA]0 ) ;"""
"""The next parameter of a URL, a shell operator, a closing tag, a blank."""
_PERCENT = rb"""% (?:25)? (?: 09 | 2[02679BCFbcf] | 3[ABEFabef] | 3[Cc] % (?:25)? 2[Ff] | 40 | 5[Dd]
    | 7[CDcd] )"""
_ESCAPE = rb"""\\+ (?: u00 | x ) (?: 2[02679cCfF] | 3[aAbBeE] | [57][dD] )
    | \\+u003[cC] (?: \\?/ | \\u002[fF] ) | \\t (?! ext | hin ) | \\/ | \\par\b"""
_CURLY_QUOTE = rb"""\xe2\x80[\x99\x9d\xba] | \xc2\xbb"""
_LETTER = rb"""(?! \xc3[\x82\xa2] | \xe3\x83\xbc | \xe3\x80[\x9c\xb0] )
    [\xc3\xce-\xdf\xe0\xe1\xe3-\xed] [\x80-\xbf] | \xef\xbc[\x81\x89\x8c\x9a\x9b\x9f]"""
"""A letter that is not ASCII, or a closing bracket.

Word processors, chats and input methods write a dash for hyphens; in UTF-8 that was read as Latin-1
it begins with one of two letters.
"""

_ROWS = (
    _Row(rb"\Z", _always),
    _Row(BLANK + rb"*+ (?:" + BREAK + rb"| \Z )", _is_line_end_certain),
    _Row(BLANK + rb"*+" + ESCAPED_BREAK, _is_escaped_line_end_certain),
    _Row(BLANK + rb"++" + _ELLIPSIS, _never),
    _Row(rb"\| [\w-]+ \|", _never),
    _Row(BLANK + rb"|" + CELL_SEPARATOR, _is_blank_certain),
    _Row(literals.QUOTE, literals.is_quote_certain),
    _Row(rb"< (?=[A-Za-z/!])", _is_tag_certain),
    _Row(rb"&gt;", _is_entity_certain),
    _Row(rb">", _is_angle_certain),
    _Row(rb"\. (?!\.)", _is_dot_certain),
    _Row(rb"\?=", _is_encoded_word_certain),
    _Row(_PUNCTUATION, _always),
    _Row(rb"\*+ | _+ | ~~ | ==", _is_emphasis_certain),
    _Row(_ENTITY, _always),
    _Row(_PERCENT, _always),
    _Row(ESCAPED_CODE, _is_inner_certain),
    _Row(_ESCAPE, _is_escape_certain),
    _Row(_FONT, _is_font_certain),
    _Row(_CURLY_QUOTE, _is_curly_quote_certain),
    _Row(_LETTER, _always),
)
"""The table; the first row that matches decides."""
_TABLE = lazy_pattern(
    b"(?x)" + b"|".join(b"(?P<r%d>%s)" % (number, row.pattern) for number, row in enumerate(_ROWS))
)
