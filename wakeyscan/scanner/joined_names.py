"""Names of literals that a program joins with something: the rest of their key is elsewhere.

The first part of a key may be in one variable and the rest in another one, in a format or in a
template: `P + Q`, `f"{P}{Q}"`, `$P$Q`, macros. It ends with a quote like a whole key. So its end is
open if the text joins the name with what may go on with the key, or if the name says that it is a
part. A name that comes last, as in `"Bearer " + KEY`, proves nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.assignments import select_set_forms
from wakeyscan.decoders.concatenation.variables import find_names
from wakeyscan.decoders.concatenation.words import WordIndex
from wakeyscan.scanner.ends import file_kinds
from wakeyscan.scanner.joined_lists import list_listed
from wakeyscan.scanner.later_pieces import find_later_pieces
from wakeyscan.scanner.plain_signs import write_plainly
from wakeyscan.scanner.written_targets import adds_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wakeyscan.decoders.concatenation import assemble, source
    from wakeyscan.decoders.concatenation.assignments import SetForm
    from wakeyscan.decoders.decoder import Span
else:
    # Few keys are joined.
    assemble = lazy_import("wakeyscan.decoders.concatenation.assemble")
    source = lazy_import("wakeyscan.decoders.concatenation.source")

_MAX_BEFORE, _MAX_AFTER = 200, 320
"""Bytes around a name that hold the statement that joins it."""
_PART = lazy_pattern(
    rb"(?: (?: \A | _ ) (?i: part | half | prefix | chunk | piece | segment | fragment | head )"
    rb" | Part | Half | Prefix | Chunk | Piece | Segment | Fragment | Head ) s? _? \w? \Z".replace(
        b" ", b""
    )
)
"""The end of a name that says that its value is a part."""

# What is joined after a name

_CLOSED = rb"""(?: \\{0,3} ["'`] )? [)\]]{0,2} (?: \[ ["'\w\\]{1,24} \] )?
    (?: \.value \b )?"""
"""The end of an element, such as `p["a"]`."""
_OPERAND = rb"""(?: [bBfFrRuUL@$]{0,2} ["'`] (?= [\w"'`{$%\#-] | \\[xu0-7(] )
    | (?! std::endl | endl | os\.linesep ) (?: [A-Za-z0-9_$@(\[] | [:?]\w ) )"""
"""A value that may go on with a key; a literal may begin with a character that no key has."""
_JOINED = lazy_pattern(
    rb"(?x) " + _CLOSED + rb"""(?:
      \s{0,64} (?: \+\+? | \.\. | ~ | \|\| | <> | \^ | [+.&]= | <<=? ) (?! [=>] ) \s{0,64}
    | [ \t]+ (?: & | \* | \. ) [ \t]+ | \. (?= ["'$] )
    | \s{0,64} // \s{0,64} (?= ["'] | trim\( )
    | \s{0,64} [.:]{0,2} (?: concat | append | Append | plus | push_str ) [(] \s*
    | \s stringByAppendingString: \s*
    | \) \s{0,8} ;? \s{0,64} [\w$.]{0,60}
      \. (?: append | Append | WriteString | push_str | concat ) \( \s*
    | \) ; \s{0,64} \w{0,12} cat \w? \( [^,;]{1,60} , \s*
    | \s{0,8} DELIMITED [ ] (?: BY [ ] )? SIZE \s+ (?! INTO )
    ) """ + _OPERAND
)  # fmt: skip
"""An operator or a call that joins, and its operand."""
_WORD = lazy_pattern(rb"[ \t]+(?:[\"'](?=[\w\"'-])|[A-Za-z_$])")
"""Another word, where a language joins words."""
_CLOSINGS = {
    b"{": rb"(?: \[[\w@*]{1,20}\] | [\"']\] )? [ \t]{0,4} (?: [!:|] [^{}\"'\r\n]{0,24} )? \}{1,2}",
    b"(": rb"\) s?",
    b"%": rb"%",
    b"@": rb"@",
    b"!": rb"!",
    b"&": rb";",
    b"<": rb"[ \t]{0,4} [%?]>",
    b"$": rb"",
}
"""What closes the interpolation of a name, by its opening."""
_OPENING = lazy_pattern(
    rb"""(?x) (?: (\{) \{? [ \t]{0,4} | [$\\%] (\() | (<) [%?]=? [ \t]{0,4} | ([%@!&]) )
    \$? (?: [\w$]{1,40} (?: \. | :: | -> | \[["':] ) ){0,3} \.? \$? \Z"""
)
_MAX_OPENING = 64
_INTERPOLATED = rb"""["']{0,2} (?: [\w-] | \$[\w{(] | \{\{?[ ]?[\w.$] | [\#%]\{ | \\\( | %[\w(]
    | <[%?] | @[\w{] | !\w | &\w{1,60}; )"""
_INTERPOLATIONS = {
    opening: lazy_pattern(rb"(?x) " + closing + _INTERPOLATED)
    for opening, closing in _CLOSINGS.items()
}
_COMMA = lazy_pattern(rb"(?x) " + _CLOSED + rb"\s{0,8} ,")
_LAST = lazy_pattern(
    rb"(?x) "
    + _CLOSED
    + rb"""(?: \.values \(\) )?
    (?: \s{0,8} [)\]] | [ \t]+ ["$] | \s{0,4} (?: [;\n] | \Z ) )"""
)
"""The end of the arguments, or a blank between two in a shell."""
_VALUES_END = (b")", b".values()")
_JOINING_CALL = lazy_pattern(
    rb"""(?x) (?: (?: "[\w-]*" | '[\w-]*' ) \.join\( \s? [\[(]?
    | (?i: concat \w* !? | strcat | paste0 | str_c | implode | strings?\.join | sprint | -join )
      \s? \( (?: \s? ["']{2} \s? , )?
    | \b join\( \s? ["']{2} \s? ,
    | \( (?: str | concat\w* [ ] 'string | string-append ) [ ] ) [^()\r\n]* \Z"""
)
_JOIN_BEFORE = lazy_pattern(rb"\bjoin\b ?\(? ?(?:[\"']{2}|q\(\)) ?, ?[@$]\Z")
_ARGUMENTS_END = lazy_pattern(rb"\s?[);\n]")
"""The argument of a call without brackets."""
_EMPTY = rb"""(?: ["'`]{2} | ["'`][\w-] )"""
_JOINED_LIST = lazy_pattern(
    rb"(?x) [^;\r\n]{0,200} (?: \.join (?: \( \s? " + _EMPTY + rb"| \b (?! \( ) )"
    rb" | \.concat\(\) | -join )"
)
_WHOLE_LIST = lazy_pattern(rb"(?x) \)? \s? \.join\( \s? " + _EMPTY + rb"| \s -join \b")
_FORMAT = lazy_pattern(
    rb"""(?x) (?: %[svS@] | \{\w{0,20}\} ) (?: %[svS@] | \{\w{0,20}\} | [\w-] )
    [^"'`\r\n]{0,100} ["'`] [^;]{0,80} \Z"""
)
"""A format whose placeholder something follows directly."""
_ALIAS = lazy_pattern(rb"([A-Za-z_]\w{0,60})[ \t]{0,4}:?=[ \t]{0,4}[\"']?\$?[({]?\Z")
_RESULT = lazy_pattern(rb"[ \t]*(?:\w{1,20}[ \t]+){0,3}\$?([A-Za-z_]\w{0,60})[ \t]*(?:[:?+.]?=|<-)")
"""The name that a statement gives its value."""
_ALIAS_END = lazy_pattern(rb"[)}\"']{0,2}[ \t]{0,4}(?:[;\r\n]|\Z)")
_ASSIGNED = lazy_pattern(rb"[\"']?[ \t]{0,8}(?::?=(?!=)|:[ \t])")
_ITEM_ADDED = lazy_pattern(rb"\s*(?:\.(?:append|Append|push|add|concat)\b|\+=)")
_QUOTES = (b'"', b"'", b"`")
_DEFINE = b"#define "
_MAX_PLACES = 16
"""Places of a name up to which its uses are followed: few rests are tried."""


class JoinedNames:
    """The names in a text whose values are joined with something; each is searched for once."""

    def __init__(self, content: bytes, path: str = "") -> None:
        self._source_text, self._path = content, path
        self._joined: dict[bytes, bool] = {}
        self._joined_lists: dict[bytes, bool] = {}

    def may_join(self, spans: Sequence[Span]) -> bool:
        """Return whether a key with its parts at `spans` may be a part of a longer one.

        Names between its parts are followed already.
        """
        start, end = spans[0]
        last_start, last_end = max(spans)
        assigned = self._find_assigned(start, last_end)
        names = assigned + list_listed(self._content, start, is_assigned=bool(assigned))
        find = self._source_text.find  # a variable may be far from what thousands of keys add
        is_list = self._content[:start].endswith((b'["', b"['"))
        is_joined = self._is_list_joined if is_list else self._is_joined
        if any(find(name, end, last_start) < 0 and is_joined(name) for name in names):
            return True
        if len(spans) > 1 and self._continues_after(last_end):
            return True
        last = max(spans)
        if adds_value(
            self._content, self._words, *last, path=self._path, is_joined=self._is_list_joined
        ):
            return True
        return bool(self._find_added(spans, assigned))

    def find_added(self, spans: Sequence[Span]) -> list[Span]:
        """Return the pieces that later statements add to a key."""
        return self._find_added(spans, self._find_assigned(spans[0][0], max(spans)[1]))

    def _find_added(self, spans: Sequence[Span], names: list[bytes]) -> list[Span]:
        return find_later_pieces(self._content, self._words, spans, names, self._path)

    def _continues_after(self, end: int) -> bool:
        """Return whether something is joined later to the name that is given a joined key.

        Its name may be that of its first part: `K=${K}…`.
        """
        line_start = self._content.rfind(b"\n", max(0, end - _MAX_AFTER), end) + 1
        found = _RESULT.match(self._content, line_start, end)
        if not found:
            return False
        places = self._words.find(found[1])
        first = bisect_right(places, end)
        return any(self._iterate_joins(found[1], places[first : first + _MAX_PLACES]))

    def find_rests(self, spans: Sequence[Span]) -> list[tuple[Span, ...]]:
        """Return where the rests of a key in literals are, as far as names tell, for each use."""
        names = [
            name
            for name in self._list_names(spans[0][0], spans[-1][1])
            if self._is_joined(name) and len(self._words.find(name)) <= _MAX_PLACES
        ]
        found = assemble.list_rests(self._source, spans, names) if names else []
        is_closed = self._content.startswith(_QUOTES, max(spans)[1])
        return [*assemble.list_next_rests(self._source, spans), *found] if is_closed else found

    @cached_property
    def _content(self) -> bytes:
        """The text with plain line ends, quotes and signs, as the code inside it has them."""
        return write_plainly(self._source_text)

    @cached_property
    def _words(self) -> WordIndex:
        return WordIndex(self._content)

    @cached_property
    def _has_macros(self) -> bool:
        return _DEFINE in self._content

    @cached_property
    def _joins_words(self) -> bool:
        return file_kinds.joins_words(self._path)

    @cached_property
    def _source(self) -> source.SourceText:
        return source.SourceText(self._content, self._path)

    def _find_assigned(self, start: int, end: int) -> list[bytes]:
        return find_names(self._content, start, end, self._set_forms)

    @cached_property
    def _set_forms(self) -> tuple[SetForm, ...]:
        return select_set_forms(self._content)

    def _list_names(self, start: int, end: int) -> list[bytes]:
        assigned = self._find_assigned(start, end)
        return assigned + list_listed(self._content, start, is_assigned=bool(assigned))

    def _is_joined(self, name: bytes) -> bool:
        if name not in self._joined:
            self._joined[name] = _PART.search(name) is not None  # also while it is searched for
            places = self._words.find(name)
            self._joined[name] |= len(places) > 1 and any(self._iterate_joins(name, places))
        return self._joined[name]

    def _is_list_joined(self, name: bytes) -> bool:
        """Return whether the items of a list are joined; an item that is added to it joins none."""
        if not self._is_joined(name):
            return False
        if name in self._joined_lists:
            return self._joined_lists[name]
        ends = (at + len(name) for at in self._words.find(name))
        places = [end - len(name) for end in ends if not _ITEM_ADDED.match(self._content, end)]
        is_joined = _PART.search(name) is not None or any(self._iterate_joins(name, places))
        self._joined_lists[name] = is_joined
        return is_joined

    def _iterate_joins(self, name: bytes, places: Sequence[int]) -> Iterator[bool]:
        """Yield for each of the places of a name whether something is joined to it there."""
        content = self._content
        is_macro = self._has_macros and any(content.endswith(_DEFINE, 0, at) for at in places)
        for at in places:
            end = at + len(name)
            if _ASSIGNED.match(content, end):  # as most places
                continue
            before = content[max(0, at - _MAX_BEFORE) : at]
            after = content[end : end + _MAX_AFTER]
            if (is_macro or self._joins_words) and not before.endswith(_DEFINE):
                yield _WORD.match(after) is not None
            yield _is_followed(before, after)
            alias = _ALIAS.search(before) if _ALIAS_END.match(after) else None
            yield alias is not None and self._is_joined(alias[1])


def _is_followed(before: bytes, after: bytes) -> bool:
    """Return whether an operator, a template, a list or a format joins a name with a value."""
    if _JOINED.match(after):
        return True
    head = before[-_MAX_OPENING:]
    found = _OPENING.search(head) if any(opening in head for opening in _CLOSINGS) else None
    opening = next(filter(None, found.groups())) if found else before[-1:]
    if opening in _INTERPOLATIONS and _INTERPOLATIONS[opening].match(after):
        return True
    line = before[before.rfind(b"\n") + 1 :]
    if _JOIN_BEFORE.search(line) and _ARGUMENTS_END.match(after):
        return True
    call = _JOINING_CALL.search(line) if b"(" in line else None
    if _COMMA.match(after):
        return bool(call or _JOINED_LIST.match(after)) or _fills_format(before)
    if _WHOLE_LIST.match(after) or (call and _WORD.match(after)):
        return True
    if not _LAST.match(after):
        return False
    return bool(call and after.startswith(_VALUES_END) and line.endswith(b"(")) or _fills_format(
        before
    )


def _fills_format(before: bytes) -> bool:
    has_placeholder = b"%" in before or b"}" in before
    return has_placeholder and _FORMAT.search(before) is not None
