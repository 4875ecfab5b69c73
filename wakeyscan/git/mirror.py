"""Where a repository is that a user names: here, or somewhere else, of which a mirror is made."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.git import command, process, worktree
from wakeyscan.git.repository import Repository, find_repository


@contextmanager
def open_repository(target: str) -> Iterator[tuple[str, Repository]]:
    """Give the folder of what a user named, and its repository; of a URL those of a mirror.

    Inside a work tree its top is meant, as with every git command. Raises `SourceError`.
    """
    if os.path.lexists(target) or "://" not in target:
        yield target, find_repository(_top(target))._replace(folder=target)
        return
    with clone_mirror(target) as folder:
        yield folder, find_repository(folder)._replace(folder=target)


def _top(folder: str) -> str:
    is_bare = all(os.path.lexists(os.path.join(folder, part)) for part in ("HEAD", "objects"))
    if is_bare or not os.path.isdir(folder):
        return folder
    return worktree.find_work_tree(folder) or folder


@contextmanager
def clone_mirror(url: str) -> Iterator[str]:
    """Clone a repository into a folder that goes away at the end."""
    if not url.startswith(("https://", "file://")):
        raise UsageError(f"{url}: only https:// and file:// are cloned; else clone it yourself")
    folder = tempfile.mkdtemp(prefix="wakeyscan-")
    try:
        place = os.path.join(folder, "mirror.git")
        _clone(url, place)
        yield place
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clone(url: str, place: str) -> None:
    """Mirror a repository, all of its refs; raises `GitError`.

    The transports are https and file alone, and nobody is asked for a password.
    """
    pins = [part for pin in command.PINS if not pin.startswith("protocol") for part in ("-c", pin)]
    environment = command.build_environment(command.USERS) | {"GIT_ALLOW_PROTOCOL": "https:file"}
    asked = ("clone", "--mirror", "--quiet", "--no-local", "--", url, place)
    try:
        cloning = process.start_process([command.find_executable(), *pins, *asked], environment)
        cloning.answer(b"")
        code, complaints = cloning.end()
    except process.ProcessError as error:
        raise GitError(f"git clone {error}") from None
    if code:
        raise GitError(f"{url}: can't be cloned: {(complaints or ['no reason given'])[-1]}")
