"""State of the hooks: which of them run wakeyscan, and what hides those that do not."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan import __version__
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git import process, worktree
from wakeyscan.integrations.hooks import STAGES, hook_script
from wakeyscan.integrations.hooks.hook_manager import (
    HookFile,
    Manager,
    build_error,
    find_hook_file,
    find_manager,
    read_hook,
)

_INSTALL = "wakeyscan hook install"


class HookState(NamedTuple):
    """The state of the hook of a stage."""

    stage: str
    kind: str
    text: str

    @property
    def is_problem(self) -> bool:
        """Whether the user expects wakeyscan to run, but git does not run it as installed."""
        return self.kind in (STALE, BROKEN, SHADOWED)


INSTALLED, STALE, BROKEN = "installed", "stale", "broken"
SHADOWED, OTHER, ABSENT = "shadowed", "other", "absent"
"""Kinds of states: `OTHER` calls wakeyscan in a way that we did not write."""


def describe_hooks() -> Iterator[str]:
    """Yield the state of the hook of each stage as text; raise `SourceError`."""
    for state in inspect_hooks():
        yield f"{state.stage}: {state.text}"


def inspect_hooks() -> Iterator[HookState]:
    """Yield the state of the hook of each stage; raise `SourceError`."""
    for stage in STAGES:
        try:
            yield HookState(stage, *_inspect_hook(stage))
        except OSError as error:
            raise build_error(stage, "cannot be read", error) from None


def _inspect_hook(stage: str) -> tuple[str, str]:
    """Return the kind of state, and a text about it."""
    file = find_hook_file(stage, refuse_managers=False)
    text = read_hook(file.path)
    if not hook_script.is_installed(text):
        return _inspect_absence(stage, file)
    executable, version = hook_script.find_executable(text), hook_script.find_version(text)
    state = f"installed in {file.path} (wakeyscan {version}){file.note}"
    if not os.access(file.path, os.X_OK) and file.rerun == hook_script.RERUN:
        return BROKEN, f"{state}, but the file is not executable, so git does not run it"
    if not os.access(executable, os.X_OK) and not process.find_program("wakeyscan"):
        return BROKEN, f"{state}, but {executable} does not exist"
    return (INSTALLED if version == __version__ else STALE), state


def describe_absence(stage: str, file: HookFile) -> str:
    """Describe a hook without our part; raise `OSError`."""
    return _inspect_absence(stage, file)[1]


def _inspect_absence(stage: str, file: HookFile) -> tuple[str, str]:
    """Inspect a hook without our part: it may call wakeyscan in another way, or hide our part."""
    if "wakeyscan" in read_hook(file.path):
        return OTHER, f"{file.path} mentions wakeyscan; it was not written by {_INSTALL}"
    folder = worktree.find_hooks_folder()
    manager = find_manager(folder, read_hook(os.path.join(folder, stage)))
    name = manager.name if manager else ""
    if own_file := _find_mention(manager):
        return OTHER, f"{name} manages this hook, and {own_file} mentions wakeyscan"
    for hidden in _list_hidden(stage, folder):
        if hidden != file.path and hook_script.is_installed(read_hook(hidden)):
            by = f", which {name} wrote" if name else ""
            return SHADOWED, f"not run: {hidden} runs wakeyscan, but git runs {file.path}{by}"
    return ABSENT, f"not installed ({name} manages this hook)" if name else "not installed"


def _find_mention(manager: Manager | None) -> str:
    """Return the manager's own file that mentions wakeyscan, at the top of the work tree."""
    top = worktree.find_work_tree(".") or "."
    for name in manager.files if manager else ():
        if "wakeyscan" in read_hook(os.path.join(top, name)):
            return name
    return ""


def _list_hidden(stage: str, folder: str) -> Iterator[str]:
    """Yield the places of a hook that git no longer runs: managers move existing hooks there."""
    if worktree.find_work_tree("."):  # a bare repository has one folder of hooks
        yield os.path.join(worktree.find_git_folder("."), "hooks", stage)
    yield os.path.join(folder, f"{stage}.old")  # lefthook
    yield os.path.join(folder, "old-hooks", stage)  # overcommit
