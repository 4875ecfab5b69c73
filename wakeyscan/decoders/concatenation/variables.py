"""Variables and constants that hold a part of a key: their names, and their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.decoders.concatenation.operators import CLOSING_QUOTE, LITERAL_PREFIX, QUOTE

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span

NAME = rb"[A-Za-z_][\w$]{0,60}"

_MAX_DECLARATION = 160
"""Maximum bytes before a literal that are searched for the name it is assigned to."""
_TYPE = rb"(?: [ \t]{0,4} :? [ \t]{0,4} [\w.<>\[\]&'*]{1,40} )?"
"""Type annotation between a name and its value."""
_LITERAL = LITERAL_PREFIX + QUOTE + rb" (?P<body> [A-Za-z0-9_-]+ ) " + QUOTE
_UNQUOTED_END = re.compile(rb"[ \t;]{0,8}(?:[\r\n]|\Z)")
_DECLARATION = re.compile(
    rb"(?x) (?: \#define [ \t]{1,16} (?P<macro> \w{1,60} ) [ \t]{1,64}"
    rb" | \b (?: define\( \s? [\"'] | set\( \s? ) (?P<constant> \w{1,60} ) (?: [\"'] \s? , )?"
    rb"   \s{0,8}"
    rb" | (?P<words> (?: [\w$.]{1,60} [ \t]{1,8} ){0,5} [\w$.]{1,60} ) [\"']? \]?"
    rb" (?: [ \t]{0,4} : [ \t]{0,4} [\w.<>\[\]&' ]{1,40} )?"
    rb" \s{0,8} (?: => | := | = | <- | : ) \s{0,8} (?: String::from\( | \+ )? )"
    rb" (?P<quote> " + LITERAL_PREFIX + QUOTE + rb" )? \Z"
)
_KEYWORDS = frozenset(
    b"const let var val final static private public protected internal readonly export local my our"
    b" def auto mut set type string String char str pub global declare byte bytes wchar_t".split()
)
"""Keywords and types, which are not names."""


class Variable(NamedTuple):
    """A variable or constant whose value is concatenated."""

    name: bytes
    owner: bytes = b""
    """Name of the object or class that it is a member of, if any."""
    is_expanded: bool = False
    """Whether a `$` expands it inside text, as in a shell."""


def find_names(content: bytes, start: int, end: int) -> list[bytes]:
    """Return the names that the literal at `start:end` may be assigned to.

    A name may precede its type (`P string`) or follow it (`string P`), so both words count.
    """
    found = _DECLARATION.search(content[max(0, start - _MAX_DECLARATION) : start])
    if not found or not (CLOSING_QUOTE if found["quote"] else _UNQUOTED_END).match(content, end):
        return []
    if name := found["macro"] or found["constant"]:
        return [name]
    words = [word.rpartition(b".")[2].lstrip(b"$") for word in found["words"].split()]
    return [word for word in words if word and word not in _KEYWORDS and not word.isdigit()]


def find_value(window: bytes, variable: Variable) -> Span | None:
    """Return the bounds of the only literal that is assigned to a variable.

    Return nothing if there are several assignments, or a character that no key contains. The value
    of an expanded variable may be unquoted. The value of a member may be in an object literal.
    """
    name = re.escape(variable.name)
    found = list(_build_assignment_pattern(name).finditer(window))
    if len(found) == 1 and found[0]["body"]:
        return found[0].span("body")
    unquoted = (
        _find_unquoted_value(window, name) if variable.is_expanded and len(found) < 2 else None
    )
    if unquoted or found or not variable.owner:
        return unquoted
    return _find_member_value(window, name, variable.owner)


def _build_assignment_pattern(name: bytes) -> re.Pattern[bytes]:
    return re.compile(
        rb"(?x) (?<! [\w$] ) \$? " + name + rb" [\"']? \]? (?:" + _TYPE + rb" \s{0,8}"
        rb" (?: := | [+.]?= (?! [=>~] | \s? " + name + rb"\b ) ) \s{0,8}"
        rb" | (?<= \#define[ ]" + name + rb") \s{1,64} ) (?: " + _LITERAL + rb" )?"
    )


def _find_unquoted_value(window: bytes, name: bytes) -> Span | None:
    """Return the only value of a name in a script or a makefile.

    YAML maps an upper-case name to its value for a script.
    """
    colon = rb"| : [ \t]{1,8}" if name.isupper() else b""
    assignment = re.compile(
        rb"(?mx) ^ [ \t-]* (?: (?: export | readonly | local | ARG | ENV | set ) [ \t]{1,4} )? "
        + name + rb" (?: [ \t]{0,8} [:?]?= [ \t]{0,8} " + colon + rb") (?P<quote> [\"']? )"
        rb" (?P<body> (?= [A-Za-z_-]* [0-9] ) [A-Za-z0-9_-]+ ) (?P=quote) [ \t]* (?: \r?$ )"
    )  # fmt: skip
    return _find_only_body(assignment, window)


def _find_member_value(window: bytes, name: bytes, owner: bytes) -> Span | None:
    """Return the only value of a member in `const OWNER = {…}` without nested objects."""
    assignment = re.compile(
        rb"(?x) (?<! [\w$.] ) " + re.escape(owner) + _TYPE + rb" \s{0,8} = \s{0,8}"
        rb" \{ [^{}]{0,1000}? (?<! [\w$] ) [\"']? " + name + rb" [\"']? \s{0,8} : \s{0,8}"
        + _LITERAL
    )  # fmt: skip
    return _find_only_body(assignment, window)


def _find_only_body(pattern: re.Pattern[bytes], window: bytes) -> Span | None:
    found = list(pattern.finditer(window))
    return found[0].span("body") if len(found) == 1 else None
