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
from itertools import chain

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import Edit, NotFixable

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.fixer import Source

GRAMMAR = "tree_sitter_hcl:language"

Address = tuple[bytes, ...]
_Files = tuple[tuple[str, bytes], ...]
"""Paths and contents of the files of a repository."""

_REFERENCE = re.compile(rb"(?<![\w.-])(?=([A-Za-z_][\w-]*(?:\s*\.\s*[\w*-]+|\s*\[[^\[\]]*\])+))")
"""It ends before its match, so that one in the brackets of another is found too."""
_INDEX = re.compile(rb"\[[^\]]*\]|\.\s*(?:\*|\d+)(?![\w-])|\s")
_SHOWN = re.compile(rb"\bnonsensitive\([^()]*\)")
_SENSITIVE = re.compile(rb"(?m)^[^\S\n]*sensitive\s*=\s*(\w+)")
_MAX_CALLS = 8
_TOO_FAR = f"it goes through more than {_MAX_CALLS} modules, one in the other"
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
    def is_loop(self) -> bool:
        """Whether it repeats its block."""
        return self.name in _LOOPS and self.block != (b"locals",)

    @property
    def is_output(self) -> bool:
        """Whether it is the value of an output."""
        return (self.block[0], self.name) == (b"output", b"value")

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
    inputs: frozenset[Address]
    """The arguments of these calls."""


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
    mark = _find_mark(block)
    if mark == b"true":
        return ()
    line = source.content.rfind(b"\n", 0, value.start_byte) + 1
    indent = source.content[line : value.start_byte]
    if mark or indent.strip():
        raise NotFixable("its output is not sensitive: write sensitive = true on a line of it")
    end = value.end_byte
    return (Edit(end, end, source.newline + indent + b"sensitive = true"),)


@lru_cache(maxsize=1)  # for all leaks of an output
def _find_mark(block: Node) -> bytes:
    """Return whether an output says that it is sensitive: its word, or nothing."""
    found = _SENSITIVE.search(block.text or b"")
    return found[1] if found else b""


def check_uses(source: Source, address: Address) -> None:
    """Raise `NotFixable` if a loop uses a value, or an output shows it that is not sensitive."""
    texts = (source.content, *source.neighbors(".tf"))
    reasons = _judge(texts, tuple(source.tracked(".tf")), source.folder)
    if reason := reasons.get(address) or reasons.get(_find_whole(address)):
        raise NotFixable(reason)


def _find_whole(address: Address) -> Address:
    """Return what stands for the uses of the whole object that an address is a part of."""
    return (b"", *address[:-1])


@lru_cache(maxsize=1)  # for all leaks of a file
def _judge(texts: tuple[bytes, ...], files: _Files, folder: str) -> dict[Address, str]:
    """Return why values must not be sensitive, by their addresses.

    A reason is that of a loop or an output. It goes back to all values that reach it.
    """
    module = _read_module(texts)
    reasons: dict[Address, str] = {}
    origins: dict[Address, set[Address]] = {}
    for used, statements in module.uses.items():
        for statement in statements:
            origins.setdefault(statement.address, set()).update((used, (b"", *used)))
            if reason := _refuse_use(statement):
                reasons |= dict.fromkeys((used, (b"", *used)), reason)
    for address in module.inputs:
        for output in _enter(module, address, files, folder, reasons):
            origins.setdefault(output, set()).add(address)
    for address in frozenset((*module.uses, *origins, *chain.from_iterable(origins.values()))):
        origins.setdefault(_find_whole(address), set()).add(address)
    pending: list[Address] = [*reasons]
    while pending:
        address = pending.pop()
        added = origins.get(address, set()) - reasons.keys()
        reasons |= dict.fromkeys(added, reasons[address])
        pending += added
    return reasons


def _refuse_use(statement: Statement) -> str:
    """Return why a statement cannot use a sensitive value, or shows it; empty if it may."""
    if statement.is_loop:
        place = b".".join(statement.block).decode()
        return (
            f"`{statement.name.decode()}` of {place} uses it, and cannot use a sensitive variable; "
            "use a name in place of the key there first"
        )
    if statement.is_output and not statement.is_sensitive:
        return (
            f"the output {statement.block[-1].decode()} shows it: add sensitive = true there first"
        )
    return ""


def _enter(
    module: Module, address: Address, files: _Files, folder: str, reasons: dict[Address, str]
) -> Iterator[Address]:
    """Yield the outputs of a called module that show the value of an input, or add a reason."""
    path = module.sources.get(address[:-1]) if address[0] == b"module" else None
    if path is not None:
        called = posixpath.normpath(posixpath.join(folder, path))
        traced = _trace(files, called, address[-1], frozenset())
        if traced.reason:
            reasons[address] = traced.reason
        yield from ((*address[:-1], output) for output in traced.outputs)


class _Traced(NamedTuple):
    """Where the input of a module goes."""

    outputs: frozenset[bytes] = frozenset()
    reason: str = ""
    """Why a loop in it cannot use a sensitive value."""


@lru_cache(maxsize=256)  # for all leaks of a run
def _trace(files: _Files, folder: str, name: bytes, callers: frozenset[str]) -> _Traced:
    """Follow an input of a module; `callers` are the modules around it, which it may not call."""
    if folder in callers:
        return _Traced()
    if len(callers) == _MAX_CALLS:
        return _Traced(reason=_TOO_FAR)
    module = _read_module(tuple(text for one, text in files if _find_folder(one) == folder))
    outputs: set[bytes] = set()
    seen: set[Address] = {(b"var", name)}
    pending = [*seen]
    while pending:
        current = pending.pop()
        added: list[Address] = []
        for statement in (*module.uses.get(current, ()), *module.uses.get(current[:-1], ())):
            if statement.is_loop:
                return _Traced(reason=_refuse_use(statement))
            if statement.is_output:
                outputs.add(statement.block[-1])
            added.append(statement.address)
        path = module.sources.get(current[:-1]) if current[0] == b"module" else None
        if path is not None:
            called = posixpath.normpath(posixpath.join(folder, path))
            inner = _trace(files, called, current[-1], callers | {folder})
            if inner.reason:
                return inner
            added += ((*current[:-1], output) for output in inner.outputs)
        pending += {*added} - seen
        seen |= {*added}
    return _Traced(frozenset(outputs))


def _find_folder(path: str) -> str:
    return posixpath.dirname(path) or "."


@lru_cache(maxsize=8)  # for all leaks of a file, and the modules that it calls
def _read_module(texts: tuple[bytes, ...]) -> Module:
    uses: dict[Address, list[Statement]] = {}
    sources: dict[Address, str] = {}
    statements = [one for text in texts for one in _read_statements(text)]
    for statement in statements:
        if statement.block[0] == b"module" and statement.name == b"source":
            path = statement.text.partition(b"=")[2].strip().strip(b'"').decode()
            sources |= {statement.block: path} if path.startswith(".") else {}
        for address in {*_list_references(statement.text)}:
            uses.setdefault(address, []).append(statement)
    inputs = (one.address for one in statements if one.block in sources)
    return Module(uses, sources, frozenset(inputs))


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
