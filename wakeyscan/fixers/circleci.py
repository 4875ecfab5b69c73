"""Fixer for CircleCI, which passes the project's variables to every command."""

from __future__ import annotations

from wakeyscan.fixers.fixer import Fix, Leak, NotFixable
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer, find_script, fix_script

_SCRIPTS = frozenset(("run", "command"))


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a variable of the project; raise `NotFixable`."""
    _, text, way = found
    if find_script(way, _SCRIPTS) is None:
        raise NotFixable("CircleCI expands no variables here; remove it, and add it to the project")
    note = f"add {leak.variable} to the project: Project Settings, Environment Variables"
    return Fix(fix_script(text, way, leak), (note,))


FIXER = YamlFixer(_fix_scalar)
