"""State of the hooks: which of them run wakeyscan, and what hides those that do not."""

from __future__ import annotations

import os
from collections.abc import Iterator

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


def describe_hooks() -> Iterator[str]:
    """Yield the state of the hook of each stage; raise `SourceError`."""
    for stage in STAGES:
        try:
            yield f"{stage}: {_describe_hook(stage)}"
        except OSError as error:
            raise build_error(stage, "cannot be read", error) from None


def _describe_hook(stage: str) -> str:
    file = find_hook_file(stage, refuse_managers=False)
    text = read_hook(file.path)
    if not hook_script.is_installed(text):
        return describe_absence(stage, file)
    executable = hook_script.find_executable(text)
    state = f"installed in {file.path} (wakeyscan {hook_script.find_version(text)}){file.note}"
    if not os.access(file.path, os.X_OK) and file.rerun == hook_script.RERUN:
        return f"{state}, but the file is not executable, so git does not run it"
    if not os.access(executable, os.X_OK) and not process.find_program("wakeyscan"):
        return f"{state}, but {executable} does not exist"
    return state


def describe_absence(stage: str, file: HookFile) -> str:
    """Describe a hook without our part: it may call wakeyscan in another way, or hide our part.

    Raise `OSError`.
    """
    if "wakeyscan" in read_hook(file.path):
        return f"{file.path} mentions wakeyscan; it was not written by wakeyscan hook install"
    folder = worktree.find_hooks_folder()
    manager = find_manager(folder, read_hook(os.path.join(folder, stage)))
    name = manager.name if manager else ""
    if own_file := _find_mention(manager):
        return f"{name} manages this hook, and {own_file} mentions wakeyscan"
    for hidden in _list_hidden(stage, folder):
        if hidden != file.path and hook_script.is_installed(read_hook(hidden)):
            by = f", which {name} wrote" if name else ""
            return f"not run: {hidden} runs wakeyscan, but git runs {file.path}{by}"
    return f"not installed ({name} manages this hook)" if name else "not installed"


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
