"""Work trees: where they are, and which files git sees in them.

git is loaded where it is asked: with what starts it, it is 2 ms that a hook on files never pays.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from wakeyscan.core import small_files
from wakeyscan.core.errors import GitError


def find_work_tree(folder: str) -> str | None:
    """Find the top of the work tree that `folder` is in, without asking git."""
    at = os.path.realpath(folder)
    while True:
        if os.path.lexists(os.path.join(at, ".git")):
            return at
        above = os.path.dirname(at)
        if above == at:
            return None
        at = above


def trees(targets: Iterable[str]) -> tuple[str, ...]:
    """Return the folders whose content may be anyone's: work trees, and what is scanned."""
    named = tuple(targets)
    tops = [find_work_tree(path) for path in (".", *named)]
    scanned = [os.path.realpath(path) for path in named if os.path.isdir(path)]
    return tuple(dict.fromkeys(top for top in (*tops, *scanned) if top))


def find_git_folder(path: str) -> str:
    """Find git's own folder of the work tree that `path` is in; raises `GitError`.

    In a linked work tree and in a submodule `.git` is a file that names it.
    """
    top = find_work_tree(path)
    if top is None:
        raise GitError(f"{os.path.realpath(path)} is not in a git repository")
    dot_git = os.path.join(top, ".git")
    if os.path.isdir(dot_git):
        return dot_git
    try:
        named = read_small_file(dot_git).partition("gitdir:")[2].strip()
    except OSError as error:
        raise GitError(f"{dot_git} can't be read: {error.strerror}") from None
    return os.path.join(top, named)


def read_small_file(path: str) -> str:
    """Read a file of git's own; raises `OSError`, at a FIFO too, which would never end."""
    return small_files.read_small_file(path, small_files.MAX_LIST_SIZE).decode(
        "utf-8", "surrogateescape"
    )


def find_hooks_folder() -> str:
    """Find where git looks for the hooks of the repository at hand; raises `GitError`.

    Husky and others set `core.hooksPath`, which is what counts, so it is not pinned off here.
    """
    from wakeyscan.git import command

    here = command.open_own()
    asked = here.run("rev-parse", "--git-path", "hooks", pinned=False)
    return os.path.abspath(asked.decode("utf-8", "surrogateescape").rstrip("\n"))


def list_files(folder: str) -> tuple[list[bytes], list[str]]:
    """List the files below `folder` that git tracks, or neither tracks nor ignores.

    Paths are relative to `folder`. What git could not look into comes second, in its words.
    A tracked file that is gone from the work tree is left out; a submodule or another repository
    is one entry. Raises `GitError`.
    """
    from wakeyscan.git import command

    asked = ("-t", "--cached", "--deleted", "--others", "--exclude-standard")
    out, complaints = command.open_foreign(folder).run_aloud("ls-files", "-z", *asked)
    listed: dict[bytes, None] = {}
    top = os.fsencode(folder)
    for entry in out.split(b"\0"):
        tag, _, path = entry.partition(b" ")
        if tag == b"R":  # deleted: it follows the line that says it is tracked
            listed.pop(path, None)
        elif path and (tag != b"S" or os.path.lexists(os.path.join(top, path))):
            listed[path] = None  # S: a sparse checkout may have left it out
    return list(listed), complaints


def is_ignored(folder: str) -> bool:
    """Say whether git ignores a whole folder; raises `GitError` where it can't tell."""
    from wakeyscan.git import command

    above, name = os.path.split(os.path.realpath(folder))
    asked = command.open_foreign(above)
    # check-ignore knows no literal pathspecs, and fails where they are asked for.
    asked.environment.pop("GIT_LITERAL_PATHSPECS")
    return bool(asked.run("check-ignore", "--", f"./{name}", ok=(0, 1)))
