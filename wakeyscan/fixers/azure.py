"""Fixer for Azure Pipelines: the macro `$(NAME)` of a secret variable."""

from __future__ import annotations

from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, check_is_whole
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer

_EXPANDED = frozenset(("variables", "env", "inputs", "script", "bash", "pwsh", "powershell"))
"""Keys in whose values Azure expands macros; it does so before a script starts."""


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edit that replaces a key by a macro; raise `NotFixable`."""
    check_is_whole(leak)
    if not any(entry.key is not None and entry.key.value in _EXPANDED for entry in found.way):
        raise NotFixable("Azure expands no variables here; move it to variables: first")
    macro = b"$(" + leak.variable.encode() + b")"
    note = f"add {leak.variable} as a secret variable of the pipeline: Edit, Variables"
    return Fix((Edit(leak.start, leak.end, macro),), (note,))


FIXER = YamlFixer(_fix_scalar)
