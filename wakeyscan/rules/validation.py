"""Validation of the fields of rule files. Every error is reported, not only the first."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from wakeyscan.core.severity import Severity
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TypeGuard

_STRINGS = ("title", "severity", "help")
_EXAMPLES = ("hits", "misses")
_KNOWN = (*_STRINGS, "anchors", "pattern", "shape", "define", *_EXAMPLES, "verifier", "portable")
_PORTABLE = ("after", "before", "secret")
_SHAPE_STRINGS = ("name", "pattern")
_KNOWN_IN_SHAPE = (*_SHAPE_STRINGS, *_EXAMPLES)
_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789-"

_MIN_EXAMPLES = 3
"""Minimum number of hits and of misses that a rule must have, with those of its shapes."""

_MIN_ANCHOR_SIZE = 4
"""Minimum number of characters of an anchor; a shorter one occurs too often to skip files."""

_MAX_ANCHORS = 100
"""Maximum number of anchors of a rule: each takes 4 ms of a file that has one."""

_NO_STRING = "expected a non-empty string"
_NO_LIST = "expected a non-empty list of strings"


def find_faults(path: str, fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each error in the file name and the fields of a rule."""
    rule_id = os.path.basename(path).removesuffix(".toml")
    if not rule_id or rule_id.strip(_ID_CHARACTERS):
        yield "invalid rule id; name the file with a-z, 0-9 and - only"
    yield from _find_unknown(fields, _KNOWN)
    yield from _find_bad_strings(fields, _STRINGS)
    yield from _find_bad_severity(fields.get("severity"))
    if not isinstance(fields.get("verifier", ""), str):
        yield "'verifier': expected a string"
    yield from _find_bad_portable(fields.get("portable"))
    yield from _find_bad_anchors(fields.get("anchors"))
    yield from _find_bad_definitions(fields.get("define", {}))
    if "shape" in fields:
        yield from _find_bad_shapes(fields)
    else:
        yield from _find_bad_strings(fields, ("pattern",))
        yield from _find_missing_group(fields.get("pattern"), fields)
        yield from _find_bad_lists(fields, _EXAMPLES)
    yield from _find_few_examples(fields)


def _find_bad_portable(table: object) -> Iterator[str]:
    if table is None:
        return
    if not isinstance(table, dict) or sorted(table) != [*_PORTABLE]:
        yield "'portable': expected a table with 'before', 'secret' and 'after'"
    elif not all(isinstance(part, str) for part in table.values()) or not table["secret"]:
        yield "'portable': expected three strings; 'secret' must not be empty"


def list_shapes(fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the tables under `shape`, without those of another type."""
    shapes = fields.get("shape")
    return [one for one in shapes if isinstance(one, dict)] if isinstance(shapes, list) else []


def name_shape(shape: Mapping[str, Any], number: int) -> str:
    """Return how messages name a shape: by its name or, if it has none, by its number."""
    return f"shape {shape.get('name') or number}"


def _find_unknown(fields: Mapping[str, Any], known: Iterable[str]) -> Iterator[str]:
    for name in sorted(set(fields) - set(known)):
        yield f"unknown field {name!r} (known: {', '.join(known)})"


def _find_bad_strings(fields: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not isinstance(text := fields.get(name), str) or not text.strip():
            yield f"{name!r}: {_NO_STRING}"


def _find_bad_lists(fields: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if not _is_filled_list(fields.get(name)):
            yield f"{name!r}: {_NO_LIST}"


def _find_bad_severity(severity: object) -> Iterator[str]:
    is_filled = isinstance(severity, str) and severity.strip()
    if is_filled and str(severity).upper() not in Severity.__members__:
        known = ", ".join(map(str, Severity))
        yield f"'severity': expected one of {known}, got {severity!r}"


def _find_bad_anchors(anchors: object) -> Iterator[str]:
    if not _is_filled_list(anchors):
        yield f"'anchors': {_NO_LIST}"
        return
    if len(anchors) > _MAX_ANCHORS:
        yield f"'anchors': more than {_MAX_ANCHORS}; use a common part of them, or several rules"
    for anchor in anchors:
        if len(anchor) < _MIN_ANCHOR_SIZE or not anchor.isascii():
            yield (
                f"'anchors': expected ASCII of at least {_MIN_ANCHOR_SIZE} characters, "
                f"got {anchor!r}"
            )


def _find_bad_definitions(definitions: object) -> Iterator[str]:
    if not isinstance(definitions, dict):
        yield "'define': expected a table of patterns"
        return
    for name, pattern in definitions.items():
        if not name.isidentifier() or not name.isascii():
            yield f"'define': expected a name of letters, digits and _, got {name!r}"
        if not isinstance(pattern, str) or not pattern.strip():
            yield f"'define': {name!r}: {_NO_STRING}"


def _find_bad_shapes(fields: Mapping[str, Any]) -> Iterator[str]:
    if "pattern" in fields:
        yield "'pattern': a rule has one pattern or shapes, not both; make it a shape"
    shapes, tables = fields["shape"], list_shapes(fields)
    if not tables or len(tables) < len(shapes):
        yield "'shape': expected a non-empty list of tables, [[shape]]"
    yield from _find_bad_lists(fields, [name for name in _EXAMPLES if name in fields])
    names = Counter(str(one["name"]) for one in tables if "name" in one)
    yield from (f"shape {name}: defined twice; rename one" for name in names if names[name] > 1)
    for number, shape in enumerate(tables, 1):
        for fault in _find_faults_of_shape(shape, fields):
            yield f"{name_shape(shape, number)}: {fault}"


def _find_faults_of_shape(shape: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    yield from _find_unknown(shape, _KNOWN_IN_SHAPE)
    yield from _find_bad_strings(shape, _SHAPE_STRINGS)
    yield from _find_missing_group(shape.get("pattern"), fields)
    yield from _find_bad_lists(shape, _EXAMPLES)


def _find_missing_group(pattern: object, fields: Mapping[str, Any]) -> Iterator[str]:
    """Report a pattern without a group `secret`, which may also be in a definition."""
    if isinstance(pattern, str) and pattern.strip():
        definitions = fields.get("define")
        called = definitions.values() if isinstance(definitions, dict) else ()
        if not any("(?P<secret>" in str(text) for text in (pattern, *called)):
            yield "'pattern': has no group (?P<secret>…); put one around the secret"


def _find_few_examples(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in _EXAMPLES:
        lists = [one[name] for one in (fields, *list_shapes(fields)) if name in one]
        count = sum(map(len, filter(_is_filled_list, lists)))
        if lists and 0 < count < _MIN_EXAMPLES:
            yield f"{name!r}: expected at least {_MIN_EXAMPLES} examples, got {count}"


def _is_filled_list(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
