"""Compiles rule patterns and inlines the groups that they call.

A pattern names its repeated parts, `(?(DEFINE)(?P<q>…))`, and calls them, `(?&q)`. `regex` takes
six times as long for a call as for the inlined text.
"""

from __future__ import annotations

import copyreg
import marshal
import os
import re
import sys
from types import ModuleType

from wakeyscan.core.errors import RuleError
from wakeyscan.core.lazy import lazy_import, load_module
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.shapes import join_shapes, list_patterns

if TYPE_CHECKING:
    import regex

    from wakeyscan.rules.rule import Rule, SerializedPattern
else:
    regex = lazy_import("regex")  # 9 ms; a wheel has the patterns of built-in rules compiled

_DEFINE = "(?(DEFINE)"
_CALL = r"\(\?&(\w+)\)"
_MAX_DEPTH = 8
"""Levels of nested calls to inline. A pattern with more, such as a recursion, is not changed."""

_ENGINE = "regex._regex"
"""The compiled half of `regex`; the other half parses patterns."""

TOO_NESTED = "the pattern is invalid: its groups are nested too deeply"

_MARSHAL_VERSION = 4
"""Readable by every Python since 3.4."""


def compile_rule(rule: Rule) -> regex.Pattern[bytes]:
    """Return the compiled pattern of a rule; raise `RuleError` if `regex` rejects it."""
    if rule.compiled and (pattern := deserialize_pattern(rule.compiled)):
        return pattern
    try:
        return regex.compile(_build_text(rule).encode())
    except regex.error as error:
        raise RuleError(f"the pattern is invalid: {error}") from None
    except RecursionError:
        raise RuleError(TOO_NESTED) from None


def _build_text(rule: Rule) -> str:
    if rule.at_anchor and rule.shapes:
        return join_shapes(rule)
    text = "|".join(list_patterns(rule))
    return expand_pattern(text) if rule.at_anchor else text


def expand_pattern(pattern: str) -> str:
    """Return an equivalent pattern without calls; it must be in verbose mode, `(?x)`."""
    start = pattern.find(_DEFINE)
    if start < 0:
        return pattern
    end = _find_closing(pattern, start)
    bodies = _parse_groups(pattern[start + len(_DEFINE) : end])
    text = pattern[:start] + pattern[end + 1 :]
    for _ in range(_MAX_DEPTH):
        if not re.search(_CALL, text):
            return text
        text = re.sub(_CALL, lambda call: f"(?:{bodies[call[1]]})", text)
    return pattern


def _parse_groups(block: str) -> dict[str, str]:
    """Return the named groups of a DEFINE block."""
    bodies: dict[str, str] = {}
    at = block.find("(?P<")
    while at >= 0:
        end = _find_closing(block, at)
        name, _, body = block[at + len("(?P<") : end].partition(">")
        bodies[name] = body
        at = block.find("(?P<", end)
    return bodies


def _find_closing(pattern: str, start: int) -> int:
    """Find the parenthesis that closes the one at `start`.

    Parentheses in classes, escapes and comments do not count.
    """
    depth = 0
    at = start
    while at < len(pattern):
        character = pattern[at]
        if character == "\\":
            at += 1
        elif character == "[":
            at = _find_class_end(pattern, at)
        elif character == "#":
            at = pattern.index("\n", at)
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise ValueError("a group is not closed")


def _find_class_end(pattern: str, start: int) -> int:
    at = start + (2 if pattern[start + 1] == "^" else 1)
    at += pattern[at] == "]"  # a leading bracket is a member of the class
    while pattern[at] != "]":
        at += 2 if pattern[at] == "\\" else 1
    return at


def serialize_pattern(pattern: regex.Pattern[bytes]) -> SerializedPattern:
    """Return a pattern in a form that a later run can load, with the same `regex` only."""
    arguments = copyreg.dispatch_table[type(pattern)](pattern)[1]  # as `pickle` does it
    return f"{regex.__version__} {sys.byteorder}", marshal.dumps(arguments, _MARSHAL_VERSION)


def deserialize_pattern(serialized: SerializedPattern) -> regex.Pattern[bytes] | None:
    """Load a pattern of the installed package; `None` if another `regex` compiled it."""
    version, arguments = serialized
    release, byteorder = version.split()
    if byteorder != sys.byteorder or not (engine := _load_engine(release)):
        return None
    pattern: regex.Pattern[bytes] = engine.compile(
        *marshal.loads(arguments)  # noqa: S302 - from our own wheel
    )
    return pattern


def _load_engine(release: str) -> ModuleType | None:
    """Return the engine of this release of `regex`; `None` if another one is installed."""
    if "regex" in sys.modules:
        return load_module(_ENGINE) if sys.modules["regex"].__version__ == release else None
    if _ENGINE in sys.modules:
        return sys.modules[_ENGINE]
    for folder in sys.path:
        if os.path.isdir(os.path.join(folder, f"regex-{release}.dist-info")):
            return _load_engine_alone(os.path.join(folder, "regex"))
    return None


def _load_engine_alone(folder: str) -> ModuleType:
    """Load only the engine: an empty package replaces its own during the import."""
    package = sys.modules["regex"] = ModuleType("regex")
    package.__path__ = [folder]
    try:
        return load_module(_ENGINE)
    finally:
        del sys.modules["regex"]
