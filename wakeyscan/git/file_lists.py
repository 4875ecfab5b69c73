"""Files of a work tree that a scan of its folder does not meet: ignored, or not checked out."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from typing import NamedTuple

from wakeyscan.core.errors import GitError
from wakeyscan.git import worktree
from wakeyscan.git.command import open_foreign

_IGNORED = ("-z", "--others", "--ignored", "--exclude-standard", "--directory")
_NO_FLAGS_VERSION = 2
"""Version of an index without extended flags, of which "not checked out" is one."""
_HEADER_SIZE = 8
_SUBMODULE = b"160000"


class OmittedFile(NamedTuple):
    """A tracked file that is not checked out."""

    path: str
    """Relative to the listed folder."""
    blob: str


def count_ignored_files(folder: str, limit: int) -> int:
    """Return the number of files below `folder` that git ignores, at most `limit`.

    It is 0 if git ignores all of the folder: a scan that names the folder covers it. Raise
    `GitError`.
    """
    count, listed = 0, b"/"
    for entry in open_foreign(folder).run("ls-files", *_IGNORED).split(b"\0"):
        if entry.startswith(listed) or listed == b"./":
            continue  # git lists a folder without other files, and then what is in it
        if entry.endswith(b"/"):
            listed = entry
            count += _count_files(os.path.join(os.fsencode(folder), entry), limit - count)
        else:
            count += bool(entry)
    is_top = os.path.realpath(folder) == worktree.find_work_tree(folder)
    return 0 if count and not is_top and worktree.is_ignored(folder) else min(count, limit)


def _count_files(folder: bytes, limit: int) -> int:
    count, pending = 0, [folder]
    while pending and count < limit:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if not entry.is_dir(follow_symlinks=False):
                        count += 1
                    elif entry.name != b".git":
                        pending.append(entry.path)
        except OSError:
            continue
    return min(count, limit)


def list_omitted_files(folder: str) -> Iterator[OmittedFile]:
    """Yield the tracked files below `folder` that are absent since they are not checked out.

    A sparse checkout omits them. Raise `GitError`.
    """
    if not _may_omit_files(folder):
        return
    output = open_foreign(folder).run("ls-files", "-z", "-t", "--stage")
    for entry in output.split(b"\0"):
        details, _, path = entry.partition(b"\t")
        tag, mode, blob, *_ = [*details.split(b" "), b"", b"", b""]
        is_omitted = tag == b"S" and mode != _SUBMODULE
        if is_omitted and not os.path.lexists(os.path.join(os.fsencode(folder), path)):
            yield OmittedFile(os.fsdecode(path), blob.decode("ascii"))


def _may_omit_files(folder: str) -> bool:
    """Return whether the index may say of a file that it is not checked out, without git."""
    try:
        index = os.path.join(worktree.find_git_folder(folder), "index")
        with open(index, "rb") as file:
            header = file.read(_HEADER_SIZE)
    except (OSError, GitError):
        return False
    version = int.from_bytes(header[4:], "big")
    is_split = glob.glob(os.path.join(glob.escape(os.path.dirname(index)), "sharedindex.*"))
    return version != _NO_FLAGS_VERSION or bool(is_split)
