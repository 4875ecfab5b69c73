"""Installation of a native git hook, and its removal; an existing hook keeps running."""

from __future__ import annotations

import os
import sys

from wakeyscan.core import file_updates, files
from wakeyscan.core.errors import SourceError
from wakeyscan.git import process, worktree
from wakeyscan.integrations.hooks import hook_script
from wakeyscan.integrations.hooks.hook_manager import build_error, find_hook_file, read_hook
from wakeyscan.integrations.hooks.hook_status import describe_absence

_MOVED = "before-wakeyscan"
"""Folder for a hook that is not a shell script, or is a link; it keeps its name there."""

_RUN_MOVED = (
    'moved="$(dirname -- "$0")/{folder}/{stage}"\n[ ! -x "$moved" ] || exec "$moved" "$@"\n'
)


def install_hook(stage: str) -> str:
    """Make git run wakeyscan at a stage, and return what was done.

    Raise `HookRefused` if a hook manager must do it, and `SourceError` if a file cannot be written.
    """
    file = find_hook_file(stage)
    try:
        _make_folder(os.path.dirname(file.path))
        with file_updates.lock_folder(os.path.dirname(file.path)):
            text = _read_existing(file.path, stage)
            executable = find_executable()
            script = hook_script.insert_block(text, stage, executable, file.rerun)
            files.write_atomically(file.path, script.encode("utf-8", "surrogateescape"), 0o755)
    except OSError as error:
        raise build_error(file.path, "cannot be written", error) from None
    return f"{file.path} now runs wakeyscan{file.note}"


def uninstall_hook(stage: str) -> str:
    """Remove our part from the hook of a stage, and return what was done; raise `SourceError`."""
    file = find_hook_file(stage, refuse_managers=False)
    try:
        _check_folder(os.path.dirname(file.path))
        with file_updates.lock_folder(os.path.dirname(file.path)):
            text = read_hook(file.path)
            if not hook_script.is_installed(text):
                return f"{stage}: nothing to remove: {describe_absence(stage, file)}"
            _remove_block(file.path, stage, text)
    except OSError as error:
        raise build_error(file.path, "cannot be changed", error) from None
    return f"{file.path} no longer runs wakeyscan"


def _make_folder(folder: str) -> None:
    _check_folder(folder)
    os.makedirs(folder, exist_ok=True)


def _check_folder(folder: str) -> None:
    """Raise `OSError` for a hooks folder behind a link that a commit may have added.

    A commit cannot add links to `.git`: they are the user's own.
    """
    trees = worktree.find_untrusted_folders(())
    if not any(files.is_inside(folder, os.path.join(top, ".git")) for top in trees):
        files.check_links(folder, trees)


def _read_existing(path: str, stage: str) -> str:
    """Return the script to insert our part into; move a hook that our part cannot be in."""
    if not os.path.lexists(path):
        return ""
    if os.path.lexists(path) and not os.path.exists(path):
        return ""  # git skips a dangling link, and the new script replaces it
    if not os.path.isfile(path):
        raise SourceError(f"{path}: not a regular file; move it, then install again")
    text = read_hook(path)
    is_ours = hook_script.is_installed(text)
    if os.path.islink(path) and is_ours:
        raise SourceError(f"{path}: a link to a hook that runs wakeyscan; install it there")
    # Our part would switch on a script that is not executable.
    if is_ours or (hook_script.is_shell_script(text) and _can_change(path)):
        return text
    _move(path, stage)
    return _RUN_MOVED.format(folder=_MOVED, stage=stage)


def _can_change(path: str) -> bool:
    is_husky = os.path.basename(os.path.dirname(path)) == ".husky"
    return not os.path.islink(path) and (is_husky or os.access(path, os.X_OK))


def _move(path: str, stage: str) -> None:
    folder = os.path.join(os.path.dirname(path), _MOVED)
    target = os.path.join(folder, stage)
    if os.path.lexists(target):
        raise SourceError(f"{target}: already exists; move it, then install again")
    _make_folder(folder)
    _replace_hook(path, target)


def _replace_hook(source: str, target: str) -> None:
    """Move a hook over another one; a relative link still leads to its file."""
    if not os.path.islink(source):
        os.replace(source, target)
        return
    link = os.path.join(os.path.dirname(source), os.readlink(source))
    if os.path.lexists(target):
        os.unlink(target)
    os.symlink(os.path.relpath(link, os.path.dirname(target)), target)
    os.unlink(source)


def _remove_block(path: str, stage: str, text: str) -> None:
    rest = hook_script.remove_block(text)
    moved = os.path.join(os.path.dirname(path), _MOVED, stage)
    if rest and _RUN_MOVED.format(folder=_MOVED, stage=stage) not in rest:
        files.write_atomically(path, rest.encode("utf-8", "surrogateescape"), 0o755)
    elif os.path.lexists(moved):
        _replace_hook(moved, path)
    else:
        os.unlink(path)


def find_executable() -> str:
    """Return the command for the hook to run: next to this Python, else the first on PATH."""
    beside = os.path.join(os.path.dirname(sys.executable), "wakeyscan")
    found = beside if os.access(beside, os.X_OK) else process.find_program("wakeyscan")
    if not found:
        raise SourceError(
            "wakeyscan: the command is not on PATH, so a hook could not find it; add it to PATH"
        )
    return os.path.abspath(found)
