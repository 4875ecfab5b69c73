"""Fixer for manifests of Kubernetes: `secretKeyRef`, and `$(NAME)` in commands."""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, check_is_whole
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer
from wakeyscan.fixers.yaml_nodes import YamlText, find_pair, find_value

if TYPE_CHECKING:
    from yaml.nodes import Node

    from wakeyscan.fixers.yaml_nodes import Entry

_SECRET = "wastack"  # noqa: S105 -- the name of a Secret, not its text
"""Name of the Secret that manifests refer to."""

_CONTAINERS = (
    *("containers", "initContainers", "ephemeralContainers"),
    *("container", "sidecars", "steps"),  # of Argo and Tekton
)
_COMMANDS = ("args", "command")

_FLOW = "it is in a flow collection; write one name per line first"
_KINDS = {
    "Secret": "the manifest of a Secret holds its text: delete the file, and create the Secret "
    "with kubectl, or with an operator such as External Secrets",
    "SealedSecret": "the manifest of a SealedSecret should be encrypted; seal it again",
    "Config": "a kubeconfig has no look-ups; use a plugin for credentials, or another file",
    "ConfigMap": "a ConfigMap has no look-ups: remove the key, and pass it with secretKeyRef",
}


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a reference to a Secret; raise `NotFixable`."""
    source, text, way = found
    if reason := _KINDS.get(find_value(way[0].node, "kind"), ""):
        raise NotFixable(reason)
    check_is_whole(leak)
    names = ["", "", *(entry.key.value for entry in way if entry.key is not None)]
    if names[-1] == "value" and names[-2] == "env":
        return _fix_variable(source, text, way, leak)
    if names[-1] in _COMMANDS and names[-2] == "exec":
        raise NotFixable(
            "Kubernetes expands no Secret in the command of a probe or hook; give the key to the "
            f"container, and run: sh -c '... ${leak.variable}'"
        )
    if names[-1] in _COMMANDS and names[-2] in _CONTAINERS:
        return _fix_command(source, text, way, leak)
    raise NotFixable("this field has no look-ups; use the environment of the container")


def _fix_variable(source: Source, text: YamlText, way: list[Entry], leak: Leak) -> Fix:
    """Return the fix for the value of a variable; one with other text refers to a second one."""
    item = way[-2].node
    name = find_value(item, "name")
    start, end = text.span(way[-1].node)
    if leak.is_text(text.content[start:end].strip(b"\"'")):
        key = way[-1].key
        at = text.span(key)[0] if key is not None else start
        entry_name = name if leak.may_be(name) else leak.variable
        reference = _format_reference(entry_name, text.find_indent(at), source.newline)
        if getattr(item, "flow_style", False):
            inner = f"{{name: {_SECRET}, key: {entry_name}}}"
            reference = f"valueFrom: {{secretKeyRef: {inner}}}".encode()
        return Fix((Edit(at, end, reference),), (_format_note(entry_name),), own_name=name)
    if getattr(item, "flow_style", False):
        raise NotFixable(_FLOW)
    hole = Edit(leak.start, leak.end, b"$(" + leak.variable.encode() + b")")
    note = _format_note(leak.variable)
    known = _find_variable(way[-3].node, leak)
    if known is None:
        return Fix((_add_item(source, text, way[-3].node, leak.variable), hole), (note,))
    if known.start_mark.index > item.start_mark.index:
        raise NotFixable(f"{leak.variable} is set after it; move that to the start of the env")
    return Fix((hole,), (note,))


def _fix_command(source: Source, text: YamlText, way: list[Entry], leak: Leak) -> Fix:
    """Return the fix for an argument: the container gets the variable, which it expands."""
    names = [number for number, entry in enumerate(way) if entry.key is not None]
    container = way[names[-1] - 1].node
    if getattr(container, "flow_style", False):
        raise NotFixable(_FLOW)
    if find_pair(container, "<<"):
        raise NotFixable("its container has the keys of another one (<<), perhaps also an env")
    hole = Edit(leak.start, leak.end, b"$(" + leak.variable.encode() + b")")
    note = _format_note(leak.variable)
    environment = find_pair(container, "env")
    if environment is None:
        starts = (text.find_key_start(container, name) for name in _COMMANDS)
        at = min(start for start in starts if start is not None)  # one place for all keys
        return Fix((_add_environment(source, text, at, leak.variable), hole), (note,))
    if _find_variable(environment[1], leak):
        return Fix((hole,), (note,))
    if getattr(environment[1], "flow_style", True) or not environment[1].value:
        raise NotFixable("the env of its container is written in []; write one item per line")
    return Fix((_add_item(source, text, environment[1], leak.variable), hole), (note,))


def _find_variable(environment: Node, leak: Leak) -> Node | None:
    """Return the item of a variable that holds a key; raise `NotFixable` for another value."""
    named = (item for item in environment.value if find_value(item, "name") == leak.variable)
    item: Node | None = next(named, None)
    if item is None or leak.is_text(find_value(item, "value").encode()):
        return item
    origin = find_pair(item, "valueFrom")
    if origin is None or find_pair(origin[1], "secretKeyRef") is None:
        raise NotFixable(f"its container has {leak.variable} with another value; rename that first")
    return item


def _add_item(source: Source, text: YamlText, environment: Node, variable: str) -> Edit:
    """Return the edit that adds a variable to an env: at its start, so that all items can use it.

    All keys of a file add it at one place, so it is added once.
    """
    at = text.span(environment.value[0])[0]
    indent = text.find_indent(at)
    item = _format_item(variable, indent, source.newline)
    return Edit(at, at, item + source.newline + indent[:-2] + b"- ")


def _add_environment(source: Source, text: YamlText, at: int, variable: str) -> Edit:
    """Return the edit that adds an env to a container, before one of its keys."""
    newline, indent = source.newline, text.find_indent(at)
    item = _format_item(variable, indent + b"    ", newline)
    return Edit(at, at, b"env:" + newline + indent + b"  - " + item + newline + indent)


def _format_item(variable: str, indent: bytes, newline: bytes) -> bytes:
    """Return an item of `env` after its dash."""
    name = b"name: " + variable.encode() + newline + indent
    return name + _format_reference(variable, indent, newline)


def _format_reference(variable: str, indent: bytes, newline: bytes) -> bytes:
    lines = (
        b"valueFrom:",
        indent + b"  secretKeyRef:",
        indent + b"    name: " + _SECRET.encode(),
        indent + b"    key: " + variable.encode(),
    )
    return newline.join(lines)


def _format_note(variable: str) -> str:
    return (
        f"create the Secret, with {variable} in an ignored file: "
        f"kubectl create secret generic {_SECRET} --from-env-file=FILE"
    )


FIXER = YamlFixer(_fix_scalar)
