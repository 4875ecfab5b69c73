"""Shell scripts inside of YAML: the steps of CI servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.fixers import shell
from wakeyscan.fixers.fixer import Edit, Leak, NotFixable, Source
from wakeyscan.fixers.yaml_nodes import Scalar, YamlText, read_scalar

if TYPE_CHECKING:
    from wakeyscan.fixers.yaml_nodes import Entry


def find_script(way: list[Entry], keys: frozenset[str]) -> int | None:
    """Return the index of the entry whose key is one of those of scripts, such as `run`."""
    for number, entry in reversed([*enumerate(way)]):
        if entry.key is not None:
            return number if entry.key.value in keys else None
    return None


def fix_script(text: YamlText, way: list[Entry], leak: Leak) -> tuple[Edit, ...]:
    """Return the edits of a script in a scalar; raise `NotFixable`."""
    scalar = read_scalar(text, way[-1].node)
    if not shell.parses(scalar.text):
        raise NotFixable("its script has a syntax error, or is not one for a shell")
    fix = shell.build_fix(Source("", scalar.text), scalar.map_leak(leak))
    edits = tuple(map(scalar.map_edit, fix.edits))
    if not scalar.style:
        _refuse_plain_text(edits, scalar)
    return edits


def _refuse_plain_text(edits: tuple[Edit, ...], scalar: Scalar) -> None:
    """Refuse an edit that would give a plain scalar another meaning in YAML."""
    for edit in edits:
        if edit.start == scalar.offsets[0]:
            raise NotFixable("the script would begin with a quote; write it as a block (|) first")
