"""Writes a pattern's own groups out where they are called.

Patterns are read by people, who want to name the parts that come again: `(?(DEFINE)(?P<q>…))`, then
`(?&q)`. But `regex` takes six times as long for a call as for the same text in its place.
"""

from __future__ import annotations

import pickle
import re
import sys

import regex

from wakeyscan.core.errors import RuleError
from wakeyscan.rules.rule import Rule, SerializedPattern

_DEFINE = "(?(DEFINE)"
_CALL = r"\(\?&(\w+)\)"
_DEEPEST = 8
"""Calls within calls that are written out; what goes on, as a recursion does, is left as it is."""


def compile_rule(rule: Rule) -> regex.Pattern[bytes]:
    """Return the compiled pattern of a rule; raises `RuleError` if `regex` refuses it."""
    if rule.compiled and (pattern := deserialize_pattern(rule.compiled)):
        return pattern
    try:
        text = expand_pattern(rule.pattern) if rule.at_anchor else rule.pattern
        return regex.compile(text.encode())
    except regex.error as error:
        raise RuleError(f"the pattern is broken: {error}") from None


def expand_pattern(pattern: str) -> str:
    """Give the same pattern without calls; for patterns in verbose mode, `(?x)`."""
    start = pattern.find(_DEFINE)
    if start < 0:
        return pattern
    end = _closing(pattern, start)
    bodies = _bodies(pattern[start + len(_DEFINE) : end])
    text = pattern[:start] + pattern[end + 1 :]
    for _ in range(_DEEPEST):
        if not re.search(_CALL, text):
            return text
        text = re.sub(_CALL, lambda call: f"(?:{bodies[call[1]]})", text)
    return pattern


def _bodies(block: str) -> dict[str, str]:
    """Read the named groups of a DEFINE block."""
    bodies: dict[str, str] = {}
    at = block.find("(?P<")
    while at >= 0:
        end = _closing(block, at)
        name, _, body = block[at + len("(?P<") : end].partition(">")
        bodies[name] = body
        at = block.find("(?P<", end)
    return bodies


def _closing(pattern: str, start: int) -> int:
    """Find the parenthesis that closes the one at `start`; not in classes, escapes or comments."""
    depth = 0
    at = start
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif character == "[":
            at = _end_of_class(pattern, at)
        elif character == "#":
            at = pattern.index("\n", at)
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise ValueError("a group that is not closed")


def _end_of_class(pattern: str, start: int) -> int:
    at = start + (2 if pattern[start + 1] == "^" else 1)
    at += pattern[at] == "]"  # a bracket that comes first is one of the class
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at


MAKER = f"regex {regex.__version__} {sys.byteorder}"


def serialize_pattern(pattern: regex.Pattern[bytes]) -> SerializedPattern:
    """Give a pattern in a form that a later run can load."""
    return MAKER, pickle.dumps(pattern)


def deserialize_pattern(kept: SerializedPattern) -> regex.Pattern[bytes] | None:
    """Load a pattern of our own package; `None` where another `regex` made it."""
    maker, pickled = kept
    if maker != MAKER:
        return None
    pattern: regex.Pattern[bytes] = pickle.loads(pickled)  # noqa: S301 - from our own wheel
    return pattern
