"""Turns the objects of sarif-om into plain ones, for JSON.

sarif-om brings no writer; its companion drops `level: warning` and needs seconds for thousands of
results, so the few lines below do it.
"""

from __future__ import annotations

from typing import Any

import attr

# An absent level would mean the rule's default one, not the schema's.
_ALWAYS = ("level", "suppressions", "version", "columnKind", "results")

_Fields = tuple[tuple[str, str, Any], ...]
"""Of a class: its attributes' names, their names in the schema, their defaults."""


def to_plain(node: Any, known: dict[Any, _Fields] | None = None) -> Any:
    """Give an object, or many, without nulls and defaults, with names as in the schema."""
    known = {} if known is None else known
    if isinstance(node, list | tuple):
        return [to_plain(item, known) for item in node]
    if isinstance(node, dict):
        return {name: to_plain(item, known) for name, item in node.items()}
    kind = type(node)
    if not attr.has(kind):
        return node
    if kind not in known:
        known[kind] = _fields(kind)
    values = ((name, getattr(node, own), default) for own, name, default in known[kind])
    return {
        name: to_plain(value, known)
        for name, value, default in values
        if value is not None and (name in _ALWAYS or value != default)
    }


def _fields(kind: Any) -> _Fields:
    listed = []
    for field in attr.fields(kind):
        name = field.metadata["schema_property_name"]
        made = getattr(field.default, "factory", None)
        # The final schema renamed this one after sarif-om was made.
        name = "status" if name == "state" else name
        listed.append((field.name, name, made() if made else field.default))
    return tuple(listed)
