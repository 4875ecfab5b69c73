"""Calls and lists that join string literals, such as `"".join(["a", "b"])`."""

from __future__ import annotations

from bisect import bisect_left

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.operators import (
    FORMAT_OPERATOR,
    LITERAL_PREFIX,
    PLACEHOLDER,
    QUOTE,
)
from wakeyscan.decoders.concatenation.prefix import holds_word_list

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.words import WordIndex

_MAX_WORDS = 640
_MAX_LIST_START = 160
"""Maximum bytes before a literal that are searched for the start of each construct."""

_WORDS = lazy_pattern(
    rb"(?x) (?: join \(? \s? (?: '' | \"\" ) \s? , \s? qw | (?P<joined> %w ) ) \s? [\[({</|!]"
    rb" (?: \s | [\w-] ){0,512} \Z"
)
_JOIN_AFTER_WORDS = lazy_pattern(
    rb"[\w\s-]{0,512}[\])}>/|!]\.join(?:\(\)|[( ](?:''|\"\")\)?|(?![\w(]|\s{1,8}[\"'(\w]))"
)


def is_in_joined_words(content: bytes, end: int) -> bool:
    """Return whether the word that ends at `end` is in a list of bare words that is joined."""
    before = content[max(0, end - _MAX_WORDS) : end]
    if not holds_word_list(before, 0, len(before)):
        return False  # the pattern takes 30 µs
    found = _WORDS.search(before)
    return found is not None and (
        not found["joined"] or _JOIN_AFTER_WORDS.match(content, end) is not None
    )


_OPENING_QUOTE = lazy_pattern(rb"(?x)" + LITERAL_PREFIX + QUOTE + rb"\Z")
_EMPTY_STRING = rb"(?: '' | \"\" | `` | (?i:string\.empty) )"
_LIST_CONSTRUCTOR = (
    rb"(?: array | Arrays\.asList | List\.of | listOf | new (?: \s [Ss]tring )? \s? \[\] \s?"
    rb" | \[\] string | @ )?"
)
_LIST_OPENING = _LIST_CONSTRUCTOR + rb"[\[({]{1,2} \s{0,64}"
_LIST_START = lazy_pattern(
    rb"(?x) (?: (?i: concat(?:enate)? | paste0 | strcat | sprint ) !? \s? \( \s{0,64}"
    rb"     (?:" + _LIST_OPENING + rb")?"
    rb" | (?i: concat_ws | implode | join ) (?: \( | \s ) \s? " + _EMPTY_STRING
    + rb"     \s? , \s{0,64} (?:" + _LIST_OPENING + rb")?"
    rb" | \b Join (?: [\"'] \s? : )? \s{0,8} \[ \s{0,64} " + _EMPTY_STRING
    + rb"     \s? , \s{0,64} \[ \s{0,64}"
    rb" | \b m?concat \s{1,8} \[ \s{0,8} | (?<! [\w.:] ) string \( \s{0,8}"
    rb" | = \s{0,8} << \s{0,8}"
    rb" | " + _EMPTY_STRING + rb" \s? \.join\( \s{0,64} [\[({]{1,2} \s{0,64}"
    rb" | (?: -join \s? @? \( | \b implode\( \s? (?: array\( | \[ )"
    rb"     | table\.concat\( \s? \{ ) \s{0,64}"
    rb" | [\"'] " + PLACEHOLDER + rb"{2,8} [\"'] \s? " + FORMAT_OPERATOR + rb" \s{0,64} ) \Z"
)  # fmt: skip
"""Start of a call or a list that joins literals, up to the first."""
_LIST_END = (
    rb"(?:"
    rb" , \s? (?: sep | collapse ) \s? = \s? " + _EMPTY_STRING
    + rb" | ,? \s{0,64} [\])}] \)? \s{0,8} (?:"
    rb" \.[jJ]oin(?:ToString)? (?: \( \s? | [ ] ) " + _EMPTY_STRING + rb" \s? \)?"
    rb" | \.mkString (?: \( " + _EMPTY_STRING + rb" \) | (?! [\w(] ) )"
    rb" | \.join (?! [\w(] | \s{1,8} [\"'(\w] ) | \.joined\(\) | \.concat\(\)"
    rb" | \.collect\( \s? (?: Collectors\. )? joining\(\)"
    rb" | \* \s? " + _EMPTY_STRING
    + rb" | , \s? " + _EMPTY_STRING + rb" \s? \)"
    rb" | -join \s? " + _EMPTY_STRING + rb" )"
    rb" | -join \s? " + _EMPTY_STRING + rb" )"
)  # fmt: skip
"""Pattern of the end of a list, and the call that joins it."""
_LIST_END_AFTER_LITERAL = lazy_pattern(rb"(?x) " + QUOTE + rb" \s{0,64} " + _LIST_END)
_LIST_END_AFTER_NAME = lazy_pattern(rb"(?x) [\w$] \s{0,64} " + _LIST_END)
_ITEMS = lazy_pattern(rb"[^\[\](){};]{0,512}")
_MAX_JOIN_CALL = 96
_LIST_ASSIGNMENT = lazy_pattern(
    rb"(?x) \$? (?P<name> [A-Za-z_]\w{0,60} ) \s{0,4} :?= \s{0,4} " + _LIST_OPENING + rb"\Z"
)


_LIST_WORDS = (
    *(b"concat", b"paste0", b"strcat", b"sprint", b"implode", b"join", b"string(", b"<<"),
    *(b"%", b"}"),
)
"""The start of a call or list contains one of these, in any case."""
_JOIN_BEFORE_BACKWARDS = lazy_pattern(
    rb"(?x) \$? (?: (?P<call> \s? (?: , | \(nioj\. ) \s?"
    rb"   (?: '' | \"\" | `` | (?i:ytpme\.gnirts) ) ) | \(? \s? nioj- )"
)
"""The text before the name of a list that is joined."""
_JOIN_AFTER = lazy_pattern(rb"(?x) (?: \.[jJ]oin\( \s? | \s? -join \s? ) " + _EMPTY_STRING)
_ASSIGNED = lazy_pattern(rb"\s{0,4}:?=\s{0,4}(?![=~>])")
_CALL_END = lazy_pattern(rb"\s?\)")
_MAX_JOIN = 40


def starts_list(before: bytes) -> bool:
    """Return whether a text ends with the start of a call or a list that joins literals."""
    lowered = before.lower()
    if not any(word in lowered for word in _LIST_WORDS):
        return False  # the pattern takes 100 µs
    return _LIST_START.search(before) is not None


def ends_list(content: bytes, start: int) -> bool:
    """Return whether the list that goes on at `start` is joined at its end."""
    items = _ITEMS.match(content, start)
    end = items.end() if items else start
    return (
        _LIST_END_AFTER_LITERAL.search(content, start, end + _MAX_JOIN_CALL) is not None
        or _LIST_END_AFTER_NAME.search(content, max(start, end - 1), end + _MAX_JOIN_CALL)
        is not None
    )


class JoinedLists:
    """The lists of a text that are joined; the places of each name are read once."""

    def __init__(self, content: bytes, words: WordIndex) -> None:
        self._content, self._words = content, words
        self._uses: dict[bytes, _ListUses] = {}

    def contain(self, start: int, end: int) -> bool:
        """Return whether the literals in `start:end` are in a call or a list that joins them.

        A list with a name may be joined by that name, up to the next assignment to it.
        """
        before = self._content[max(0, start - _MAX_LIST_START) : start]
        before = _OPENING_QUOTE.sub(b"", before)
        if starts_list(before) or _LIST_END_AFTER_LITERAL.match(self._content, end):
            return True
        assigned = _LIST_ASSIGNMENT.search(before) if b"=" in before else None
        return assigned is not None and self._get_uses(assigned["name"]).is_joined_after(end)

    def _get_uses(self, name: bytes) -> _ListUses:
        if name not in self._uses:
            content, end = self._content, len(name)
            places = self._words.find(name)
            self._uses[name] = _ListUses(
                joins=[at for at in places if _is_joined(content, at, name)],
                assignments=[at for at in places if _ASSIGNED.match(content, at + end)],
            )
        return self._uses[name]


class _ListUses(NamedTuple):
    """The places where a list is joined by its name, and those where another is assigned."""

    joins: list[int]
    assignments: list[int]

    def is_joined_after(self, offset: int) -> bool:
        """Return whether the list that is assigned before an offset is joined after it."""
        join, next_list = bisect_left(self.joins, offset), bisect_left(self.assignments, offset)
        if join == len(self.joins):
            return False
        is_last = next_list == len(self.assignments)
        return is_last or self.joins[join] < self.assignments[next_list]


def _is_joined(content: bytes, at: int, name: bytes) -> bool:
    """Return whether the list whose name is at an offset is joined there."""
    end = at + len(name)
    if _JOIN_AFTER.match(content, end):
        return True
    before = _JOIN_BEFORE_BACKWARDS.match(content[max(0, at - _MAX_JOIN) : at][::-1])
    return before is not None and (not before["call"] or _CALL_END.match(content, end) is not None)
