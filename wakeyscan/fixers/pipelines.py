"""Fixers for the pipelines of CI systems: GitLab, CircleCI and Azure.

The first two pass the variables of a project to every command. Azure replaces its macros.
"""

from __future__ import annotations

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.fixer import Edit, Fix, Leak, NotFixable, Source, check_is_whole
from wakeyscan.fixers.yaml_fixer import FoundScalar, YamlFixer, find_script, fix_script
from wakeyscan.fixers.yaml_nodes import YamlText

if TYPE_CHECKING:
    from wakeyscan.fixers.yaml_nodes import Entry

_GITLAB_SCRIPTS = frozenset(("script", "before_script", "after_script"))
_CIRCLECI_SCRIPTS = frozenset(("run", "command"))
_AZURE_EXPANDED = frozenset(("variables", "env", "inputs", "script", "bash", "pwsh", "powershell"))
"""Keys in whose values Azure expands macros; it does so before a script starts."""


def _fix_gitlab(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a CI/CD variable; raise `NotFixable`."""
    source, text, way = found
    if find_script(way, _GITLAB_SCRIPTS) is not None:
        return Fix(fix_script(text, way, leak), (_format_note(leak.variable),))
    check_is_whole(leak)
    names = [entry.key.value for entry in way if entry.key is not None]
    if names[-1:] in (["if"], ["entrypoint"]):
        raise NotFixable(f"GitLab does not expand variables in `{names[-1]}`")
    name = _find_own_name(text, way, leak)
    if name == leak.variable or _is_whole_variable(text, way, leak):
        return Fix((_remove_variable(source, text, way, name),), (_format_note(name),))
    hole = b"${" + leak.variable.encode() + b"}"
    return Fix((Edit(leak.start, leak.end, hole),), (_format_note(leak.variable),))


def _format_note(variable: str) -> str:
    return f"add {variable} as a masked variable: Settings, CI/CD, Variables"


def _find_own_name(text: YamlText, way: list[Entry], leak: Leak) -> str:
    named = [entry.key.value for entry in way if entry.key is not None]
    if named[-1:] == ["value"] and "variables" in named[-3:-2]:
        return str(named[-2])
    return str(named[-1]) if named else ""


def _is_whole_variable(text: YamlText, way: list[Entry], leak: Leak) -> bool:
    named = [entry.key.value for entry in way if entry.key is not None]
    start, end = text.span(way[-1].node)
    is_variable = "variables" in named[-3:-1]
    return is_variable and leak.is_text(text.content[start:end].strip(b"\"'"))


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


def _fix_circleci(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edits that replace a key by a variable of the project; raise `NotFixable`."""
    _, text, way = found
    if find_script(way, _CIRCLECI_SCRIPTS) is None:
        raise NotFixable(
            "CircleCI does not expand variables here; remove it, and add it to the project"
        )
    note = f"add {leak.variable} to the project: Project Settings, Environment Variables"
    return Fix(fix_script(text, way, leak), (note,))


def _fix_azure(found: FoundScalar, leak: Leak) -> Fix:
    """Return the edit that replaces a key by a macro; raise `NotFixable`."""
    check_is_whole(leak)
    names = [entry.key.value for entry in found.way if entry.key is not None]
    if _AZURE_EXPANDED.isdisjoint(names):
        raise NotFixable("Azure does not expand variables here; move it to variables: first")
    macro = b"$(" + leak.variable.encode() + b")"
    note = f"add {leak.variable} as a secret variable of the pipeline: Edit, Variables"
    return Fix((Edit(leak.start, leak.end, macro),), (note,))


GITLAB = YamlFixer(_fix_gitlab)
CIRCLECI = YamlFixer(_fix_circleci)
AZURE = YamlFixer(_fix_azure)
