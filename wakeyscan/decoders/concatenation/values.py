"""Values of variables: the only literal that is assigned to a name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate, pairwise

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation.assignments import read_value
from wakeyscan.decoders.concatenation.operators import LITERAL_PREFIX, QUOTE
from wakeyscan.decoders.concatenation.tuples import read_tuple_value
from wakeyscan.decoders.concatenation.words import WORD_CHARACTERS

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.variables import Variable
    from wakeyscan.decoders.concatenation.words import WordIndex
    from wakeyscan.decoders.decoder import Span

_NEAR = 4096
"""Bytes on either side of a use within which a name has one meaning, if it is assigned there."""

_TYPE = (
    rb"(?: [ \t]{0,4} (?: : | As [ ] )? [ \t]{0,4} [\w.<>\[\]&'*]{1,40} (?: \( \w{1,8} \) )? )?"
    rb" (?: \s? \{ [\s\w;]{1,40} \} )?"
)
"""Type annotation between a name and its value, and the accessors of a property."""
_LITERAL = LITERAL_PREFIX + QUOTE + rb" (?P<body> [A-Za-z0-9_-]+ ) " + QUOTE

# Texts after a name

_ASSIGNMENT = lazy_pattern(
    rb"(?x) [\"']? \]? "
    + _TYPE
    + rb" \s{0,8} (?: := | <- | [+.]?= (?! [=>~] ) (?P<sign>) ) \s{0,8}"
    rb" (?: (?: new [ ] )? [\w:]{0,16} (?i: string ) [\w:]{0,16} \( )? (?: " + _LITERAL + rb" )?"
)
_MACRO = lazy_pattern(rb"(?x) \s{1,64} (?: " + _LITERAL + rb" )?")
_DEFINED = lazy_pattern(rb"(?x) [\"'`]? (?: \s? , \s? | \s{1,16} | [({] )" + _LITERAL)
_OBJECT = lazy_pattern(
    rb"(?x) "
    + _TYPE
    + rb" \s{0,8} = \s{0,8} (?: array )? [{(\[] (?P<members> [^{}()\[\]]{0,1064} )"
)
_MEMBER = lazy_pattern(rb"(?x) [\"']? \s{0,8} (?: : | => ) \s{0,8}" + _LITERAL)

# Texts before a name

_DEFINE = b"#define "
_DEFINING = lazy_pattern(
    rb"(?x) (?: (?<! [\w.] ) @ | \b (?: def\w{0,12} | setq | set | const ) [ \t(]{1,4}"
    rb"   (?: \^:?\w{1,20} [ ] )? [\"'`]?"
    rb" | \( let \*? \s? \(? [\[(] [^\]]{0,300} | [sS]tring [ \t]{1,4} ) \Z"
)
"""A command, the bindings of Lisp, or a type whose constructor has the value."""
_MAX_DEFINING = 320


class _Assignment(NamedTuple):
    """A value that is given to a name."""

    at: int
    """Offset of the name."""
    value: Span | None
    """Bounds of the value; nothing if it is not a literal with characters of a key."""


_Read = Callable[[bytes, int, bytes], "_Assignment | None"]
"""Reads the assignment to a name at an offset of a text, if there is one."""


class _Values:
    """The values of a name in a text, by the offsets of its assignments."""

    def __init__(self, content: bytes, assignments: Iterable[_Assignment]) -> None:
        assignments = list(assignments)
        self._values = [assignment.value for assignment in assignments]
        self._places = [assignment.at for assignment in assignments]
        texts = [value and content[slice(*value)] for value in self._values]
        changes = (before != after for before, after in pairwise(texts))
        self._changes = list(accumulate(changes, initial=0))

    def count(self, low: int, high: int) -> int:
        """Return the number of assignments in `low:high`."""
        if not self._places:
            return 0  # as for most names
        return bisect_left(self._places, high) - bisect_left(self._places, low)

    def find_only(self, low: int, high: int) -> Span | None:
        """Return the value of all assignments in `low:high`; nothing if their values differ."""
        if not self._places:
            return None
        first, stop = bisect_left(self._places, low), bisect_left(self._places, high)
        if first == stop or self._changes[first] != self._changes[stop - 1]:
            return None
        return self._values[first]


class VariableValues:
    """The values of the variables in a text; the places of each name are read once."""

    def __init__(self, content: bytes, words: WordIndex) -> None:
        self._content, self._words = content, words
        self._values: dict[tuple[_Read, bytes], _Values] = {}
        self._members: dict[tuple[bytes, bytes], _Values] = {}
        self._objects: dict[bytes, list[Span]] = {}

    def find(self, variable: Variable, near: int) -> Span | None:
        """Return the bounds of the only literal that is assigned to a variable.

        If it is assigned near an offset, only these assignments count. Return nothing if they give
        several values, or a character that no key contains. The value of an expanded variable may
        be unquoted. The value of a member may be in an object literal, and that of a name that
        nothing else gives a value may be near, after a colon.
        """
        if not variable.name:
            return None
        literals = self._get_values(_read_literal, variable.name)
        for low, high in ((near - _NEAR, near + _NEAR), (0, len(self._content))):
            count = literals.count(low, high)
            if count and (value := literals.find_only(low, high)):
                return value
            if variable.is_expanded:
                in_maps = variable.is_template or variable.name.isupper()
                read = _read_with_maps if in_maps else _read_unquoted
                unquoted = self._get_values(read, variable.name)
                if unquoted.count(low, high) >= max(count, 1):
                    return unquoted.find_only(low, high)
            if count:
                return None
            if variable.owner and (members := self._get_members(variable)).count(low, high):
                return members.find_only(low, high)
        return self._get_values(_read_pair, variable.name).find_only(near - _NEAR, near + _NEAR)

    def is_macro(self, name: bytes) -> bool:
        """Return whether a `#define` gives a name its value."""
        return self._get_values(_read_macro, name).count(0, len(self._content)) > 0

    def _get_values(self, read: _Read, name: bytes) -> _Values:
        key = read, name
        if key not in self._values:
            found = (read(self._content, at, name) for at in self._words.find(name))
            self._values[key] = _Values(self._content, filter(None, found))
        return self._values[key]

    def _get_members(self, variable: Variable) -> _Values:
        key = variable.owner, variable.name
        if key not in self._members:
            self._members[key] = _Values(self._content, self._iterate_members(variable))
        return self._members[key]

    def _iterate_members(self, variable: Variable) -> Iterator[_Assignment]:
        for low, high in self._get_objects(variable.owner):
            for at in self._words.find_between(variable.name, low, high):
                found = _MEMBER.match(self._content, at + len(variable.name))
                if found and self._content[at - 1 : at] != b"$":
                    yield _Assignment(at, found.span("body"))
                    break

    def _get_objects(self, name: bytes) -> list[Span]:
        """Return the bounds of the members of each object literal that a name is given."""
        if name not in self._objects:
            found = (
                _OBJECT.match(self._content, at + len(name))
                for at in self._words.find(name)
                if self._content[at - 1 : at] not in (b"$", b".")
            )
            self._objects[name] = [item.span("members") for item in found if item]
        return self._objects[name]


def _read_literal(content: bytes, at: int, name: bytes) -> _Assignment | None:
    """Read an assignment, of a literal or of another expression."""
    if content[at - 1 : at] == b"$" and _is_name_end(content[max(0, at - 2) : at - 1]):
        return None
    if macro := _read_macro(content, at, name) or _read_defined(content, at, name):
        return macro
    if value := read_tuple_value(content, at, name):
        return _Assignment(at, value)
    found = _ASSIGNMENT.match(content, at + len(name))
    if not found or _is_repeated(content, found, name):
        return None
    return _Assignment(at, found.span("body") if found["body"] else None)


def _is_name_end(character: bytes) -> bool:
    return character in WORD_CHARACTERS or character == b"$"


def _is_repeated(content: bytes, found: re.Match[bytes], name: bytes) -> bool:
    """Return whether the name follows the sign of its assignment: `a = a + 1`, `a="${a}b"`."""
    start = found.end("sign")
    if start < 0:
        return False
    rest = content[start : start + len(name) + 8].lstrip(b" \"'$({")
    return rest.startswith(name) and not re.match(rb"\w", rest[len(name) :])


def _read_macro(content: bytes, at: int, name: bytes) -> _Assignment | None:
    if not content.endswith(_DEFINE, max(0, at - len(_DEFINE)), at):
        return None
    found = _MACRO.match(content, at + len(name))
    return _Assignment(at, found.span("body") if found["body"] else None) if found else None


def _read_defined(content: bytes, at: int, name: bytes) -> _Assignment | None:
    """Read a definition such as `define("NAME", "…")`, `@name "…"` or `(def name "…")`."""
    found = _DEFINED.match(content, at + len(name))
    if not found or not _DEFINING.search(content[max(0, at - _MAX_DEFINING) : at]):
        return None
    return _Assignment(at, found.span("body"))


def _read_pair(content: bytes, at: int, name: bytes) -> _Assignment | None:
    """Read a name and a literal with a colon between them, as in CUE and SCSS."""
    found = _MEMBER.match(content, at + len(name))
    return _Assignment(at, found.span("body")) if found else None


def _read_unquoted(content: bytes, at: int, name: bytes) -> _Assignment | None:
    """Read an assignment in a script or a configuration."""
    value = read_value(content, at, name, in_maps=False)
    return _Assignment(at, value) if value else None


def _read_with_maps(content: bytes, at: int, name: bytes) -> _Assignment | None:
    value = read_value(content, at, name, in_maps=True)
    return _Assignment(at, value) if value else None
