"""Fixer for workflows of GitHub: `${{ secrets.NAME }}`, and variables in scripts."""

from __future__ import annotations

import re

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, check_is_whole
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer, find_script, fix_script
from wakeyscan.fixers.yaml_nodes import YamlText, find_pair, find_value

if TYPE_CHECKING:
    from yaml.nodes import Node

    from wakeyscan.fixers.yaml_nodes import Entry

_SHELLS = ("", "bash", "sh", "bash -e {0}", "bash -l {0}", "bash -el {0}")
_WINDOWS_SHELL = "pwsh"
_UNIX = re.compile(r"ubuntu|macos|linux|debian", re.IGNORECASE)
_MATRIX = re.compile(r"\$\{\{\s*matrix\.[\w.-]+\s*\}\}")
_SCRIPTS = frozenset(("run",))
_WITH_SECRETS = ("env", "secrets", "outputs")
_CONTAINERS = ("container", "services")
_NO_SECRETS = ("if", "uses", "id", "shell")


def _fix_scalar(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a secret of the repository; raise `NotFixable`."""
    source, text, way = found
    _refuse_place(way)
    place = find_script(way, _SCRIPTS)
    if place is not None and _find_shell(text, way) in _SHELLS:
        fix = fix_script(text, way, leak)
        variable = fix.read_name or leak.variable
        passed = _pass_variable(source, text, way[: place + 1], leak._replace(variable=variable))
        return fix._replace(edits=(*fix.edits, *passed), notes=(_format_note(variable),))
    check_is_whole(leak)
    own_name = _find_own_name(text, way, leak)
    variable = own_name or leak.variable
    edit = Edit(leak.start, leak.end, _format_secret(variable))
    return Fix((edit,), (_format_note(variable),), own_name=own_name)


def _find_shell(text: YamlText, way: list[Entry]) -> str:
    """Return the shell of a step: its own, the default of its job or workflow, or the runner's.

    A runner without a known system counts as one with Windows: a secret fits into any shell.
    """
    for entry in reversed(way):
        defaults = find_pair(entry.node, "defaults")
        run = find_pair(defaults[1], "run") if defaults else None
        for node in (entry.node, *([run[1]] if run else [])):
            if shell := find_value(node, "shell"):
                return shell
    jobs = [entry.node for entry in way if find_pair(entry.node, "runs-on")]
    if not jobs or find_pair(jobs[0], "container"):
        return ""
    return "" if _is_unix(text, jobs[0]) else _WINDOWS_SHELL


def _is_unix(text: YamlText, job: Node) -> bool:
    """Return whether a job has no runner with Windows, nor one that only a run can tell."""
    runner = _read_part(text, job, "runs-on")
    strategy = _read_part(text, job, "strategy")
    words = _MATRIX.sub(lambda _: strategy, runner)
    is_known = "${{" not in words and "windows" not in words.lower()
    return is_known and bool(_UNIX.search(words))


def _read_part(text: YamlText, job: Node, name: str) -> str:
    pair = find_pair(job, name)
    return text.content[slice(*text.span(pair[1]))].decode() if pair else ""


def _format_note(variable: str) -> str:
    return f"create the secret: gh secret set {variable}"


def _refuse_place(way: list[Entry]) -> None:
    """Raise `NotFixable` where the context `secrets` is missing, as GitHub documents it."""
    if find_pair(way[0].node, "runs"):
        raise NotFixable("an action has no secrets; pass the key as an input")
    names = [entry.key.value for entry in way if entry.key is not None]
    if name := _find_place_without_secrets(names):
        raise NotFixable(f"secrets are not available in `{name}`; use the env of a step")


def _find_place_without_secrets(names: list[str]) -> str:
    """Return the key whose value cannot use secrets, or an empty text."""
    if names[:1] != ["jobs"]:
        return "" if names[:1] in ([], ["env"]) else names[0]
    part, in_step = (*names[2:4], "", "")[:2]
    if part == "steps":
        return in_step if in_step in _NO_SECRETS else ""
    if part in _CONTAINERS:
        return "" if {"env", "credentials"} & {*names} else part
    return "" if part in _WITH_SECRETS else part


def _format_secret(variable: str) -> bytes:
    return b"${{ secrets." + variable.encode() + b" }}"


def _find_own_name(text: YamlText, way: list[Entry], leak: Leak) -> str:
    """Return the name of a variable of a job or step whose value is the key, or an empty text."""
    start, end = text.span(way[-1].node)
    key, parents = way[-1].key, [entry.key.value for entry in way if entry.key is not None]
    is_env = len(parents) > 1 and parents[-2] == "env"
    if key is None or not is_env or not leak.is_text(text.content[start:end].strip(b"\"'")):
        return ""
    is_own = not key.value.startswith("GITHUB_") and leak.may_be(key.value)
    return str(key.value) if is_own else ""


def _pass_variable(
    source: Source, text: YamlText, way: list[Entry], leak: Leak
) -> tuple[Edit, ...]:
    """Return the edit that adds the variable of a key to the environment of a step."""
    variable = leak.variable
    for entry in reversed(way):
        pair = find_pair(entry.node, "env")
        if pair and find_pair(pair[1], variable):
            _check_holds(find_value(pair[1], variable), leak)
            return ()
    line = variable.encode() + b": " + _format_secret(variable)
    step = way[-2].node
    newline = source.newline
    if pair := find_pair(step, "env"):
        if getattr(pair[1], "flow_style", True) or not pair[1].value:
            raise NotFixable("the env of its step is written in {}; write one name per line first")
        at = text.span(pair[1].value[0][0])[0]
        return (Edit(at, at, line + newline + text.find_indent(at)),)
    if getattr(step, "flow_style", False):
        raise NotFixable("its step is written in {}; write one name per line first")
    at = text.find_key_start(step, "run") or 0
    indent = text.find_indent(at)
    return (Edit(at, at, b"env:" + newline + indent + b"  " + line + newline + indent),)


def _check_holds(value: str, leak: Leak) -> None:
    """Raise `NotFixable` if a variable has another value than the key."""
    is_key = leak.is_text(value.encode())
    if not is_key and value.encode() != _format_secret(leak.variable):
        raise NotFixable(
            f"its step has {leak.variable} with another value; rename that variable first"
        )


FIXER = YamlFixer(_fix_scalar)
