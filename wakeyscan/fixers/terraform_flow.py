"""Where a sensitive value of Terraform goes: outputs and loops must not show it.

An address names what may hold the value: a variable, a local value, an attribute of a resource or
an output of a module. A value is followed from one to the other, and into modules of the
repository.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import Edit, NotFixable

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.fixer import Source

GRAMMAR = "tree_sitter_hcl:language"

Address = tuple[bytes, ...]

_REFERENCE = re.compile(rb"(?<![\w.-])(?=([A-Za-z_][\w-]*(?:\s*\.\s*[\w*-]+|\s*\[[^\[\]]*\])+))")
"""It ends before its match, so that one in the brackets of another is found too."""
_INDEX = re.compile(rb"\[[^\]]*\]|\.\s*(?:\*|\d+)(?![\w-])|\s")
_SHOWN = re.compile(rb"\bnonsensitive\([^()]*\)")
_SENSITIVE = re.compile(rb"(?m)^[^\S\n]*sensitive\s*=\s*(\w+)")
_LOOPS = (b"for_each", b"count")
_NO_VALUES = (b"depends_on", b"lifecycle", b"providers")
"""Arguments that name objects, and use no value of them."""


class Statement(NamedTuple):
    """An argument at the top level of a block, with all that is in it, or a loop."""

    block: Address
    """The type of the block, and its labels."""
    name: bytes
    text: bytes
    is_sensitive: bool
    """Whether its block is an output that may show a sensitive value."""

    @property
    def address(self) -> Address:
        """What others name to use its value."""
        return find_address(self.block, self.name)


class Module(NamedTuple):
    """The files of a folder."""

    uses: dict[Address, list[Statement]]
    """The statements that use an address, or the whole object that it is a part of."""
    sources: dict[Address, str]
    """Where the modules are that it calls."""


def find_address(block: Address, name: bytes) -> Address:
    """Return what names the value of an argument; of an argument of a module, it is an input."""
    match block[0]:
        case b"locals":
            return (b"local", name)
        case b"resource":
            return (*block[1:], name)
        case b"variable":
            return (b"var", *block[1:])
        case _:
            return (*block, name)


def mark_output(source: Source, block: Node, value: Node) -> tuple[Edit, ...]:
    """Return the edit that makes an output sensitive; raise `NotFixable`."""
    found = _SENSITIVE.search(block.text or b"")
    if found and found[1] == b"true":
        return ()
    line = source.content.rfind(b"\n", 0, value.start_byte) + 1
    indent = source.content[line : value.start_byte]
    if found or indent.strip():
        raise NotFixable("its output is not sensitive: write sensitive = true on a line of it")
    end = value.end_byte
    return (Edit(end, end, source.newline + indent + b"sensitive = true"),)


def check_uses(source: Source, address: Address) -> None:
    """Raise `NotFixable` if a loop uses a value, or an output shows it that is not sensitive."""
    module = _read_module((source.content, *source.neighbors(".tf")))
    for output in _follow(module, address, source, source.folder, frozenset()):
        if not output.is_sensitive:
            shown = output.block[-1].decode()
            raise NotFixable(f"the output {shown} shows it: add sensitive = true there first")


def _follow(
    module: Module, address: Address, source: Source, folder: str, callers: frozenset[str]
) -> Iterator[Statement]:
    """Yield the outputs that show the value of an address; raise `NotFixable` for a loop."""
    seen, pending = {address}, [address]
    while pending:
        current = pending.pop()
        added = [*_enter(module, current, source, folder, callers)]
        for statement in (*module.uses.get(current, ()), *module.uses.get(current[:-1], ())):
            if statement.name in _LOOPS and statement.block != (b"locals",):
                _refuse_loop(statement)
            if (statement.block[0], statement.name) == (b"output", b"value"):
                yield statement
            added.append(statement.address)
        pending += {*added} - seen
        seen |= {*added}


def _refuse_loop(loop: Statement) -> None:
    place = b".".join(loop.block).decode()
    raise NotFixable(
        f"`{loop.name.decode()}` of {place} uses it, and cannot use a sensitive variable; "
        "use a name in place of the key there first"
    )


def _enter(
    module: Module, address: Address, source: Source, folder: str, callers: frozenset[str]
) -> Iterator[Address]:
    """Yield the outputs of a called module that show the value of an input."""
    path = module.sources.get(address[:-1]) if address[0] == b"module" else None
    if path is None:
        return
    called = posixpath.normpath(posixpath.join(folder, path))
    files = source.tracked(".tf")
    texts = tuple(text for one, text in files if (posixpath.dirname(one) or ".") == called)
    if called not in callers:
        inner = _follow(
            _read_module(texts), (b"var", address[-1]), source, called, callers | {called}
        )
        yield from ((*address[:-1], output.block[-1]) for output in inner)


@lru_cache(maxsize=8)  # for all leaks of a file, and the modules that it calls
def _read_module(texts: tuple[bytes, ...]) -> Module:
    uses: dict[Address, list[Statement]] = {}
    sources: dict[Address, str] = {}
    for statement in (one for text in texts for one in _read_statements(text)):
        if statement.block[0] == b"module" and statement.name == b"source":
            path = statement.text.partition(b"=")[2].strip().strip(b'"').decode()
            sources |= {statement.block: path} if path.startswith(".") else {}
        for address in {*_list_references(statement.text)}:
            uses.setdefault(address, []).append(statement)
    return Module(uses, sources)


def _list_references(text: bytes) -> Iterator[Address]:
    """Yield the addresses in a text, also in its templates."""
    for found in _REFERENCE.finditer(_SHOWN.sub(b"", text)):
        parts = tuple(_INDEX.sub(b"", found[1]).split(b"."))
        length = {b"var": 2, b"local": 2, b"data": 4}.get(parts[0], 3)
        yield parts[:length]


def _read_statements(content: bytes) -> Iterator[Statement]:
    """Yield the statements of a file, and each loop on its own too."""
    for block in _list_members(syntax.parse(GRAMMAR, content).root_node, ("block",)):
        labels = read_labels(block)
        sensitive = _SENSITIVE.search(block.text or b"")
        is_sensitive = sensitive is not None and sensitive[1] == b"true"
        members = [*_list_members(block, ("attribute", "block"))]
        loops = [node for member in members for node in _list_loops(member)]
        for node in (*members, *loops):
            name = (node.children[0].text or b"") if node.children else b""
            if name not in _NO_VALUES:
                yield Statement(labels, name, node.text or b"", is_sensitive)


def _list_members(node: Node, types: Iterable[str]) -> Iterator[Node]:
    bodies = (child for child in node.children if child.type == "body")
    yield from (member for body in bodies for member in body.children if member.type in types)


def _list_loops(member: Node) -> Iterator[Node]:
    if member.type == "block":
        for inner in _list_members(member, ("attribute", "block")):
            yield from _list_loops(inner)
            if inner.type == "attribute" and inner.children[0].text in _LOOPS:
                yield inner


def read_labels(block: Node) -> Address:
    """Return the type of a block and its labels."""
    labels = (one for one in block.children if one.type in ("identifier", "string_lit"))
    return tuple((one.text or b"").strip(b'"') for one in labels)
