"""Fixer for collections and environments of Postman: `{{NAME}}`."""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source
from wakeyscan.fixers.yaml_nodes import find_pair, find_scalar, parses_json, read_json_nodes

if TYPE_CHECKING:
    from wakeyscan.fixers.yaml_nodes import Entry

_LISTS = ("variable", "values")

parses = parses_json


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits that replace a key by a variable of Postman; raise `NotFixable`."""
    found = find_scalar(read_json_nodes(source.content), leak)
    if found is None or leak.is_split:
        raise NotFixable("it is not in one string")
    _, way = found
    if any(entry.key is not None and entry.key.value == "script" for entry in way):
        raise NotFixable(f'a script has no {{{{}}}}; use pm.variables.get("{leak.variable}")')
    note = f"set {leak.variable} as a secret variable in Postman, as its current value only"
    if _is_value_of_variable(way):
        return Fix((Edit(leak.start, leak.end, b""),), (note,))
    hole = b"{{" + leak.variable.encode() + b"}}"
    return Fix((Edit(leak.start, leak.end, hole),), (note,))


def _is_value_of_variable(way: list[Entry]) -> bool:
    """Return whether a scalar is the stored value of a variable, which others import."""
    names = [entry.key.value if entry.key is not None else "" for entry in way]
    is_value = names[-1] == "value" and names[-3:-2] and names[-3] in _LISTS
    return bool(is_value) and find_pair(way[-2].node, "key") is not None
