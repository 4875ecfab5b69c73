"""Work trees: their location, their hooks, and the files that git tracks or ignores."""

from __future__ import annotations

import os
from collections.abc import Iterable

from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core import small_files
    from wakeyscan.git import command
else:
    # A hook on files needs neither: `command` takes 2 ms, with the modules that start a process.
    command = lazy_import("wakeyscan.git.command")
    small_files = lazy_import("wakeyscan.core.small_files")


def find_work_tree(folder: str) -> str | None:
    """Return the top of the work tree that contains `folder`, without running git."""
    path = os.path.realpath(folder)
    while True:
        if os.path.lexists(os.path.join(path, ".git")):
            return path
        parent = os.path.dirname(path)
        if parent == path:
            return None
        path = parent


def find_relative_path(file: str, top: str) -> str:
    """Return the path of a file relative to the top of its work tree.

    Links in its folder are resolved, but not the file: a staged link is content itself.
    """
    folder, name = os.path.split(file)
    return os.path.relpath(os.path.join(os.path.realpath(folder or "."), name), top)


def find_current_folder() -> str:
    """Return the current directory relative to the top of its work tree, with `/`.

    It is empty at the top, and outside of a work tree.
    """
    top = find_work_tree(".")
    path = os.path.relpath(os.path.realpath("."), top) if top else "."
    return "" if path == "." else path.replace(os.sep, "/")


def find_untrusted_folders(targets: Iterable[str]) -> tuple[str, ...]:
    """Return the folders whose content anyone may have written: work trees and targets."""
    paths = tuple(targets)
    tops = [find_work_tree(path) for path in (".", *paths)]
    folders = [os.path.realpath(path) for path in paths if os.path.isdir(path)]
    return tuple(dict.fromkeys(top for top in (*tops, *folders) if top))


def find_git_folder(path: str) -> str:
    """Return git's own folder of the work tree that contains `path`; raise `GitError`.

    In a linked work tree and in a submodule, `.git` is a file that names the folder.
    """
    top = find_work_tree(path)
    if top is None:
        raise GitError(f"{os.path.realpath(path)} is not in a git repository")
    dot_git = os.path.join(top, ".git")
    if os.path.isdir(dot_git):
        return dot_git
    try:
        target = read_small_file(dot_git).partition("gitdir:")[2].strip()
    except OSError as error:
        raise GitError(f"{dot_git}: cannot be read: {error.strerror}") from None
    return os.path.join(top, target)


def may_be_elsewhere(top: str) -> bool:
    """Return whether a repository may have a setting that names another folder as its work tree.

    A bare repository has none; one beside its work trees has no files for git to list.
    """
    try:
        folder = find_git_folder(top)
        settings = read_small_file(os.path.join(folder, "config")).lower()
    except (OSError, GitError):
        return True
    return "worktree" in settings or "include" in settings


def read_small_file(path: str) -> str:
    """Read one of git's own small files; raise `OSError`, also for a FIFO."""
    return small_files.read_small_file(path, small_files.MAX_LIST_SIZE).decode(
        "utf-8", "surrogateescape"
    )


def find_hooks_folder() -> str:
    """Return the folder of the current repository's hooks; raise `GitError`.

    Husky and other tools set `core.hooksPath`, so it is not pinned here.
    """
    git = command.open_own()
    output = git.run("rev-parse", "--git-path", "hooks", pinned=False)
    return os.path.abspath(output.decode("utf-8", "surrogateescape").rstrip("\n"))


def list_files(folder: str) -> tuple[list[bytes], list[str]]:
    """Return the files below `folder` that git tracks or does not ignore, and git's warnings.

    Paths are relative to `folder`. The warnings are about folders that git cannot read. A tracked
    file that was deleted is omitted; a submodule or another repository is one entry. Raises
    `GitError`.
    """
    options = ("-z", "-t", "--cached", "--deleted", "--others", "--exclude-standard")
    output, warnings = command.open_foreign(folder).run_with_stderr("ls-files", *options)
    files: dict[bytes, None] = {}
    top = os.fsencode(folder)
    for entry in output.split(b"\0"):
        tag, _, path = entry.partition(b" ")
        if tag == b"R":  # deleted: follows the entry of the tracked file
            files.pop(path, None)
        elif path and (tag != b"S" or os.path.lexists(os.path.join(top, path))):
            files[path] = None  # S: a sparse checkout may omit it
    return list(files), warnings


def is_ignored(folder: str) -> bool:
    """Return whether git ignores a whole folder; raise `GitError`."""
    parent, name = os.path.split(os.path.realpath(folder))
    git = command.open_foreign(parent)
    git.environment.pop("GIT_LITERAL_PATHSPECS")  # check-ignore fails if it is set
    return bool(git.run("check-ignore", "--", f"./{name}", allowed_codes=(0, 1)))
