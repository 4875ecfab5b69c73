"""Before a commit: what the commit would add, or the files that a framework hands over."""

from __future__ import annotations

import os

from wakeyscan.git import worktree
from wakeyscan.integrations.hooks.hook_input import HookInput
from wakeyscan.sources.options import SourceOptions

ADVICE = "Not committed. Take the key out, and revoke it where it was ever pushed or shared."


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the index; outside a commit the files that are handed over, as they are on disk.

    git sets GIT_INDEX_FILE for hooks of a commit. Where it is not set, a framework was called by
    hand, with `--all-files` or a range: those files need not be staged at all.
    """
    if not arguments:
        return _index(options)
    if "GIT_INDEX_FILE" not in os.environ:
        return _files(arguments, options)
    top = worktree.find_work_tree(".") or "."
    only = tuple(os.path.relpath(file, top) for file in map(_unlinked, arguments))
    return _index(options._replace(only=only))


def _index(options: SourceOptions) -> HookInput:
    from wakeyscan.sources import staged  # with git's reader 2 ms that files never pay

    return HookInput(staged, staged.list_units("", options), options)


def _files(arguments: list[str], options: SourceOptions) -> HookInput:
    from wakeyscan.sources import files

    units = [unit for file in arguments for unit in files.list_units(file, options)]
    return HookInput(files, units, options)


def _unlinked(file: str) -> str:
    """Resolve the folder of a file, but not the file: a staged link is its own content."""
    folder, name = os.path.split(file)
    return os.path.join(os.path.realpath(folder or "."), name)
