"""Fixer for the settings of Spring, Quarkus and Micronaut: `${NAME}`, in properties and in YAML."""

from __future__ import annotations

import re

from wakeyscan.fixers.compose import quote
from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_is_whole,
    replace_in_prose,
    replace_text,
)
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer

ANNOTATION = re.compile(rb"@(?:[\w.]+\.)?Value\(")
"""The start of an annotation whose text also has such look-ups."""

_VALUE = re.compile(rb"[ \t\f]*(?:[^\\:=\s]|\\.)+[ \t\f]*[:= \t]")
"""The name of a property, and what separates it from its value."""


def format_hole(variable: str) -> bytes:
    """Return the look-up of an environment variable inside of a text."""
    return b"${" + variable.encode() + b"}"


class PropertiesFixer:
    """The fixer of `application.properties`."""

    def parses(self, content: bytes) -> bool:
        """Return true: each line is a property."""
        return True

    def build_fix(self, source: Source, leak: Leak) -> Fix:
        """Return the edit that replaces a key by a look-up; raise `NotFixable`."""
        start = source.content.rfind(b"\n", 0, leak.start) + 1
        line = source.content[start : leak.end]
        if line.lstrip().startswith((b"#", b"!")):
            return replace_in_prose(leak)
        if source.content[:start].rstrip(b"\r\n").endswith(b"\\"):
            raise NotFixable("its property is on several lines; join them first")
        name = _VALUE.match(line)
        if name is None or start + name.end() > leak.start:
            raise NotFixable("it is in the name of a property; rename the property")
        return replace_text(leak, format_hole(leak.variable))._replace(notes=_list_notes(leak))


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    check_is_whole(leak)
    hole = quote(found.text, found.way, leak, format_hole(leak.variable))
    return Fix((Edit(leak.start, leak.end, hole),), _list_notes(leak))


def _list_notes(leak: Leak) -> tuple[str, ...]:
    return (f"set {leak.variable} in the environment of the application",)


PROPERTIES, YAML = PropertiesFixer(), YamlFixer(_fix_scalar)
"""The fixers of both formats."""
