"""The state of a repository as a digest: with the same state, it need not be audited again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256

from wakeyscan.audit.ref_names import read_tips
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import lfs, refs

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository


def digest_repository(repository: Repository) -> str:
    """Return a digest of the refs, reflogs, index, objects and LFS content of a repository.

    An audit also scans objects that no ref reaches, so the names of all packs and loose objects
    count.
    """
    digest = sha256()
    for line in _describe_state(repository):
        digest.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return digest.hexdigest()


def digest_refs(listing: str) -> str:
    """Return a digest of the refs that a server lists, one per line, in any order."""
    lines = "\n".join(sorted(listing.splitlines()))
    return sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def _describe_state(repository: Repository) -> Iterator[str]:
    for name, object_id in sorted(read_tips(repository).items()):
        yield f"{name} {object_id}"
    for name, ids in sorted(refs.read_reflogs(repository, lambda *_: None).items()):
        yield f"{name} {' '.join(sorted(ids))}"
    yield _hash_file(os.path.join(repository.git_folder, "index"))
    for folder in repository.object_folders:
        for path, size in sorted(_list_object_files(folder)):
            yield f"{path} {size}"
    yield from sorted(lfs.describe_store(lfs.find_default_store(repository.common_folder)))


def _hash_file(path: str) -> str:
    digest = sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()


def _list_object_files(folder: str) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            subfolders = [one.path for one in entries if one.is_dir(follow_symlinks=False)]
        for subfolder in subfolders:
            with os.scandir(subfolder) as entries:
                for entry in entries:
                    yield entry.path, entry.stat(follow_symlinks=False).st_size
    except OSError as error:
        raise SourceError(f"{error.filename}: cannot be read: {error.strerror}") from None
