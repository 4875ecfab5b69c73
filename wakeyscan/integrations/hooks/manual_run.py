"""Runs of a hook framework by hand, which git does not start."""

from __future__ import annotations

import os
from collections.abc import Collection

from wakeyscan.core import small_files
from wakeyscan.core.errors import GitError
from wakeyscan.git.command import Git, open_own
from wakeyscan.sources.staged import list_staged

_RANGE = "PRE_COMMIT_FROM_REF"
"""Variable of pre-commit for `--from-ref`: the files of a range, not of a commit."""

_MAX_STAGED_SIZE = 16 << 20
"""Maximum bytes of a file that is compared with the index; larger ones are scanned as files."""


def are_staged(paths: Collection[str], top: str) -> bool:
    """Return whether all paths are staged changes that are the same on disk.

    Then a commit would be judged: `pre-commit run` by hand passes the staged files, and hides
    changes that are not staged. `--all-files` passes other files too. Paths are relative to `top`.
    """
    if _RANGE in os.environ:
        return False
    git = open_own()
    try:
        blobs = {change.path: change.new_id for change in list_staged(git)}
    except GitError:  # nothing is staged where git refuses the repository
        return False
    return all(path in blobs for path in paths) and _are_equal(paths, blobs, top, git)


def _are_equal(paths: Collection[str], blobs: dict[str, str], top: str, git: Git) -> bool:
    found = git.read_objects(blobs[path] for path in paths)
    return all(
        staged.size <= _MAX_STAGED_SIZE
        and staged.read_all() == _read_file(os.path.join(top, path), staged.size)
        for path, staged in zip(paths, found, strict=True)
    )


def _read_file(path: str, size: int) -> bytes | None:
    try:
        return small_files.read_small_file(path, size)
    except OSError:  # larger, deleted or a link: not what is staged
        return None
