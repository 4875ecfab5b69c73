"""The `pre-commit` hook: scans the staged changes, or the files that a framework passes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wakeyscan.git import worktree
from wakeyscan.integrations.hooks.hook_input import HookInput
from wakeyscan.sources import SOURCES

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

ADVICE = "Commit blocked. Remove the key. If it was ever pushed or shared, revoke it too."


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the index; outside of a commit, open the passed files as they are on disk.

    git sets GIT_INDEX_FILE for the hooks of a commit. Without it, a user runs the framework with
    `--all-files` or a range. Those files need not be staged at all.
    """
    if not arguments:
        return _open_index(options)
    if "GIT_INDEX_FILE" not in os.environ:
        return _open_files(arguments, options)
    top = worktree.find_work_tree(".") or "."
    only = tuple(os.path.relpath(file, top) for file in map(_resolve_folder, arguments))
    return _open_index(options._replace(only=only))


def _open_index(options: SourceOptions) -> HookInput:
    source = SOURCES["staged"]
    return HookInput(source, source.list_units("", options), options)


def _open_files(arguments: list[str], options: SourceOptions) -> HookInput:
    source = SOURCES["path"]
    units = [unit for file in arguments for unit in source.list_units(file, options)]
    return HookInput(source, units, options)


def _resolve_folder(file: str) -> str:
    """Resolve links in the folder of a file, but not the file: a staged link is content itself."""
    folder, name = os.path.split(file)
    return os.path.join(os.path.realpath(folder or "."), name)
