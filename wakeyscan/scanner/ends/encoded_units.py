"""Encoded text that goes on behind something else: blanks, quotes, a time stamp, a call.

A tool writes encoded text in lines; a person, a log or a program puts something between them. Then
the end of the first line looks like the end of the text.
"""

from __future__ import annotations

import re
from base64 import b64encode

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import is_same_but_digits
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.ends.text_end import ESCAPED_BREAK, KEY_PREFIX, TextEnd, find_last_line
from wakeyscan.scanner.ends.words import is_name

_LAST_RUN = lazy_pattern(rb"[A-Za-z0-9+/_-]{16,}\Z")
_JOINED_RUN = lazy_pattern(
    rb"""(?x) (?: ["'`)]+ [;\s]+ [\w.$]{1,30} (?: [ ]? [+.]= | \( ) | <[^<>\r\n]{0,60}> | """
    + ESCAPED_BREAK
    + rb"""| (?! @@ [ ] ) [^A-Za-z0-9+/=<:] ){1,80}
    (?P<run> [A-Za-z0-9+/_-]++ ={0,2} )"""
)
"""Another run after blanks, quotes, commas, operators, tags, or a statement that appends."""
_JOINED_CALL = lazy_pattern(
    rb"""(?x) ["'`] \s* \)+ \s* (?: \+ | \.{1,2} | & | \|\| | <> ) \s* [\w.:]+ \( \s* ["'`]
    (?P<run> [A-Za-z0-9+/_-]{2,}+ ={0,2} ) ["'`]"""
)
"""Another call that decodes, joined with the one that holds this text."""
_NEXT_LINE = lazy_pattern(rb"[^\r\n]{0,200}[\r\n]+")
_RUN = lazy_pattern(rb"[A-Za-z0-9+/_-]{4,}={0,2}")
_DIGITS = lazy_pattern(rb"[0-9A-Fa-f]*\Z")
_ENCODED_PREFIXES = (b64encode(KEY_PREFIX)[:10], KEY_PREFIX.hex().encode())

_LETTER = rb"(?:2[dD]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])"
"""The code of a letter of keys."""
_HEX = rb"[0-9A-Fa-f]{2}"
_NAMED = lazy_pattern(rb"\w\s*(?:(?<![-+.|~&*])=(?!=)|:\s)")
"""A name with another value."""
_REACH = 80


class _Unit(NamedTuple):
    """A way of writing one character of a text."""

    last: re.Pattern[bytes]
    following: re.Pattern[bytes]


def _build_unit(last: bytes, following: bytes) -> _Unit:
    between = rb"(?s)((?:(?!%b).){1,%d})" % (last, _REACH)
    return _Unit(lazy_pattern(last + rb"\Z"), lazy_pattern(between + following))


_UNITS = (
    _build_unit(rb"%" + _HEX, rb"%" + _LETTER),
    _build_unit(rb"=" + _HEX, rb"=" + _LETTER),
    _build_unit(rb"\\x" + _HEX, rb"\\x" + _LETTER),
    _build_unit(rb"\\u\{?0{0,4}" + _HEX + rb"\}?", rb"\\u\{?0{0,4}" + _LETTER),
    _build_unit(rb"\\[0-7]{2,3}", rb"\\[01]?[0-7]{2}"),
    _build_unit(rb"&#[xX]?[0-9A-Fa-f]{2,5};", rb"&#[xX]?[0-9A-Fa-f]{2,5};"),
    _build_unit(
        rb"(?:" + _HEX + rb"[ :,-]){4}" + _HEX,
        rb"(?:(?<![0-9A-Za-z])|(?<=\\[nr])|(?<=0[aA])|(?<=\[0m))"
        + _LETTER
        + rb"(?:[ :,-]"
        + _LETTER
        + rb"|(?![0-9A-Za-z]))",
    ),
)


def has_next_unit(end: TextEnd) -> bool:
    """Return whether another encoded letter follows that something separates from the last one."""
    for unit in _UNITS:
        if unit.last.search(end.before[-32:]):
            found = unit.following.match(end.after)
            return found is not None and not _NAMED.search(found[1])
    return False


def is_joined_with_call(end: TextEnd) -> bool:
    """Return whether code joins the call that decodes this text with another call."""
    found = _JOINED_CALL.match(end.after)
    return found is not None and not found["run"].startswith(_ENCODED_PREFIXES)


def has_next_run(end: TextEnd) -> bool:
    """Return whether another run of base64 or digits may be the next part of this one.

    Only separators are between them, or the same text precedes both; it may have other digits: the
    time of a log entry, a number.
    """
    run = _LAST_RUN.search(end.before)
    if not run:
        return False
    joined = _JOINED_RUN.match(end.after)
    if joined and _is_rest(joined["run"], run[0]):
        return True
    before = find_last_line(end.before[: run.start()])
    line_end = _NEXT_LINE.match(end.after)
    if not before.strip() or not line_end:
        return False
    following = end.after[line_end.end() :]
    if not is_same_but_digits(following[: len(before)], before):
        return False
    found = _RUN.match(following, len(before))
    return found is not None and not found[0].startswith(_ENCODED_PREFIXES)


def _is_rest(run: bytes, before: bytes) -> bool:
    """Return whether a run is no name, no number unless digits are before it, and no other key."""
    if run.startswith(_ENCODED_PREFIXES) or is_name(run):
        return False
    return not run.isdigit() or _DIGITS.match(before) is not None
