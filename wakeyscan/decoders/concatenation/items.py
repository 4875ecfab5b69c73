"""The further items of a call, a list or a format whose first item is the start of a key.

What is between two items is a part of the key too: the separator of a list, the text of a format.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.lists import find_joined_words
from wakeyscan.decoders.concatenation.operators import (
    ANY_PLACEHOLDER,
    FORMAT_OPERATOR,
    LITERAL_PREFIX,
    PLACEHOLDER,
    QUOTE,
    QUOTE_BACKWARDS,
)
from wakeyscan.decoders.concatenation.variables import NAME, Variable

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.source import SourceText
    from wakeyscan.decoders.decoder import Span

_MAX_ITEMS = 8
_MAX_FORMAT = 320
"""Maximum bytes before the first argument of a format that are searched for its string."""
OWNER = rb"(?: [\w$]{1,40} (?: \. | ::? | -> | \[[\"':] | \{ ) ){0,3}"
OWNER_BACKWARDS = rb"(?: (?: \. | ::? | >- | [\"':]\[ | \{ ) [\w$]{1,40} ){0,3}"
_NEXT = (
    rb"\}? (?: \\?[\"'] )?"
    rb" (?: \s{0,64} [,;] \s{0,64} | \) \s{0,64} \.arg\( | [ \t]{1,16}"
    rb" | \s{0,8}\n[ ]{1,40}-[ ]{1,4} )"
)
"""What separates two items: a comma, or a blank, or the dash of YAML."""
ITEM = (
    _NEXT + rb" (?: " + LITERAL_PREFIX + QUOTE + rb" (?:"
    rb" (?P<body> [A-Za-z0-9_-]{1,256} ) (?= " + QUOTE + rb" )"
    rb" | \$\{? (?P<expanded> " + NAME + rb" ) \}? " + QUOTE + rb" )"
    rb" | (?: \$ \{? )? "
    + OWNER
    + rb"[$@]? (?P<name> "
    + NAME
    + rb") \}? (?! [\w$(\[.] | [ \t]* = ) )"
)
"""Pattern of the item after a literal or a name."""
_QUOTED_ITEM = lazy_pattern(rb"(?x) " + ITEM)
_BARE_ITEM = lazy_pattern(rb"(?x) " + _NEXT + rb" (?P<body> [\w-]{1,256} ) (?= [\s,\])}>/|!] )")
_ITEMS_END = lazy_pattern(rb"(?x) (?: \\?[\"'] )? ,? \s{0,64} (?: [)\]}>/|!;&] | \r?\n | \Z )")
_PIECE = rb"[A-Za-z0-9_-]{0,160}"
_FORMAT = lazy_pattern(
    rb"(?x) (?: (?P<quote> "
    + QUOTE
    + rb" ) (?P<format> (?: "
    + PLACEHOLDER
    + _PIECE
    + rb" ){1,8} )"
    rb" (?P=quote) (?: \s{0,8} " + FORMAT_OPERATOR + rb" \s{0,64} | (?<= [\"'] ) [ \t]{1,16} )"
    rb" (?: " + LITERAL_PREFIX + QUOTE + rb"(?:\$\{?)? | \$?\{? " + OWNER + rb"\$? )? ) \Z"
)
_ARGUMENT_BACKWARDS = lazy_pattern(
    rb"(?x) (?: "
    + QUOTE_BACKWARDS
    + rb" )? (?: \{? \$ )? "
    + OWNER_BACKWARDS
    + rb" (?: \s{0,64} (?: (?: \[ \s{0,4} )? , | [(\[]? \s{0,4} % | \s f- "
    rb" | \( (?: (?: det )? tamrof | gra ) [.:] \)? | \( tamrof \s? \| )"
    rb" | [ \t]{1,16} [\"'] )"
)
"""The text from an argument back to what separates it from its format."""
_NO_ITEM = lazy_pattern(rb"[\"'`$@]{0,3}{?[ \t]{0,2}[=:+&|;\n]")
"""The text from a value back to an operator, a colon or a line end, which precedes no item."""
_COMMA = lazy_pattern(rb"[\"'`]?\s{0,8},")
_MAX_OPENING = 8
_MAX_ARGUMENT = 200
_UNKNOWN = Variable(b"")
"""An item that is no literal and no name."""


def find_rest(
    source: SourceText, start: int, end: int, *, is_bare: bool
) -> Iterator[Variable | Span] | None:
    """Return what follows the first item, at `start:end`, of a call, a list or a format.

    Return nothing if it is in none. `is_bare` states that the items are texts without quotes.
    """
    content = source.content
    is_before_item = (_BARE_ITEM if is_bare else _QUOTED_ITEM).match(content, end) is not None
    may_be_filled = may_follow_format(source, start)
    may_be_word = is_bare and source.has_word_lists
    if not (is_before_item or may_be_filled or may_be_word) or _is_no_item(content, start, end):
        return None  # as nearly all values
    if may_be_filled and (pieces := _find_format(content, start)):
        items = list(_iterate_items(content, end, is_bare=False))
        return None if items[len(pieces) - 1 :] else _fill_format(pieces, items)
    if may_be_word and (words := find_joined_words(content, end)):
        return _follow_items(content, end, words, is_bare=True)
    if not is_before_item:
        return None
    separator = source.lists.find_separator(start, end)
    return _follow_items(content, end, separator, is_bare=is_bare) if separator else None


def _is_no_item(content: bytes, start: int, end: int) -> bool:
    """Return whether an operator, a colon or a line end is before a value, and no comma after."""
    before = content[max(0, start - _MAX_OPENING) : start]
    return _NO_ITEM.match(before[::-1]) is not None and not _COMMA.match(content, end)


def may_follow_format(source: SourceText, start: int) -> bool:
    """Return whether a placeholder may be near before an offset."""
    if not source.has_placeholders:
        return False
    text = source.content[max(0, start - _MAX_FORMAT) : start]
    if b"%" in text or b"}" in text or b"~" in text:
        return True
    return b"$0" in text or b"$1" in text


def _find_format(content: bytes, start: int) -> list[Span]:
    """Return the texts after each placeholder of the format whose first argument is at `start`."""
    low = max(0, start - _MAX_FORMAT)
    before = content[low:start]
    if not _ARGUMENT_BACKWARDS.match(before[: -_MAX_ARGUMENT - 1 : -1]):
        return []  # the pattern of a format takes 40 µs
    found = _FORMAT.search(before)
    if not found:
        return []
    first, high = low + found.start("format"), low + found.end("format")
    marks = list(ANY_PLACEHOLDER.finditer(content, first, high))
    ends = [*(mark.start() for mark in marks[1:]), high]
    return [(mark.end(), end) for mark, end in zip(marks, ends, strict=True)]


def _fill_format(pieces: list[Span], items: list[Variable | Span]) -> Iterator[Variable | Span]:
    """Yield the texts of a format and the arguments between them; the last one may be unknown."""
    yield pieces[0]
    for piece, item in zip_longest(pieces[1:], items):
        yield item or _UNKNOWN
        yield piece


def _follow_items(
    content: bytes, end: int, separator: Span, *, is_bare: bool
) -> Iterator[Variable | Span]:
    """Yield the items after the first one, each after the separator."""
    for item in _iterate_items(content, end, is_bare=is_bare):
        if separator[0] < separator[1]:
            yield separator
        yield item


def _iterate_items(content: bytes, end: int, *, is_bare: bool) -> Iterator[Variable | Span]:
    pattern = _BARE_ITEM if is_bare else _QUOTED_ITEM
    for _ in range(_MAX_ITEMS):
        found = pattern.match(content, end)
        if not found:
            break
        group = found.lastgroup or ""
        is_text = group == "body"
        yield (
            found.span(group)
            if is_text
            else Variable(found[group], is_expanded=group != "name", is_template=group != "name")
        )
        end = found.end()
    if not _ITEMS_END.match(content, end):
        yield _UNKNOWN
