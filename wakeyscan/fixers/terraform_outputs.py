"""Outputs of Terraform: one that shows a sensitive variable must be sensitive too."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Edit, NotFixable

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.fixer import Source

BLOCK_END = rb"(?:^\}|\}[ \t\r]*$)"
"""The end of a block, in a pattern that matches over several lines."""

_OUTPUT = re.compile(rb'(?ms)^[ \t]*output\s+"(?P<name>[^"]*)"\s*\{(?P<body>.*?)' + BLOCK_END)
_SENSITIVE = re.compile(rb"(?m)^[^\S\n]*sensitive\s*=\s*(\w+)")


def show_sensitive(source: Source, nodes: list[Node]) -> tuple[Edit, ...]:
    """Return the edit that makes the output around a key sensitive; raise `NotFixable`.

    `nodes` are those around the key, from the inside out. A local value is followed to the outputs
    of its module.
    """
    attributes = [node for node in nodes if node.type == "attribute"]
    blocks = {_read_name(node): node for node in nodes if node.type == "block"}
    if "output" in blocks and attributes:
        return _mark_output(source, blocks["output"], attributes[-1])
    if "locals" in blocks and attributes:
        _check_outputs((source.content, *source.neighbors(".tf")), _read_name(attributes[-1]))
    return ()


def _read_name(node: Node) -> str:
    return (node.children[0].text or b"").decode()


def _mark_output(source: Source, block: Node, value: Node) -> tuple[Edit, ...]:
    found = _SENSITIVE.search(block.text or b"")
    if found and found[1] == b"true":
        return ()
    line = source.content.rfind(b"\n", 0, value.start_byte) + 1
    indent = source.content[line : value.start_byte]
    if found or indent.strip():
        raise NotFixable("its output is not sensitive: write sensitive = true on a line of it")
    end = value.end_byte
    return (Edit(end, end, source.newline + indent + b"sensitive = true"),)


def _check_outputs(texts: Iterable[bytes], name: str) -> None:
    """Raise `NotFixable` if an output shows a local value, and is not sensitive."""
    texts = [*texts]
    names = _list_dependents(texts, name)
    uses = re.compile(rb"\blocal\.(?:" + b"|".join(map(re.escape, sorted(names))) + rb")\b")
    for text in texts:
        for output in _OUTPUT.finditer(text):
            mark = _SENSITIVE.search(output["body"])
            if uses.search(output["body"]) and not (mark and mark[1] == b"true"):
                shown = output["name"].decode()
                raise NotFixable(f"the output {shown} shows it: add sensitive = true there first")


def _list_dependents(texts: list[bytes], name: str) -> set[bytes]:
    """Return a local value and those whose lines use it, also through others."""
    names, pending = {name.encode()}, [name.encode()]
    while pending:
        uses = re.compile(
            rb"(?m)^[^\S\n]*([\w-]+)\s*=.*\blocal\." + re.escape(pending.pop()) + rb"\b"
        )
        added = {found[1] for text in texts for found in uses.finditer(text)} - names
        names |= added
        pending += added
    return names
