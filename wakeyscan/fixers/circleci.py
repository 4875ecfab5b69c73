"""Fixer for the pipelines of CircleCI, which passes the variables of a project to every command."""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Fix, Leak, NotFixable
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer, find_script, fix_script
from wakeyscan.fixers.yaml_nodes import find_inherited, find_pair, find_value, list_children

if TYPE_CHECKING:
    from yaml.nodes import Node

    from wakeyscan.fixers.yaml_nodes import Entry

_SCRIPTS = frozenset(("run", "command"))
_UNIX_SHELL, _WINDOWS_SHELL = "bash", "powershell.exe"
_ESCAPE = rb"\<<"
"""What CircleCI makes `<<` of, such as the start of a here-document."""
_UNKNOWN = "the shell of its job is not known; write `shell:` in the step first"


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a variable of the project; raise `NotFixable`."""
    _, text, way = found
    place = find_script(way, _SCRIPTS)
    if place is None:
        raise NotFixable(
            "CircleCI does not expand variables here; remove it, and add it to the project"
        )
    if _ESCAPE in text.content[slice(*text.span(way[-1].node))]:
        raise NotFixable(r"its script has \<<, which only CircleCI reads; move it to a file first")
    fix = fix_script(text, way, leak, find_value(way[place - 1].node, "shell") or _find_shell(way))
    name = fix.read_name or leak.variable
    note = f"add {name} to the project: Project Settings, Environment Variables"
    return fix._replace(notes=(note,))


def _find_shell(way: list[Entry]) -> str:
    """Return the shell of the job around a step, or of all jobs around one of a command."""
    root = way[0].node
    sections = [entry.key.value for entry in way[1:2] if entry.key is not None]
    jobs = [way[2].node] if sections == ["jobs"] else _list_below(root, "jobs")
    return _find_common({_read_shell(root, job) for job in jobs})


def _find_common(shells: set[str]) -> str:
    """Return the only shell; raise `NotFixable` if there are several."""
    if len(shells) > 1:
        raise NotFixable(_UNKNOWN)
    return next(iter(shells), _UNIX_SHELL)


def _read_shell(root: Node, job: Node) -> str:
    """Return the shell of a job, or of an executor; raise `NotFixable` if it is not known."""
    if shell := _find_text(job, "shell"):
        return shell
    if executor := find_inherited(job, "executor"):
        return find_value(executor, "shell") or _find_shell_of_executor(root, executor)
    machine = find_inherited(job, "machine")
    image = find_value(machine, "image") if machine else ""
    if "windows" in f"{image} {_find_text(job, 'resource_class')}".lower():
        raise NotFixable(_UNKNOWN)
    return _UNIX_SHELL


def _find_shell_of_executor(root: Node, executor: Node) -> str:
    name = find_value(executor, "name") or str(executor.value)
    if "<<" in name:  # a parameter
        executors = _list_below(root, "executors")
    else:
        known = find_pair(root, "executors")
        pair = find_pair(known[1], name) if known else None
        executors = [pair[1]] if pair else []
    if not executors and "win" in name.lower():  # of the orb for Windows
        return _WINDOWS_SHELL
    return _find_common({_read_shell(root, one) for one in executors})


def _list_below(node: Node, name: str) -> list[Node]:
    pair = find_pair(node, name)
    return [entry.node for entry in list_children(pair[1])] if pair else []


def _find_text(node: Node, name: str) -> str:
    found = find_inherited(node, name)
    return str(found.value) if found else ""


FIXER = YamlFixer(_fix_scalar)
