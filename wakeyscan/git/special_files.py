"""Search for the file that blocks git: a FIFO, device or socket.

git opens its own files and those of a work tree without a check, and a FIFO blocks it forever. This
search runs only while git is silent, since it visits every file.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from wakeyscan.core.errors import GitError
from wakeyscan.git import worktree

_READ_BY_GIT = frozenset((".gitattributes", ".gitignore", ".gitmodules"))
"""Files of a work tree that git reads."""

_MAX_ENTRIES = 500_000
"""Maximum number of entries that are visited, in a second or so."""


def find_special_file(folder: str, git_folder: str = "") -> str:
    """Return the path of a special file that blocks git in a folder; empty if there is none.

    `git_folder` is the value of GIT_DIR, if it is set.
    """
    for number, entry in enumerate(_list_entries(folder, git_folder)):
        if number > _MAX_ENTRIES:
            break
        if _is_special(entry):
            return entry.path
    return ""


def describe_blocker(path: str) -> str:
    """Return the message about a special file; empty for an empty path."""
    if not path:
        return ""
    return f"is blocked by {path}, which is a FIFO, device or socket; remove it"


def _list_entries(folder: str, git_folder: str) -> Iterator[os.DirEntry[str]]:
    top = worktree.find_work_tree(folder)
    for path in dict.fromkeys(_find_git_folders(folder, git_folder)):
        yield from _walk(path)
    for entry in _walk(top or folder):
        if entry.name in _READ_BY_GIT:
            yield entry


def _find_git_folders(folder: str, git_folder: str) -> Iterator[str]:
    """Yield git's folder of the work tree, and the one that it shares with others."""
    try:
        path = os.path.join(folder, git_folder) if git_folder else worktree.find_git_folder(folder)
    except GitError:
        return
    yield path
    try:
        common = worktree.read_small_file(os.path.join(path, "commondir")).strip()
    except OSError:
        return
    yield os.path.normpath(os.path.join(path, common))


def _walk(top: str) -> Iterator[os.DirEntry[str]]:
    pending = [top]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        yield entry
                    elif entry.name != ".git":
                        pending.append(entry.path)
        except OSError:
            continue


def _is_special(entry: os.DirEntry[str]) -> bool:
    try:
        mode = entry.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)
