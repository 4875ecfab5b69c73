"""The common part of fixers for formats in YAML: they differ in what they make of a scalar."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wakeyscan.fixers.fixer import Fix, Leak, Source, replace_in_prose
from wakeyscan.fixers.yaml_nodes import Entry, YamlText, find_scalar, read_yaml


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
