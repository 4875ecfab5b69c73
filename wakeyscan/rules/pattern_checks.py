"""Checks of the patterns of a user's rules: a careless pattern would stall every scan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import regex

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.rules.pattern import TOO_NESTED
from wakeyscan.rules.rule import AFTER, BEFORE, TIMEOUT_SECONDS
from wakeyscan.rules.shapes import inline_definitions
from wakeyscan.rules.validation import list_shapes, name_shape

if TYPE_CHECKING:
    from typing import Any

_FILLERS = (b" ", b"a", b"0", b"\t", b'"', b"\\", b"=", b"a ", b": ", b"-_", b"A1")

_CALL = lazy_pattern(r"\(\?&(\w+)\)")

_NUMBER = lazy_pattern(r"(?<!\\)(?:\\\\)*(?:\\[1-9]|\(\?\([1-9])")
"""A reference to a group by its number; in a rule with shapes, other groups come before it."""


def find_faults(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each error in the patterns of a rule file.

    Fields of another type are skipped, since `validation` reports them.
    """
    definitions = fields.get("define", {})
    if not isinstance(definitions, dict) or not _are_strings(definitions.values()):
        return
    anchors = fields.get("anchors", ())
    junk = list(build_junk(anchors)) if _are_strings(anchors) else []
    if "shape" not in fields:
        yield from _find_faults_of(fields, definitions, junk)
    for number, shape in enumerate(list_shapes(fields), 1):
        for fault in _find_faults_of(shape, definitions, junk, is_shape=True):
            yield f"{name_shape(shape, number)}: {fault}"


def build_junk(anchors: Iterable[str]) -> Iterator[bytes]:
    """Yield long repetitive texts, with and without anchors, that make a careless pattern slow."""
    size = BEFORE + AFTER
    yield from (filler * (size // len(filler)) for filler in _FILLERS)
    for anchor in filter(None, (one.encode() for one in anchors)):
        yield anchor * (size // len(anchor))
        yield from (anchor + filler * (AFTER // len(filler)) for filler in _FILLERS)
        yield from (filler * (BEFORE // len(filler)) + anchor for filler in _FILLERS)


def _are_strings(values: object) -> bool:
    return isinstance(values, Iterable) and all(isinstance(value, str) for value in values)


def _find_faults_of(
    owner: Mapping[str, Any],
    definitions: dict[str, str],
    junk: Iterable[bytes],
    *,
    is_shape: bool = False,
) -> Iterator[str]:
    """Yield the errors in the pattern of a rule or of a shape."""
    source = owner.get("pattern")
    if not isinstance(source, str) or not source.strip():
        return
    if is_shape and _NUMBER.search(source):
        yield "the pattern refers to a group by its number; name the group: (?P<x>…) and (?P=x)"
    text = inline_definitions(source, definitions) if is_shape or definitions else source
    if unknown := [name for name in _CALL.findall(text) if f"(?P<{name}>" not in text]:
        names = ", ".join(dict.fromkeys(unknown))
        yield f"the pattern calls {names}; add it to 'define', before the definitions that call it"
        return
    try:
        pattern = regex.compile(text.encode())
    except regex.error as error:
        yield f"the pattern is invalid: {error}"
    except RecursionError:
        yield TOO_NESTED
    else:
        yield from _find_bad_matches(pattern, junk)


def _find_bad_matches(pattern: regex.Pattern[bytes], junk: Iterable[bytes]) -> Iterator[str]:
    """Report a pattern that matches empty text, or that backtracks without bound."""
    if pattern.search(b""):
        yield "the pattern matches empty text; require at least one character"
        return
    for text in junk:
        try:
            for _ in pattern.finditer(text, timeout=TIMEOUT_SECONDS):
                pass
        except TimeoutError:
            yield (
                f"the pattern takes over {TIMEOUT_SECONDS:g} s on {len(text)} bytes of "
                "junk; bound its repetitions"
            )
            return
