"""Literals that one statement assigns to several names: `a, b = "x", "y"`, `val (a, b) = …`.

The first name has the first literal, and so on. They are read in both directions, as assignments.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.operators import LITERAL_PREFIX, QUOTE

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span

_MAX_STATEMENT = 400
"""Bytes before a literal that hold the sign of its assignment."""
_MAX_NAMES = 160
"""Bytes before a name or a sign that hold the other names."""
_NAME = rb"[$@&*]? \w{1,60}+"
_NAME_BACKWARDS = rb"\w{1,60}+ [$@&*]?"
_ITEM = LITERAL_PREFIX + QUOTE + rb" [^\"'`\n]{0,160} " + QUOTE
_ASSIGNMENT = lazy_pattern(
    rb"(?x) (?P<open> [(\[{] \s{0,2} )? (?P<names> " + _NAME + rb" (?: \s? , \s{0,2} " + _NAME
    + rb" ){1,7} ) (?(open) \s{0,2} [)\]}] ) \s{0,8} :?= \s{0,8}"
    rb" (?: [\w.:]{0,24} [(\[{] )? \s{0,64}"
    rb" (?P<items> " + _ITEM + rb" (?: \s{0,16} (?: , | to ) \s{0,64} " + _ITEM + rb" ){1,7} )"
)  # fmt: skip
_BODY = lazy_pattern(rb"(?x)" + LITERAL_PREFIX + QUOTE + rb" (?P<body> [^\"'`\n]{0,160} ) " + QUOTE)
_KEY_TEXT = lazy_pattern(rb"[A-Za-z0-9_-]+\Z")
_OTHERS_BACKWARDS = rb" (?: \s{0,2} , \s? " + _NAME_BACKWARDS + rb" ){%d,7} (?: \s{0,2} [(\[{] )?"
_BEFORE_NAME = lazy_pattern(rb"(?x) [$@&*]? " + _OTHERS_BACKWARDS % 0)
_BEFORE_SIGN = lazy_pattern(
    rb"(?x) :? \s{0,8} (?: [)\]}] \s{0,2} )? " + _NAME_BACKWARDS + _OTHERS_BACKWARDS % 1
)
_STATEMENT_START = lazy_pattern(
    rb"(?x) (?: \A | [\n;{] ) [ \t]* (?: (?: const | let | local | my | var ) [ \t]+ )? \Z"
)


def find_tuple_name(content: bytes, start: int) -> bytes | None:
    """Return the name that a statement gives the literal at an offset, if it has several."""
    sign = content.rfind(b"=", max(0, start - _MAX_STATEMENT), start)
    if sign < 0:
        return None
    names = _BEFORE_SIGN.match(content[max(0, sign - _MAX_NAMES) : sign][::-1])
    if not names:
        return None
    values = _list_values(content, sign - names.end())
    return next((name for name, span in values if span[0] == start), None)


def read_tuple_value(content: bytes, at: int, name: bytes) -> Span | None:
    """Return the value that a statement with several names gives the name at an offset."""
    if not _is_listed(content, at, at + len(name)):
        return None  # as most names
    names = _BEFORE_NAME.match(content[max(0, at - _MAX_NAMES) : at][::-1])
    values = _list_values(content, at - (names.end() if names else 0))
    return next((span for other, span in values if other == name), None)


def _is_listed(content: bytes, at: int, end: int) -> bool:
    before, after = content[max(0, at - 4) : at], content[end : end + 2]
    if b"," not in before and b"," not in after:
        return False
    return before.rstrip(b" \t\n$@&*").endswith(b",") or after.lstrip().startswith(b",")


def _list_values(content: bytes, start: int) -> Iterator[tuple[bytes, Span]]:
    """Yield the names and the values of a statement whose first name, or bracket, is at `start`."""
    found = _ASSIGNMENT.match(content, start)
    if not found:
        return
    if not found["open"] and not _STATEMENT_START.search(content[max(0, start - 16) : start]):
        return
    names = (name.strip().lstrip(b"$@&*") for name in found["names"].split(b","))
    items = _BODY.finditer(content, *found.span("items"))
    for name, item in zip(names, items, strict=False):
        if _KEY_TEXT.match(item["body"]):
            yield name, item.span("body")
