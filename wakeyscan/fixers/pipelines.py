"""Fixers for the pipelines of GitLab and Azure.

GitLab passes the variables of a project to every command. Azure replaces its macros.
"""

from __future__ import annotations

from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, check_is_whole
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer, find_script, fix_script
from wakeyscan.fixers.yaml_nodes import (
    Entry,
    YamlText,
    find_inherited,
    find_pair,
    find_value,
    list_children,
    read_yaml,
)

if TYPE_CHECKING:
    from yaml.nodes import Node

_GITLAB_SCRIPTS = frozenset(("script", "before_script", "after_script"))
_AZURE_EXPANDED = frozenset(("variables", "env", "inputs", "script", "bash", "pwsh", "powershell"))
"""Keys in whose values Azure expands macros; it does so before a script starts."""


def _fix_gitlab(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a CI/CD variable; raise `NotFixable`."""
    source, text, way = found
    if find_script(way, _GITLAB_SCRIPTS) is not None:
        fix = fix_script(text, way, leak, _find_shell(text, way))
        return fix._replace(notes=(_format_note(fix.read_name or leak.variable),))
    check_is_whole(leak)
    names = [entry.key.value for entry in way if entry.key is not None]
    if names[-1:] in (["if"], ["entrypoint"]):
        raise NotFixable(f"GitLab does not expand variables in `{names[-1]}`")
    name = _find_own_name(way)
    own_name = name if _is_whole(text, way, leak) else ""
    if own_name and leak.may_be(name) and _is_only_value(text, name, leak):
        edit = _remove_variable(source, text, way, name)
        return Fix((edit,), (_format_note(name),), own_name=name)
    if name == leak.variable:
        raise NotFixable(f"{name} has other text or other values too; rename it first")
    edit = Edit(leak.start, leak.end, b"${" + leak.variable.encode() + b"}")
    return Fix((edit,), (_format_note(leak.variable),), own_name=own_name)


def _find_shell(text: YamlText, way: list[Entry]) -> str:
    """Return the shell of a job; raise `NotFixable` if its runner may have Windows.

    A job without tags may have those of `default`, or of a job that extends it.
    """
    job = way[1].node if len(way) > 1 else way[0].node
    own = find_inherited(job, "tags")
    nodes = [own] if own else _list_tags(text)
    tags = [str(tag.value) for node in nodes for tag in _list_items(node) or [node]]
    windows = [tag for tag in tags if "windows" in tag.lower()]
    if own and windows and windows[-1].startswith("saas-windows"):
        return "powershell"
    if windows:
        raise NotFixable("its runner may have Windows, and a shell that the file does not name")
    return "sh"


def _list_items(node: Node) -> list[Node]:
    return [entry.node for entry in list_children(node)]


def _list_tags(text: YamlText) -> list[Node]:
    """Return the tags of all jobs of a file, and its defaults."""
    jobs = [job for document in text.documents for job in _list_items(document)]
    return [tags for job in jobs if (tags := find_inherited(job, "tags"))]


def _format_note(variable: str) -> str:
    return f"add {variable} as a masked variable: Settings, CI/CD, Variables"


def _find_own_name(way: list[Entry]) -> str:
    """Return the name of the variable whose value a scalar is, or an empty text."""
    named = [entry.key.value for entry in way if entry.key is not None]
    if named[-1:] == ["value"] and "variables" in named[-3:-2]:
        return str(named[-2])
    return str(named[-1]) if "variables" in named[-2:-1] else ""


def _is_whole(text: YamlText, way: list[Entry], leak: Leak) -> bool:
    start, end = text.span(way[-1].node)
    return leak.is_text(text.content[start:end].strip(b"\"'"))


def _is_only_value(text: YamlText, name: str, leak: Leak) -> bool:
    """Return whether a variable has no other value: that of the project would replace it too."""
    values = _map_values(text.content).get(name, ())
    return len(values) < 2 and all(leak.is_text(value.encode()) for value in values)


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_values(content: bytes) -> dict[str, set[str]]:
    """Return the values of each key of a file."""
    text = read_yaml(content)
    pending = [Entry(document, None) for document in text.documents] if text else []
    values: dict[str, set[str]] = {}
    seen: set[int] = set()
    while pending:
        entry = pending.pop()
        if id(entry.node) in seen:  # an alias, perhaps of a node around it
            continue
        seen.add(id(entry.node))
        inner = find_pair(entry.node, "value")
        value = inner[1] if inner else entry.node
        if entry.key is not None:
            values.setdefault(str(entry.key.value), set()).add(_read_value(value))
        pending += list_children(entry.node)
    return values


def _read_value(node: Node) -> str:
    """Return the text of a scalar; that of any other value is no secret."""
    return str(node.value) if isinstance(node.value, str) else ""


def _remove_variable(source: Source, text: YamlText, way: list[Entry], name: str) -> Edit:
    """Return the edit that replaces the definition of a variable by a comment."""
    entries = [entry for entry in way if entry.key is not None and entry.key.value == name]
    mapping = way[way.index(entries[-1]) - 1].node
    if getattr(mapping, "flow_style", True):
        raise NotFixable("its variables are written in {}; write one name per line first")
    comment = f"# {name} is a masked variable of the project".encode()
    key = entries[-1].key
    start = text.span(key)[0] if key is not None else 0
    if len(mapping.value) == 1:  # `variables:` without a value would not be valid
        owner = way[way.index(entries[-1]) - 1].key
        start = text.span(owner)[0] if owner is not None else start
    end = text.span(entries[-1].node)[1]
    while source.content[end - 1 : end].isspace():  # a block mapping ends at the next key
        end -= 1
    return Edit(start, end, comment)


def _fix_azure(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edit that replaces a key by a macro; raise `NotFixable`."""
    check_is_whole(leak)
    names = [entry.key.value for entry in found.way if entry.key is not None]
    if _AZURE_EXPANDED.isdisjoint(names):
        raise NotFixable("Azure does not expand variables here; move it to variables: first")
    own_name = find_value(found.way[-2].node, "name") if names[-1] == "value" else names[-1]
    if "variables" in names[-2:] and own_name == leak.variable:
        raise NotFixable("the variable would be itself; delete it, and set it in the pipeline")
    macro = b"$(" + leak.variable.encode() + b")"
    note = f"add {leak.variable} as a secret variable of the pipeline: Edit, Variables"
    return Fix((Edit(leak.start, leak.end, macro),), (note,))


GITLAB = YamlFixer(_fix_gitlab)
AZURE = YamlFixer(_fix_azure)
