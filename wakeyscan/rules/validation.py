"""Validation of rule files: their fields, and the cost of their patterns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from wakeyscan.core.errors import RuleError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.severity import Severity
from wakeyscan.rules.rule import AFTER, BEFORE, TIMEOUT_SECONDS, Rule

if TYPE_CHECKING:
    from wakeyscan.rules import pattern as patterns
else:
    # In a checkout the fields of built-in rules are validated too, but `regex` takes 10 ms.
    patterns = lazy_import("wakeyscan.rules.pattern")

_STRINGS = ("title", "severity", "pattern", "help")
_LISTS = ("anchors", "hits", "misses")
_KNOWN = (*_STRINGS, *_LISTS, "verifier")
_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"

_MIN_EXAMPLES = 3
"""Minimum number of hits and of misses that a rule must have."""

_MIN_ANCHOR_SIZE = 4
"""Minimum number of characters of an anchor; a shorter one occurs too often to skip files."""

_FILLERS = (b" ", b"a", b"0", b"\t", b'"', b"\\", b"=", b"a ", b": ", b"-_", b"A1")


def check_fields(path: str, fields: dict[str, Any]) -> None:
    """Raise `RuleError` if the file name or a field of a rule is invalid."""
    rule_id = os.path.basename(path).removesuffix(".toml")
    if not rule_id or rule_id.strip(_ID_CHARACTERS):
        raise RuleError(f"{path}: invalid rule id; name the file with a-z, 0-9 and - only")
    if problem := next(_find_problems(fields), ""):
        raise RuleError(f"{path}: {problem}")


def _find_problems(fields: dict[str, Any]) -> Iterator[str]:
    for name in sorted(set(fields) - set(_KNOWN)):
        yield f"unknown field {name!r} (known: {', '.join(_KNOWN)})"
    for name in _STRINGS:
        if not _is_filled_string(fields.get(name)):
            yield f"{name!r}: expected a non-empty string"
    for name in _LISTS:
        if not _is_filled_list(fields.get(name)):
            yield f"{name!r}: expected a non-empty list of strings"
    yield from _find_bad_values(fields)


def _find_bad_values(fields: dict[str, Any]) -> Iterator[str]:
    for name in ("hits", "misses"):
        if (count := len(fields[name])) < _MIN_EXAMPLES:
            yield f"{name!r}: expected at least {_MIN_EXAMPLES} examples, got {count}"
    for anchor in fields["anchors"]:
        if len(anchor) < _MIN_ANCHOR_SIZE or not anchor.isascii():
            yield (
                f"'anchors': expected ASCII of at least {_MIN_ANCHOR_SIZE} characters, "
                f"got {anchor!r}"
            )
    if fields["severity"].upper() not in Severity.__members__:
        known = ", ".join(map(str, Severity))
        yield f"'severity': expected one of {known}, got {fields['severity']!r}"
    if not isinstance(fields.get("verifier", ""), str):
        yield "'verifier': expected a string"
    if "(?P<secret>" not in fields["pattern"]:
        yield "'pattern': has no group (?P<secret>…); put one around the secret"


def _is_filled_string(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_filled_list(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def check_pattern(path: str, rule: Rule) -> Rule:
    """Return a user's rule; raise `RuleError` if its pattern is invalid or too slow.

    A pattern that backtracks without bound, or matches empty text, would stall every scan.
    """
    try:
        pattern = patterns.compile_rule(rule)
    except RuleError as error:
        raise RuleError(f"{path}: {error}") from None
    if pattern.search(b""):
        raise RuleError(f"{path}: the pattern matches empty text; require at least one character")
    for text in build_junk(rule):
        try:
            for _ in pattern.finditer(text, timeout=TIMEOUT_SECONDS):
                pass
        except TimeoutError:
            raise RuleError(
                f"{path}: the pattern takes over {TIMEOUT_SECONDS:g} s on {len(text)} bytes of "
                "junk; bound its repetitions"
            ) from None
    return rule


def build_junk(rule: Rule) -> list[bytes]:
    """Return long repetitive texts, with and without anchors, that make a careless pattern slow."""
    size = BEFORE + AFTER
    junk = [filler * (size // len(filler)) for filler in _FILLERS]
    for anchor in rule.anchors:
        junk += [anchor * (size // len(anchor))]
        junk += [anchor + filler * (AFTER // len(filler)) for filler in _FILLERS]
        junk += [filler * (BEFORE // len(filler)) + anchor for filler in _FILLERS]
    return junk
