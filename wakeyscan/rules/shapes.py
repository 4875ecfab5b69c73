"""Joins the shapes of a rule, and inlines the definitions that they call.

This takes a millisecond for a rule of many shapes, so it is done when the rule is compiled.
"""

from __future__ import annotations

import re
from itertools import groupby

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.rules.rule import Rule, Shape

_OUTER_CALLS = lazy_pattern(
    r"\(\?x\)\s*(?:#[^\n]*\n\s*)*(\(\?&\w+\))(.*)(\(\?&\w+\))\s*", re.DOTALL
)
"""A verbose pattern that starts and ends with a call, after its comments."""


NEVER = "never"
"""Name of the definition of texts at which no shape matches."""


def list_patterns(rule: Rule) -> list[str]:
    """Return the pattern of each shape of a rule, or its one pattern, without calls."""
    if not rule.shapes and not rule.definitions:
        return [rule.pattern]
    patterns = [shape.pattern for shape in rule.shapes] or [rule.pattern]
    definitions = dict(rule.definitions)
    guard = _build_guard(definitions)
    return [guard + inline_definitions(pattern, definitions) for pattern in patterns]


def join_shapes(rule: Rule) -> str:
    """Return the pattern of a rule, in which neighbors share the calls at their start and end.

    It is a third as long, and compiles, loads and fails as much faster. No shape of the rule may
    have alternatives outside of a group: the calls would belong to one of them only.
    """
    groups = groupby(rule.shapes, key=lambda shape: _find_outer_calls(shape.pattern))
    joined = "|".join(_join_neighbors(list(group), calls, rule) for calls, group in groups)
    guard = _build_guard(dict(rule.definitions))
    return f"{guard}(?:{joined})" if guard else joined


def _build_guard(definitions: dict[str, str]) -> str:
    """Return the cheap rejection that is tried first: no shape matches where `never` does."""
    return (
        f"(?!{inline_definitions(definitions[NEVER], definitions)})" if NEVER in definitions else ""
    )


def _find_outer_calls(pattern: str) -> tuple[str, str] | None:
    """Return the calls that start and end a verbose pattern; `None` if it has not both."""
    match = _OUTER_CALLS.fullmatch(pattern)
    return (match[1], match[3]) if match else None


def _join_neighbors(shapes: list[Shape], calls: tuple[str, str] | None, rule: Rule) -> str:
    patterns = [shape.pattern for shape in shapes]
    if calls and len(shapes) > 1:
        inner = (_OUTER_CALLS.sub(r"(?: \2 \n)", pattern) for pattern in patterns)
        patterns = [f"(?x) {calls[0]} (?: {'|'.join(inner)} ) {calls[1]}"]
    definitions = dict(rule.definitions)
    return "|".join(inline_definitions(pattern, definitions) for pattern in patterns)


def inline_definitions(pattern: str, definitions: dict[str, str]) -> str:
    """Return a pattern as a group, with the definitions that it calls in the place of the calls.

    A definition may call those before it. Flags at the start of a pattern hold for its group, and
    for the definitions that it calls.
    """
    is_verbose = "x" in _split_flags(pattern)[0]
    text = _build_group(pattern, is_verbose)
    for name in reversed(definitions):
        call = f"(?&{name})"
        if call in text:
            text = text.replace(call, _build_group(definitions[name], is_verbose))
    return text


def _build_group(pattern: str, is_verbose: bool) -> str:
    flags, body = _split_flags(pattern)
    # A comment may end a verbose pattern.
    return f"(?{flags}:{body}\n)" if is_verbose or "x" in flags else f"(?{flags}:{body})"


def _split_flags(pattern: str) -> tuple[str, str]:
    """Return the letters of the flags `(?…)` at the start of a pattern, and the rest of it."""
    start, closed, body = pattern.partition(")")
    flags = start.removeprefix("(?")
    is_flags = closed and start.startswith("(?") and flags.isalpha()
    return (flags, body) if is_flags else ("", pattern)
