"""The common part of fixers for formats in YAML, and the shell scripts that some of them hold.

The formats differ in what they make of a scalar.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import powershell, shell
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, replace_in_prose
from wakeyscan.fixers.yaml_nodes import Entry, Scalar, YamlText, find_scalar, read_scalar, read_yaml

if TYPE_CHECKING:
    from wakeyscan.fixers.fixer import Fixer

_SHELL = re.compile(
    r"(?:#! *)?(?:/usr/bin/env +)?(?:\S*[/\\])?"
    r"(?:(?P<posix>(?:ba|da|a|k|z|)sh)|pwsh|powershell)(?:\.exe)?(?:\s|$)",
    re.IGNORECASE,
)


class FoundScalar(NamedTuple):
    """The scalar around a leak."""

    source: Source
    text: YamlText
    way: list[Entry]
    """The nodes from the root of the document down to the scalar."""


class YamlFixer(NamedTuple):
    """The fixer of a format in YAML. A leak outside of scalars, as in a comment, is in prose."""

    fix_scalar: Callable[[FoundScalar, Leak], Fix]
    """Returns the edits that remove a leak from a scalar; raises `NotFixable`."""

    def parses(self, content: bytes) -> bool:
        """Return whether a content is valid YAML."""
        return read_yaml(content) is not None

    def build_fix(self, source: Source, leak: Leak) -> Fix:
        """Return the edits that remove a leak; raise `NotFixable` with the reason."""
        found = find_scalar(read_yaml(source.content), leak)
        return (
            self.fix_scalar(FoundScalar(source, *found), leak) if found else replace_in_prose(leak)
        )


def find_script(way: list[Entry], keys: frozenset[str]) -> int | None:
    """Return the index of the entry whose key is one of those of scripts, such as `run`."""
    for number, entry in reversed([*enumerate(way)]):
        if entry.key is not None:
            return number if entry.key.value in keys else None
    return None


def fix_script(text: YamlText, way: list[Entry], leak: Leak, command: str = "sh") -> Fix:
    """Return the fix of a script in a scalar, which a command runs; raise `NotFixable`."""
    scalar = read_scalar(text, way[-1].node)
    fixer = _find_shell(command)
    if not fixer.parses(scalar.text):
        raise NotFixable("its script has a syntax error, or is not one for a shell")
    fix = fixer.build_fix(Source("", scalar.text), scalar.map_leak(leak))
    edits = tuple(map(scalar.map_edit, fix.edits))
    if not scalar.style:
        _refuse_plain_text(edits, scalar)
    return fix._replace(edits=edits)


def _find_shell(command: str) -> Fixer:
    """Return the fixer of the shell that a command starts; raise `NotFixable` for another one."""
    found = _SHELL.match(command)
    if found is None:
        raise NotFixable(
            "its script is for another shell; read the variable there as that shell does"
        )
    return shell if found["posix"] else powershell.FIXER


def _refuse_plain_text(edits: tuple[Edit, ...], scalar: Scalar) -> None:
    """Refuse an edit that would give a plain scalar another meaning in YAML."""
    for edit in edits:
        if edit.start == scalar.offsets[0]:
            raise NotFixable("the script would begin with a quote; write it as a block (|) first")
