"""Fixer for Dockerfiles: a build secret, or a variable at run time; never `ENV` or `ARG`."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import shell, syntax
from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_name,
    replace_in_prose,
)

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_GRAMMAR = "tree_sitter_containerfile:language"

_REFUSED = {
    "label_instruction": "everyone who has the image can read its labels; remove the label",
    "json_string_array": "the exec form has no look-ups; let the program read the variable",
    "healthcheck_instruction": "move the request to a script that reads the variable",
}

_POSIX_SHELL = re.compile(rb'\[\s*"(?:[^"]*/)?(?:ba|da|a|k|z|)sh"')
_EXPANSION = re.compile(rb"\$\{?(\w+)")
_MOUNT = re.compile(rb"id=(\w+),")
_SHELL_SETTERS = ("from_instruction", "shell_instruction")


def parses(content: bytes) -> bool:
    """Return whether the grammar can parse a content; raise `NotFixable` without it."""
    return not syntax.has_error(syntax.parse(_GRAMMAR, content))


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits that remove a key from an image; raise `NotFixable`."""
    tree = syntax.parse(_GRAMMAR, source.content)
    node = syntax.find_node(tree, leak.start, leak.start + 1)
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type == "comment":
            return replace_in_prose(leak)
        if ancestor.type in _REFUSED:
            raise NotFixable(_REFUSED[ancestor.type])
        if ancestor.type in ("env_instruction", "arg_instruction"):
            return _fix_variable(source, tree, ancestor, leak)
        if ancestor.type in ("run_instruction", "cmd_instruction", "entrypoint_instruction"):
            _refuse_other_shell(tree, ancestor)
            return _fix_command(source, ancestor, leak)
    raise NotFixable("this instruction has no look-ups; remove the key from it")


def _fix_variable(source: Source, tree: Tree, instruction: Node, leak: Leak) -> Fix:
    """Return the fix for `ENV` and `ARG`, which both stay in the image."""
    pairs = _list_pairs(instruction)
    number = bisect_right(pairs, leak.start, key=lambda one: one.start_byte) - 1
    pair = pairs[max(number, 0)]
    name = (pair.children[0].text or b"").decode()
    start, end = _find_value(source.content, pair)
    if not leak.is_text(source.content[start:end]):
        raise NotFixable("its value has other text too; let the program combine them")
    check_name(leak, name)
    if instruction.type == "arg_instruction":
        edits = _mount_secret(source, tree, instruction, name)
        comment = f"# {name} is a build secret: docker build --secret id={name}"
        note = f"pass {name} to the build: docker build --secret id={name},env={name} ."
    else:
        _refuse_uses(tree, instruction, name)
        edits = ()
        comment = f"# {name} is passed at run time: docker run --env {name}"
        note = f"pass {name} at run time: docker run --env {name}, or --env-file"
    removal = _remove_pair(source, instruction, max(number, 0), comment.encode())
    return Fix((*removal, *edits), (note,), own_name=name)


def _find_value(content: bytes, pair: Node) -> tuple[int, int]:
    value = pair.children[-1]
    start, end = value.start_byte, value.end_byte
    is_quoted = content[start : start + 1] in (b'"', b"'")
    return (start + 1, end - 1) if is_quoted else (start, end)


@lru_cache(maxsize=1)  # for all leaks of an instruction
def _list_pairs(instruction: Node) -> tuple[Node, ...]:
    return tuple(one for one in instruction.named_children if one.type.endswith("_pair"))


def _remove_pair(
    source: Source, instruction: Node, number: int, comment: bytes
) -> tuple[Edit, ...]:
    """Return the edits that remove one variable; the instruction is removed with its last one."""
    pairs, at = _list_pairs(instruction), instruction.start_byte
    if len(pairs) == 1:
        return (Edit(at, instruction.end_byte, comment),)
    if number:
        span = pairs[number - 1].end_byte, pairs[number].end_byte
    else:
        span = pairs[0].start_byte, pairs[1].start_byte
    note = Edit(at, at, comment + source.newline, is_joinable=True)
    return (note, Edit(*span, b"", is_joinable=True))


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_uses(tree: Tree) -> dict[bytes, list[Node]]:
    """Return the instructions that expand each variable."""
    uses: dict[bytes, list[Node]] = {}
    for node in tree.root_node.children:
        for name in {*_EXPANSION.findall(node.text or b"")}:
            uses.setdefault(name, []).append(node)
    return uses


def _find_uses(tree: Tree, instruction: Node, name: str) -> list[Node]:
    """Return the later instructions that expand a variable."""
    nodes = _map_uses(tree).get(name.encode(), [])
    return [node for node in nodes if node.start_byte > instruction.start_byte]


def _refuse_uses(tree: Tree, instruction: Node, name: str) -> None:
    """Refuse a variable that the build uses too: at run time it would be too late."""
    allowed = ("cmd_instruction", "entrypoint_instruction", "healthcheck_instruction", "comment")
    if any(node.type not in allowed for node in _find_uses(tree, instruction, name)):
        raise NotFixable("other instructions use the variable; make it a build secret by hand")


def _mount_secret(source: Source, tree: Tree, instruction: Node, name: str) -> tuple[Edit, ...]:
    """Return the edits that mount a build secret where a `RUN` uses it."""
    edits = []
    for node in _find_uses(tree, instruction, name):
        if node.type == "comment":
            continue
        if node.type != "run_instruction":
            raise NotFixable("an instruction other than RUN uses it, so it stays in the image")
        if not _mounts(node, name):
            edits.append(_build_mount(node, name))
    return tuple(edits)


def _mounts(run: Node, name: str) -> bool:
    return name.encode() in _list_mounts(run)


@lru_cache(maxsize=256)  # for all leaks of an instruction, or of what it uses
def _list_mounts(run: Node) -> frozenset[bytes]:
    return frozenset(_MOUNT.findall(run.text or b""))


def _build_mount(run: Node, name: str) -> Edit:
    word = run.children[0]
    mount = f" --mount=type=secret,id={name},env={name}".encode()
    return Edit(word.end_byte, word.end_byte, mount, is_joinable=True)


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_shell_setters(tree: Tree) -> tuple[Node, ...]:
    return tuple(node for node in tree.root_node.children if node.type in _SHELL_SETTERS)


def _refuse_other_shell(tree: Tree, instruction: Node) -> None:
    """Refuse a command of a stage with Windows, or after `SHELL` with another shell."""
    setters = _list_shell_setters(tree)
    number = bisect_left(setters, instruction.start_byte, key=lambda one: one.start_byte)
    setter = setters[number - 1] if number else None
    last = (setter.text or b"") if setter else b""
    if setter and setter.type == "shell_instruction":
        is_other = _POSIX_SHELL.search(last) is None
    else:
        is_other = b"windows" in last.lower()
    if is_other:
        raise NotFixable("its shell is not a POSIX one; read the variable as that shell does")


def _fix_command(source: Source, instruction: Node, leak: Leak) -> Fix:
    """Return the fix for a command in the shell form."""
    command = next((n for n in instruction.children if n.type == "shell_command"), None)
    if command is None or not command.start_byte <= leak.start < command.end_byte:
        raise NotFixable("it is not in a command; remove it")
    at, end = command.start_byte, command.end_byte
    script = Source("", source.content[at:end])
    if not shell.parses(script.content):
        raise NotFixable("its command has a syntax error, or is not one for a shell")
    inner = shell.build_fix(script, leak._replace(start=leak.start - at, end=leak.end - at))
    edits = tuple(Edit(e.start + at, e.end + at, e.text) for e in inner.edits)
    name = inner.read_name or leak.variable
    if instruction.type != "run_instruction":
        note = f"pass {name} at run time: docker run --env {name}, or --env-file"
        return inner._replace(edits=edits, notes=(note,))
    if not _mounts(instruction, name):
        edits = (_build_mount(instruction, name), *edits)
    note = f"pass {name} to the build: docker build --secret id={name},env={name} ."
    return inner._replace(edits=edits, notes=(note,))
