"""Names of values: what stands before a value and says what it is.

    a name          `NAME=`, `name: "`, `"name": "`, also where more of its text is between
    an option       `--name value`
    an element      `<name attribute="…">`, but for digits in the attributes
    a field         `"name": "…", "value": "`, `key="…" value="`, `<key>…</key><string>`
    a call          `name("`
    a literal       the one before it: `set("name", "`
    a definition    `#define NAME "`
    a comparison    `== "`

A function that joins texts names none of its arguments.
"""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.ends.series import is_next_name
from wakeyscan.scanner.ends.tags import is_inline

if TYPE_CHECKING:
    import re

_MAX_NAME = 160
"""Bytes before a value in which its name is."""

_TAG = rb"< (?P<element> [\w:.-]+ ) (?P<attributes> \s [^<>]* )? >"
_SIGN = rb"(?: => | := | [:=] )"
_OUTER_NAME = lazy_pattern(
    rb"""(?x) (?: (?P<name> [\w.-]+ ) \\*["'] \s* """
    + _SIGN
    + rb""" \s* \\*["'`] [^"'`]* | """
    + _TAG
    + rb""" [^<>]* ) \Z"""
)
"""A name before the start of the literal or the text that holds the value."""
_NAME = lazy_pattern(
    rb"""(?x) (?:
      (?P<name> [\w.-]+ ) \\*["'\])]{0,2} [ \t]* """
    + _SIGN
    + rb""" [ \t]* \\*["'`]? (?: \w+[ ] )?
    | (?<! \S ) (?P<option> --? [A-Za-z][\w-]* ) [ \t] ["'`]?
    | (?P<function> [\w.]+ ) [ ]? \( \s* \\*["'`]
    | ["'`] (?P<literal> [\w-]{1,60} ) \\*["'`] , \s* ["'`]? \\*["'`]
    | \# [ \t]* define [ \t]+ (?P<macro> \w+ ) [ \t]+ ["']?
    | (?P<comparison> [!=]= ) \s* ["'`]
    | """
    + _TAG
    + rb""" ) \Z"""
)
"""A name directly before the value."""
_FIELD = lazy_pattern(
    rb"""(?xi) \b (?: field | header | id | key | name | property | variable ) \W{1,8}
    ( [\w.:-]{1,60} ) (?: (?: \W{1,12} \w{1,20} \W{1,8} \w{1,20} ){0,2}
      \W{1,12} (?: data | default | val | value ) \W{1,8} (?: [a-z]+[ ] )?
    | </key> \s* <\w{1,20}> ) \Z"""
)
"""A name in another field of the same object, before the field of the value."""
_DIGITS = lazy_pattern(rb"[0-9]+")
_JOINING = lazy_pattern(
    rb"(?i)add|append|arr|buf|build|cat|concat|echo|emit|encode|extend|format|glue|insert|join|list|merge"
    rb"|pack|paste|plus|prefix|prepend|print|push|put|reduce|replace|seq|str\b|string|sum\b|text"
    rb"|tuple|vec|write|\A.{0,2}\Z"
)
"""A part of the name of a function that may join its arguments with other texts."""
_REST = lazy_pattern(
    rb"(?i)(?:\A|[\W_])(?:part|half|chunk|piece|segment|fragment|rest|tail|suffix|remainder)s?"
    rb"[\W_]?\w?\Z"
)
"""The end of a name that says that its value continues another one."""
_TAKES_SECRETS = lazy_pattern(
    rb"(?i)account|api|app|auth|client|conf|cred|gateway|init|key|log_?in|pass|provider|sdk"
    rb"|secret|service|session|set|sign|token|user"
)
"""A part of the name of a function that takes several secrets, such as a key and a password."""
_CALL_BEFORE = lazy_pattern(rb"(?P<new>\bnew )?(?:\w+\.)*+(?P<name>\w+) ?\((?:[^()]*,)?\s*[\"'`]\Z")
_NEXT_ARGUMENT = lazy_pattern(rb"[\"'`]\s*,\s*[\"'`]\Z")


def has_name(before: bytes) -> bool:
    """Return whether a name is before the value that follows a text."""
    return bool(_list_names(before))


def may_have_same_name(before: bytes, other: bytes) -> bool:
    """Return whether the value after the second text has a name of that after the first, or none.

    A value may have two names: an outer one names the text around it.
    """
    names = _list_names(other)
    return not names or any(may_be_same_name(own, names[-1]) for own in _list_names(before))


def may_be_same_name(one: bytes, other: bytes) -> bool:
    """Return whether two names are the same, or the second is the next one or that of a rest."""
    if one.lower() == other.lower() or is_next_name(one, other):
        return True
    return _REST.search(other) is not None


def _list_names(before: bytes) -> list[bytes]:
    """Return the names of the value that follows a text, the outer one first."""
    text = before[-_MAX_NAME:]
    if field := _FIELD.search(text):
        return [field[1]]
    found = filter(None, (_OUTER_NAME.search(text), _NAME.search(text)))
    return [name for name in map(_read_name, found) if name]


def _read_name(found: re.Match[bytes]) -> bytes:
    parts = found.groupdict()
    if element := parts["element"]:
        tag = element + (parts["attributes"] or b"")
        return b"" if is_inline(element) else _DIGITS.sub(b"", tag)
    if function := parts.get("function"):
        return b"" if _JOINING.search(function) else function
    return b"".join(filter(None, parts.values()))


def is_argument(before: bytes, between: bytes) -> bool:
    """Return whether a value is the next argument of a call that takes several secrets.

    `before` is the text up to the argument before it, `between` that from its end to the value.
    """
    if not _NEXT_ARGUMENT.fullmatch(between):
        return False
    call = _CALL_BEFORE.search(before[-_MAX_NAME:])
    if not call or _JOINING.search(call["name"]):
        return False
    return call["new"] is not None or _TAKES_SECRETS.search(call["name"]) is not None
