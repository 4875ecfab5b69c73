"""Fixer for Terraform: a sensitive variable, which `TF_VAR_name` sets."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax, terraform_flow
from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_name,
    replace_in_prose,
    separate_words,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_VARIABLE = re.compile(rb"(?m)^[^\S\n]*variable\s+\"?([\w-]+)\"?\s*\{")
_BLOCK_END = re.compile(rb"(?m)^\}|\}[ \t\r]*$")

_DESTROY = re.compile(rb"(?m)^[^\S\n]*when\s*=\s*\"?destroy")
_SOURCE = re.compile(rb"(?m)^[^\S\n]*source\s*=\s*\"(\.\.?(?:/[^\"]*)?)\"")
_CALLED = "another module calls this one: declare a variable without a default, and pass it there"

_LITERALS = ("string_lit", "quoted_template")
_TEMPLATES = ("heredoc_template",)


def parses(content: bytes) -> bool:
    """Return whether the grammar of HCL can parse a content; raise `NotFixable` without it."""
    return not syntax.has_error(syntax.parse(terraform_flow.GRAMMAR, content))


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits that replace a key by a variable; raise `NotFixable`."""
    tree = syntax.parse(terraform_flow.GRAMMAR, source.content)
    nodes = [*syntax.list_ancestors(syntax.find_node(tree, leak.start, leak.start + 1))]
    if any(node.type == "comment" for node in nodes):
        return replace_in_prose(leak)
    literal = next((node for node in nodes if node.type in (*_LITERALS, *_TEMPLATES)), None)
    if literal is None or leak.is_split:
        raise NotFixable("it is not in one string")
    if literal.parent is not None and literal.parent.type == "block":
        raise NotFixable("it is the label of a block")
    attribute = next((node for node in nodes if node.type == "attribute"), None)
    if source.path.endswith(".tfvars"):
        return _remove_value(source, attribute, literal, leak)
    block = next((node for node in nodes if node.type == "block"), None)
    kind = _read_name(block) if block else ""
    if kind == "variable":
        return _remove_default(source, block, attribute, literal, leak)
    if kind == "backend":
        raise NotFixable("a backend cannot use variables; pass it with -backend-config")
    if reason := _refuse_constant(nodes, attribute) or _refuse_sensitive(nodes):
        raise NotFixable(reason)
    fix = _use_variable(source, literal, leak)
    return fix._replace(edits=(*fix.edits, *_show_sensitive(source, nodes)))


def _show_sensitive(source: Source, nodes: list[Node]) -> tuple[Edit, ...]:
    """Return the edit that makes the output around a key sensitive; raise `NotFixable`.

    `nodes` are those around the key, from the inside out.
    """
    numbers = [number for number, node in enumerate(nodes) if node.type == "block"]
    if not numbers or numbers[-1] < 2:
        return ()
    block, argument = nodes[numbers[-1]], nodes[numbers[-1] - 2]
    labels = terraform_flow.read_labels(block)
    if labels[0] == b"output":
        return terraform_flow.mark_output(source, block, argument)
    name = _read_name(argument).encode()
    terraform_flow.check_uses(source, terraform_flow.find_address(labels, name))
    return ()


def _refuse_constant(nodes: list[Node], attribute: Node | None) -> str:
    blocks = [_read_name(node) for node in nodes if node.type == "block"]
    if "terraform" in blocks:
        return "a terraform block cannot use variables"
    is_module = blocks[:1] == ["module"] and attribute is not None
    if is_module and attribute and _read_name(attribute) in ("source", "version"):
        return "the source and the version of a module must be constants"
    return ""


def _refuse_sensitive(nodes: list[Node]) -> str:
    """Return why a place cannot use a sensitive variable."""
    attributes = [_read_name(node) for node in nodes if node.type == "attribute"]
    if {"for_each", "count"} & {*attributes}:
        return f"`{attributes[-1]}` cannot use a sensitive variable; use a name in place of the key"
    blocks = [node for node in nodes if node.type == "block"]
    if any(_read_name(one) == "provisioner" and _DESTROY.search(one.text or b"") for one in blocks):
        return "a provisioner of a destruction cannot use variables; let its script read the key"
    return ""


def _read_name(node: Node) -> str:
    return (node.children[0].text or b"").decode()


def _format_note(name: str) -> str:
    return f"set the Terraform variable in the environment: export TF_VAR_{name}"


def _check_is_value(attribute: Node, literal: Node, leak: Leak) -> None:
    """Raise `NotFixable` if an attribute has other text or values too, which would be lost."""
    value = attribute.children[-1]
    is_value = (value.start_byte, value.end_byte) == (literal.start_byte, literal.end_byte)
    if not is_value or not leak.is_text((literal.text or b"").strip(b'"')):
        raise NotFixable(
            "it is only a part of the value: give it a variable of its own, and let Terraform "
            "combine the parts"
        )


def _remove_value(source: Source, attribute: Node | None, literal: Node, leak: Leak) -> Fix:
    """Return the fix for a file of values: the environment has the value instead."""
    if attribute is None:
        raise NotFixable("it is not the value of a variable")
    _check_is_value(attribute, literal, leak)
    name = _read_name(attribute)
    check_name(leak, name)
    comment = f"# {name} is set by the environment variable TF_VAR_{name}".encode()
    edit = Edit(attribute.start_byte, attribute.end_byte, comment)
    return Fix((edit,), (_format_note(name),), own_name=name)


def _remove_default(
    source: Source, block: Node | None, attribute: Node | None, literal: Node, leak: Leak
) -> Fix:
    """Return the fix for the default of a variable, which becomes sensitive."""
    if block is None or attribute is None or _read_name(attribute) != "default":
        raise NotFixable("it is in a variable, but not as its default; remove it")
    _check_is_value(attribute, literal, leak)
    name = (block.children[1].text or b"").decode().strip('"')
    check_name(leak, name)
    if _is_called(source):
        raise NotFixable(_CALLED)
    edit = Edit(attribute.start_byte, attribute.end_byte, b"sensitive = true")
    if re.search(rb"(?m)^[^\S\n]*sensitive\s*=", block.text or b""):
        start = source.content.rfind(b"\n", 0, attribute.start_byte) + 1
        end = source.content.find(b"\n", attribute.end_byte) + 1 or len(source.content)
        edit = Edit(start, end, b"")
    else:
        terraform_flow.check_uses(source, (b"var", name.encode()))
    return Fix((edit,), (_format_note(name),), own_name=name)


def _use_variable(source: Source, literal: Node, leak: Leak) -> Fix:
    name = leak.variable.lower()
    reference = b"var." + name.encode()
    if literal.type in _LITERALS and leak.is_text((literal.text or b"")[1:-1]):
        if _is_key(literal):
            reference = b"(" + reference + b")"
        edit = Edit(literal.start_byte, literal.end_byte, reference)
        edit = separate_words(source.content, edit)
    else:
        edit = Edit(leak.start, leak.end, b"${" + reference + b"}")
    declaration = _declare(source, name, leak)
    declared = name if declaration else ""
    return Fix((edit, *declaration), (_format_note(name),), declared=declared)


def _is_key(literal: Node) -> bool:
    """Return whether a literal is a key of an object, where a bare name would be the key itself."""
    key = next((n for n in syntax.list_ancestors(literal) if n.type == "object_elem"), None)
    return key is not None and key.start_byte == literal.start_byte


def _declare(source: Source, name: str, leak: Leak) -> tuple[Edit, ...]:
    """Return the edit that declares the variable, unless a file of the module does."""
    block = _map_declared((source.content, *source.neighbors(".tf"))).get(name.encode())
    if block is not None:
        _check_declared(block, name, leak)
        return ()
    if _is_called(source):
        raise NotFixable(_CALLED)
    lines = (
        f'variable "{name}" {{'.encode(),
        b"  type      = string",
        b"  sensitive = true",
        b"}",
        b"",
    )
    end, is_complete = len(source.content), source.content.endswith(b"\n")
    gap = source.newline * (1 if is_complete else 2)
    return (Edit(end, end, gap + source.newline.join(lines), is_joinable=is_complete),)


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_declared(texts: tuple[bytes, ...]) -> dict[bytes, bytes]:
    """Return the blocks of the variables that files declare."""
    declared: dict[bytes, bytes] = {}
    for text in texts:
        end = 0
        for found in _VARIABLE.finditer(text):
            last = _BLOCK_END.search(text, found.end()) if found.start() >= end else None
            if last:
                declared.setdefault(found[1], text[found.end() : last.start()])
                end = last.end()
    return declared


def _check_declared(block: bytes, name: str, leak: Leak) -> None:
    """Raise `NotFixable` if a declared variable is no string, or has another default."""
    kind = re.search(rb"(?m)^[^\S\n]*type\s*=\s*(.*?)\s*$", block)
    default = re.search(rb"(?m)^[^\S\n]*default\s*=\s*(.*?)\s*$", block)
    is_other = default is not None and not leak.is_text(default[1].strip(b'"'))
    if is_other or (kind is not None and kind[1] not in (b"string", b'"string"', b"any")):
        raise NotFixable(
            f"the module has a variable {name} with a default, or no string; rename that first"
        )


def _is_called(source: Source) -> bool:
    """Return whether a module of the repository calls the one of a file."""
    return (source.folder or ".") in _list_called(tuple(source.tracked(".tf")))


@lru_cache(maxsize=1)  # for all leaks of a run
def _list_called(files: tuple[tuple[str, bytes], ...]) -> frozenset[str]:
    """Return the folders of the modules that files call."""
    return frozenset(
        posixpath.normpath(posixpath.join(posixpath.dirname(path), found[1].decode()))
        for path, content in files
        for found in _SOURCE.finditer(content)
    )
