"""Fixer for CircleCI, which passes the project's variables to every command."""

from __future__ import annotations

from wakeyscan.fixers.fixer import Fix, Leak, NotFixable, Source, replace_in_prose
from wakeyscan.fixers.shell_scalar import find_script, fix_script
from wakeyscan.fixers.yaml_nodes import find_scalar, parses_yaml, read_yaml

_SCRIPTS = frozenset(("run", "command"))

parses = parses_yaml


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits that replace a key by a variable of the project; raise `NotFixable`."""
    found = find_scalar(read_yaml(source.content), leak)
    if found is None:
        return replace_in_prose(leak)
    text, way = found
    if find_script(way, _SCRIPTS) is None:
        raise NotFixable("CircleCI expands no variables here; remove it, and add it to the project")
    note = f"add {leak.variable} to the project: Project Settings, Environment Variables"
    return Fix(fix_script(text, way, leak), (note,))
