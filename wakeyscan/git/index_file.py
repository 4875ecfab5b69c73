"""Blobs in the index of a foreign repository, which git reads in an isolated one."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from wakeyscan.core import small_files
from wakeyscan.core.errors import GitError

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_HASHES = {20: hashlib.sha1, 32: hashlib.sha256}


def list_staged_blobs(path: str, git: Git, id_width: int) -> frozenset[str]:
    """List the blobs in an index, also if it is split or sparse; raise `GitError`.

    `id_width` are the bytes of an object id.
    """
    if not os.path.isfile(path):
        return frozenset()
    _check(path, id_width)
    git = git._replace(environment={**git.environment, "GIT_INDEX_FILE": path})
    output = git.run("ls-files", "-s", "-z")
    return frozenset(row.split(b" ")[1].decode("ascii") for row in output.split(b"\0") if row)


def _check(path: str, id_width: int) -> None:
    """Raise `GitError` for a damaged index: git does not check it, and may list less."""
    try:
        content = small_files.read_small_file(path, small_files.MAX_DATA_SIZE)
    except OSError as error:
        raise GitError(f"{path}: cannot be read: {error.strerror}") from None
    end = len(content) - id_width
    stored = content[end:]
    is_hashed = stored.strip(b"\0")  # not with git's setting index.skipHash
    if is_hashed and _HASHES[id_width](memoryview(content)[:end]).digest() != stored:
        raise GitError(f"{path}: is damaged: its checksum does not match")
