"""The `pre-commit` hook: scans the staged changes, or the files that a framework passes.

`pre-merge-commit` scans the same; git runs it in place of `pre-commit` for the result of a merge.
"""

from __future__ import annotations

import os

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.sources import SOURCES

if TYPE_CHECKING:
    from wakeyscan.git import command
    from wakeyscan.integrations.hooks import HookInput, manual_run
    from wakeyscan.sources import staged_names
    from wakeyscan.sources.options import SourceOptions
else:
    # A commit without quoted names, in a work tree with its own `.git`, needs none of these.
    command = lazy_import("wakeyscan.git.command")
    manual_run = lazy_import("wakeyscan.integrations.hooks.manual_run")
    staged_names = lazy_import("wakeyscan.sources.staged_names")

ADVICE = (
    "Commit blocked. The key is not committed yet: remove it from the file, then git add the file. "
    "If it was ever pushed or shared, revoke it too; otherwise no new key is needed."
)


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the index; outside of a commit, open the passed files as they are on disk.

    git sets GIT_INDEX_FILE for the hooks of a commit. Without it, a user runs the framework by
    hand: for the staged files, or with `--all-files` or a range, for files that need not be staged.
    """
    if not arguments:
        return _open_index(options)
    if any(name.startswith('"') for name in arguments):
        arguments = [*map(_unquote, arguments)]
    is_commit = "GIT_INDEX_FILE" in os.environ
    top = _find_top() if is_commit else worktree.find_work_tree(".") or "."
    paths = tuple(worktree.find_relative_path(file, top) for file in arguments)
    if is_commit:
        return _open_index(options._replace(only=paths))
    source = manual_run.ManualRun(paths, top, options)
    units = [unit for file in arguments for unit in source.list_units(file, options)]
    return source, units, options


def _find_top() -> str:
    if "GIT_DIR" not in os.environ:
        return worktree.find_work_tree(".") or "."
    output = command.open_own().run("rev-parse", "--show-toplevel")
    return os.fsdecode(output.removesuffix(b"\n"))


def _unquote(name: str) -> str:
    return name if os.path.lexists(name) else staged_names.unquote(name)


def _open_index(options: SourceOptions) -> HookInput:
    source = SOURCES["staged"]
    return source, source.list_units("", options), options


class _MergeStage:
    """The `pre-merge-commit` hook."""

    ADVICE = (
        "Merge not committed. Remove the key, git add the file, then commit. If the key was ever "
        "pushed or shared, revoke it too."
    )
    open_input = staticmethod(open_input)


MERGE_STAGE = _MergeStage()
