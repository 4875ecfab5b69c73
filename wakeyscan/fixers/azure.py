"""Fixer for Azure Pipelines: the macro `$(NAME)` of a secret variable."""

from __future__ import annotations

from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, replace_in_prose
from wakeyscan.fixers.yaml_nodes import find_scalar, parses_yaml, read_yaml

_EXPANDED = frozenset(("variables", "env", "inputs", "script", "bash", "pwsh", "powershell"))
"""Keys in whose values Azure expands macros; it does so before a script starts."""

parses = parses_yaml


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edit that replaces a key by a macro; raise `NotFixable`."""
    found = find_scalar(read_yaml(source.content), leak)
    if found is None:
        return replace_in_prose(leak)
    _, way = found
    if leak.is_split:
        raise NotFixable("it is in pieces; join them first")
    if not any(entry.key is not None and entry.key.value in _EXPANDED for entry in way):
        raise NotFixable("Azure expands no variables here; move it to variables: first")
    macro = b"$(" + leak.variable.encode() + b")"
    note = f"add {leak.variable} as a secret variable of the pipeline: Edit, Variables"
    return Fix((Edit(leak.start, leak.end, macro),), (note,))
