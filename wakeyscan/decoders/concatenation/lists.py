"""Calls and lists that join literals, such as `"".join(["a", "b"])`, and what separates them.

A table for each place of the name and of the separator: languages differ in the name alone.
"""

from __future__ import annotations

from bisect import bisect_left

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.operators import LITERAL_PREFIX, QUOTE
from wakeyscan.decoders.concatenation.prefix import QUOTES, holds_word_list

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.words import WordIndex
    from wakeyscan.decoders.decoder import Span

_MAX_WORDS = 640
_MAX_LIST_START = 160
"""Maximum bytes before a literal that are searched for the start of each construct."""

_SEPARATOR = rb"(?: \\?[\"'`] _? \\?[\"'`] | (?i:string\.empty) )"
_SEPARATOR_TEXT = lazy_pattern(rb"(?<=[\"'`{])_(?=\\?[\"'`}])|(?<=- )_(?=\s)")

# Names of calls and methods

_CONCATENATING = (
    rb"(?i: concat(?:enate)? | horzcat | iolist_to_\w+ | paste0 | str_c | strcat | sprint )"
)
"""A call that joins all of its arguments."""
_JOINING = rb"(?i: concat(?:_ws)? | implode | join | joined | intercalate | String\.concat )"
"""A call whose first argument is the separator."""
_JOINED = (
    rb"(?i: \. \s{0,16} (?: join (?: ToString | ed )? | mkString"
    rb" | collect \( \s? (?: Collectors\. )? joining ) | \s? \| \s? join )"
)
"""A method or a filter of a list, whose argument is the separator."""
_LAST_ARGUMENT = rb"(?: (?: sep | collapse | separator ) \s? [=:] \s? )"
"""The name of a separator that is the last argument."""

_WORDS = lazy_pattern(
    rb"(?x) (?: (?: join \(? \s? " + _SEPARATOR + rb" \s? , \s? qw | join\( ~w | (?P<joined> %w ) )"
    rb"   \s? [\[({</|!] | string [ ] join [ ] "
    + _SEPARATOR
    + rb" [ ] | (?P<braced> join [ ] \{ ) )"
    rb" (?: \s | [\w-] ){0,512} \Z"
)
_JOIN_AFTER_WORDS = lazy_pattern(
    rb"(?x) [\w\s-]{0,512} [\])}>/|!] \.join (?: \(\) | [( ] " + _SEPARATOR + rb" \)?"
    rb" | (?! [\w(] | \s{1,8} [\"'(\w] ) )"
)
_JOIN_AFTER_BRACES = lazy_pattern(rb"(?x) [\w\s-]{0,512} \} [ ] (?: \"_?\" | \{_?\} )")


def find_joined_words(content: bytes, end: int) -> Span | None:
    """Return the separator that joins the bare word that ends at `end` with others.

    Return nothing if none does.
    """
    low = max(0, end - _MAX_WORDS)
    before = content[low:end]
    if not _has_word_list(before):
        return None  # the pattern takes 30 µs
    found = _WORDS.search(before)
    if not found:
        return None
    if not (found["joined"] or found["braced"]):
        return _find_separator(content, low + found.start(), low + found.end())
    after = (_JOIN_AFTER_BRACES if found["braced"] else _JOIN_AFTER_WORDS).match(content, end)
    return _find_separator(content, *after.span()) if after else None


def _has_word_list(text: bytes) -> bool:
    if not (b"qw" in text or b"%w" in text or b"~w" in text or b"join " in text):
        return False  # as nearly all
    return holds_word_list(text, 0, len(text))


def _find_separator(content: bytes, start: int, end: int) -> Span:
    """Return the bounds of the separator in the text of a call; nothing may separate its items."""
    found = _SEPARATOR_TEXT.search(content, start, end)
    return found.span() if found else (end, end)


_OPENING_QUOTE = lazy_pattern(
    rb"(?x) (?: " + LITERAL_PREFIX + QUOTE + rb" (?: \$ \{? )?"
    rb" | (?: (?<! [\w$.] ) [\w$]{1,40} (?: \. | :: | -> ) ){1,2} [$@]? | [$@] \{? ) \Z"
)
_OPENING_ENDS = frozenset((b'"', b"'", b"`", b"$", b"{", b".", b":", b">", b"@"))
"""The last characters of such a text."""
_BEFORE_QUOTE = rb"\bBfFrRuULN@$&8w"
"""Characters before a quote that may belong to the opening: of an escape, or a prefix."""
_MAX_QUOTE = 48
"""Bytes of an escaped quote with the letters before it, or of the owner of a name."""
_LIST_CONSTRUCTOR = (
    rb"(?: array | Arrays\.asList | List\.of | listOf | new (?: \s [Ss]tring )? \s? \[\] \s?"
    rb" | \[\] string | @ )?"
)
_LIST_OPENING = _LIST_CONSTRUCTOR + rb"[\[({]{1,2} \s{0,64}"
_LIST_START = lazy_pattern(
    rb"(?x) (?: " + _CONCATENATING + rb" !? \s? \( \s{0,64} (?:" + _LIST_OPENING + rb")?"
    rb" | " + _JOINING + rb" (?: \( | \s ) \s{0,16} " + _SEPARATOR
    + rb"     (?: \s? , \s{0,64} (?:" + _LIST_OPENING + rb")? | \s \[ \s{0,16} )"
    rb" | \b Join [\"']? (?: \s? : )? \s{0,64} (?: \[ | - [ ] ) \s{0,64} (?: " + _SEPARATOR
    + rb" | _ ) \s{0,64} (?: , \s{0,64} \[ | - [ ] (?: - [ ] | \[ ) ) \s{0,64}"
    rb" | \b (?: (?: m?concat | str(?:ing)?/join ) [ ]{1,8} | Enum\.join\( ) \[ \s{0,8}"
    rb" | (?<! [\w.:] ) string \( \s{0,8}"
    rb" | (?: = | -> | [(\[] ) \s{0,8} << \s{0,8}"
    rb" | \( (?: str | string-append | concat (?: enate [ ] 'string )? ) [ ]{1,8}"
    rb" | \b reduce\( \s? (?: [\w.]{0,24} (?: add | concat )"
    rb"   | lambda [^\"'\n]{0,16} \w \s? \+ \s? \w+ ) \s? , \s? [\[(] \s{0,64}"
    rb" | " + _SEPARATOR + rb" \s? \.join\( \s{0,64} [\[({]{1,2} \s{0,64}"
    rb" | (?: \b implode\( \s? (?: array\( | \[ ) | -join \s? @? \("
    rb"     | table\.concat\( \s? \{ ) \s{0,64} ) \Z"
)  # fmt: skip
"""Start of a call or a list that joins literals, up to the first."""
_LIST_END = (
    rb"(?:"
    rb" [,;] \s? " + _LAST_ARGUMENT + _SEPARATOR
    + rb" | ,? \s{0,64} [\])}] \)? \s{0,8} (?:"
    rb" " + _JOINED + rb" (?: \( \s? | [ ] ) " + _LAST_ARGUMENT + rb"? " + _SEPARATOR + rb" \s? \)?"
    rb" | \. (?: reduce | fold | inject ) \w{0,8} [ (] (?: [^\"'\n;]{0,24} \w"
    rb"   \s? (?: \+\+? | <> | \. ) \s? [\w$]+ | :\+ ) \s?"
    rb"   (?: , \s? " + _SEPARATOR + rb" \s? )? [)}]"
    rb" | \.mkString (?! [\w(] ) | (?: \.join | \s? \| \s? join ) (?! [\w(] | \s{1,8} [\"'(\w] )"
    rb" | \.joined\(\) | \.concat\(\) | \.collect\( \s? (?: Collectors\. )? joining\(\)"
    rb" | \* \s? " + _SEPARATOR
    + rb" | , \s? " + _SEPARATOR + rb" \s? \)"
    rb" | -join \s? " + _SEPARATOR + rb" )"
    rb" | (?: -join | \| \s? join ) \s? " + _SEPARATOR + rb" )"
)  # fmt: skip
"""Pattern of the end of a list, and the call that joins it."""
_LIST_END_AFTER_LITERAL = lazy_pattern(rb"(?x) " + QUOTE + rb" \s{0,64} " + _LIST_END)
_LIST_END_AFTER_ITEM = lazy_pattern(rb"(?x) (?: [\w$] | " + QUOTE + rb" ) \s{0,64} " + _LIST_END)
_ITEMS = lazy_pattern(rb"[^\[\](){};]{0,512}")
_MAX_JOIN_CALL = 96
_LIST_ASSIGNMENT = lazy_pattern(
    rb"(?x) \$? (?P<name> [A-Za-z_]\w{0,60} ) \s{0,4} :?= \s{0,4} " + _LIST_OPENING + rb"\Z"
)


_BRACKETS = (b"(", b"[", b"{")
_LIST_OPENINGS = (*_BRACKETS, b"<", b"-")
"""The last characters of the start of a call or list, before blanks; or a separator and a comma."""
_BARE_OPENINGS = (b"=", b"list", b"(str", b"append", b"(concat", b"'string")
"""The texts before a list without brackets, of PowerShell, of Go templates and of Lisp."""
_SEPARATOR_BEFORE = lazy_pattern(rb"(?x)" + _SEPARATOR + rb" \s{0,4} , \Z")
_MAX_SEPARATOR = 24
_START_WORDS = (
    *(b"concat", b"paste0", b"str_c", b"strcat", b"sprint", b"implode", b"join", b"intercalate"),
    *(b"string(", b"string-append", b"<<", b"(str ", b"reduce(", b"horzcat", b"iolist"),
)
_END_WORDS = (
    *(b"join", b"mkstring", b".concat()", b"string.empty", b".reduce", b".fold", b".inject"),
    *(b'""', b"''", b"``", b'"_"', b"'_'", b"`_`"),
)
"""Texts, in any case: each start of a call or list contains one of the first, each end one of the
others."""
_JOIN_BEFORE_BACKWARDS = lazy_pattern(
    rb"(?x) \$? (?: (?P<call> \s? (?: , | \(nioj\. ) \s?"
    rb"   (?: [\"'`] _? [\"'`] | (?i:ytpme\.gnirts) ) ) | \(? \s? nioj- )"
)
"""The text before the name of a list that is joined."""
_JOIN_AFTER = lazy_pattern(rb"(?x) (?: \.[jJ]oin\( \s? | \s? -join \s? ) " + _SEPARATOR)
_ASSIGNED = lazy_pattern(rb"\s{0,4}:?=\s{0,4}(?![=~>])")
_CALL_END = lazy_pattern(rb"\s?\)")
_MAX_JOIN = 40


def _find_start(content: bytes, before: bytes, end: int) -> Span | None:
    """Return the separator of the call or the list that starts at the end of the text `before`."""
    if not _contains_any(before, _START_WORDS):
        return None  # the pattern takes 100 µs
    low = max(0, end - _MAX_LIST_START)
    found = _LIST_START.search(before)
    return _find_separator(content, low + found.start(), low + found.end()) if found else None


def _read_before(content: bytes, end: int) -> bytes:
    """Return the text before an item, without its opening quote."""
    low = max(0, end - _MAX_LIST_START)
    last, previous = content[end - 1 : end], content[end - 2 : end - 1]
    if last not in _OPENING_ENDS:
        return content[low:end]
    if last in QUOTES and previous not in _BEFORE_QUOTE:
        return content[low : end - 1]  # as mostly; the pattern takes 3 µs
    quote = _OPENING_QUOTE.search(content, max(low, end - _MAX_QUOTE), end)
    return content[low : quote.start() if quote else end]


def _is_first(before: bytes) -> bool:
    """Return whether a text may end before the first item of a list."""
    text = before.rstrip()
    return text.endswith((*_LIST_OPENINGS, *_BARE_OPENINGS[1:])) or (
        text.endswith(b",") and _SEPARATOR_BEFORE.search(text[-_MAX_SEPARATOR:]) is not None
    )


def _contains_any(text: bytes, words: tuple[bytes, ...]) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)


def find_list_end(content: bytes, start: int) -> Span | None:
    """Return the separator of the list that goes on at `start`, if it is joined at its end."""
    items = _ITEMS.match(content, start)
    end = items.end() if items else start
    if not _contains_any(content[start : end + _MAX_JOIN_CALL], _END_WORDS):
        return None
    found = _LIST_END_AFTER_ITEM.search(content, start, end + _MAX_JOIN_CALL)
    return _find_separator(content, *found.span()) if found and found.start() <= end else None


class JoinedLists:
    """The lists of a text that are joined; the places of each name are read once."""

    def __init__(self, content: bytes, words: WordIndex) -> None:
        self._content, self._words = content, words
        self._uses: dict[bytes, _ListUses] = {}

    def contain(self, start: int, end: int) -> bool:
        """Return whether the literals in `start:end` are in a call or a list that joins them.

        Nothing separates them. A list with a name may be joined by that name, up to the next
        assignment to it.
        """
        content = self._content
        before = _read_before(content, start)
        separator = _find_start(content, before, start) if _is_first(before) else None
        if not separator and (found := _LIST_END_AFTER_LITERAL.match(content, end)):
            separator = _find_separator(content, *found.span())
        separator = separator or self._find_named(before, start)
        return separator is not None and separator[0] == separator[1]

    def find_separator(self, start: int, end: int) -> Span | None:
        """Return the separator of the call or the list whose first item is at `start:end`."""
        before = _read_before(self._content, start)
        is_first = _is_first(before)
        if not is_first and not before.rstrip().endswith(_BARE_OPENINGS):
            return None
        first = _find_start(self._content, before, start) if is_first else None
        if first and first[0] < first[1]:
            return first
        return find_list_end(self._content, end) or first or self._find_named(before, start)

    def _find_named(self, before: bytes, start: int) -> Span | None:
        if b"=" not in before or not before.rstrip().endswith(_BRACKETS):
            return None  # the pattern takes 10 µs
        assigned = _LIST_ASSIGNMENT.search(before)
        return self._get_uses(assigned["name"]).find_separator(start) if assigned else None

    def _get_uses(self, name: bytes) -> _ListUses:
        if name not in self._uses:
            content, end = self._content, len(name)
            places = self._words.find(name)
            joins = ((at, _find_join(content, at, name)) for at in places)
            self._uses[name] = _ListUses(
                joins=[(at, separator) for at, separator in joins if separator],
                assignments=[at for at in places if _ASSIGNED.match(content, at + end)],
            )
        return self._uses[name]


class _ListUses(NamedTuple):
    """The places where a list is joined by its name, and those where another is assigned."""

    joins: list[tuple[int, Span]]
    """Each with its separator."""
    assignments: list[int]

    def find_separator(self, offset: int) -> Span | None:
        """Return the separator that joins the list that is assigned before an offset."""
        join, next_list = bisect_left(self.joins, (offset,)), bisect_left(self.assignments, offset)
        if join == len(self.joins):
            return None
        at, separator = self.joins[join]
        is_last = next_list == len(self.assignments)
        return separator if is_last or at < self.assignments[next_list] else None


def _find_join(content: bytes, at: int, name: bytes) -> Span | None:
    """Return the separator if the list whose name is at an offset is joined there."""
    end = at + len(name)
    if after := _JOIN_AFTER.match(content, end):
        return _find_separator(content, *after.span())
    low = max(0, at - _MAX_JOIN)
    before = _JOIN_BEFORE_BACKWARDS.match(content[low:at][::-1])
    if not before or (before["call"] and not _CALL_END.match(content, end)):
        return None
    return _find_separator(content, at - before.end(), at)
