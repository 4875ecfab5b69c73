"""Names of the lists, tuples and dictionaries that a literal is in."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern

_LISTED_BACKWARDS = lazy_pattern(
    rb"""(?x) ["'`]?
    (?: [\[({]{0,2} \s? =:? \s? (?: \]\w{0,8}\[ | \)\d{1,5}\( \w{1,20} [ ] )? | [({] )
    ( \w{1,61}+ (?: [$@]? [ ]? , [ ]? \w{1,61}+ ){0,8} )"""
)
"""A tuple, a list, a constructor, an assignment within a line: a forward search takes 5 ms."""
_MAX_LISTED = 120
"""Bytes before a literal that hold the start of such a text."""
_NAME = lazy_pattern(rb"\w+")
_ENTRY = lazy_pattern(
    rb"""(?x) (\w{1,61}) [ ]? :?= [ ]? \{ [^{}=\r\n]{0,100} ["'] \w{1,40} ["'] \s? : \s? ["'`] \Z"""
)
"""The start of a dictionary that a name is given, up to one of its values."""


def list_listed(content: bytes, start: int, *, is_assigned: bool) -> list[bytes]:
    """List the names that are given the list or the tuple that the literal at `start` is in.

    `is_assigned` states that the literal itself has a name.
    """
    before = content[max(0, start - _MAX_LISTED) : start]
    stripped = before.rstrip(b"\"'` \t")
    line = before[before.rfind(b"\n") + 1 :]
    is_listed = stripped.endswith((b"(", b"[", b"{"))
    if is_listed or (stripped.endswith(b"=") and (not is_assigned or b"," in line)):
        found = _LISTED_BACKWARDS.match(line[::-1])
        listed = _NAME.findall(found[1]) if found else []
        return [name[::-1] for name in reversed(listed)]
    if stripped.endswith(b":") and b"{" in line and (entry := _ENTRY.search(line)):
        return [entry[1]]
    return []
