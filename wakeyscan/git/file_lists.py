"""Lists of files that only git knows: ignored, not checked out, or staged elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core import hashes, small_files
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.git.command import open_foreign

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_IGNORED = ("-z", "--others", "--ignored", "--exclude-standard", "--directory")
_NO_FLAGS_VERSION = 2
"""Version of an index without extended flags such as "not checked out"."""
_HEADER_SIZE = 8
_SUBMODULE = b"160000"
_HASHES = {20: "sha1", 32: "sha256"}
"""Hashes by the bytes of an object id."""


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
            yield OmittedFile(os.fsdecode(path), blob.decode("ascii", "replace"))


def _may_omit_files(folder: str) -> bool:
    """Return without git whether the index may mark a file as not checked out."""
    try:
        index = os.path.join(worktree.find_git_folder(folder), "index")
        with open(index, "rb", opener=small_files.open_nonblocking) as file:
            header = file.read(_HEADER_SIZE)
        names = os.listdir(os.path.dirname(index))
    except (OSError, GitError):
        return False
    version = int.from_bytes(header[4:], "big")
    is_split = any(name.startswith("sharedindex.") for name in names)
    return version != _NO_FLAGS_VERSION or is_split


def list_staged_blobs(path: str, git: Git, id_width: int) -> frozenset[str]:
    """List the blobs in an index, also if it is split or sparse; raise `GitError`.

    `id_width` are the bytes of an object id.
    """
    if not os.path.isfile(path):
        return frozenset()
    _check_index(path, id_width)
    git = git._replace(environment={**git.environment, "GIT_INDEX_FILE": path})
    output = git.run("ls-files", "-s", "-z")
    try:
        return frozenset(row.split(b" ")[1].decode("ascii") for row in output.split(b"\0") if row)
    except (ValueError, IndexError):
        raise git.build_output_error("ls-files") from None


def _check_index(path: str, id_width: int) -> None:
    """Raise `GitError` for a damaged index: git does not check it, and may list less."""
    try:
        content = small_files.read_small_file(path, small_files.MAX_DATA_SIZE)
    except OSError as error:
        raise GitError(f"{path}: cannot be read: {error.strerror}") from None
    end = len(content) - id_width
    stored = content[end:]
    is_hashed = stored.strip(b"\0")  # not with git's setting index.skipHash
    body = memoryview(content)[:end]
    if is_hashed and hashes.compute_digest(_HASHES[id_width], body) != stored:
        raise GitError(f"{path}: is damaged: its checksum does not match")
