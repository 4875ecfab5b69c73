"""Bare mirrors that stay on disk, in a folder of bounded size: a later run fetches what is new.

A mirror is a repository of our own: its configuration has no URL, and so no password.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec

from wakeyscan.core.errors import GitError
from wakeyscan.core.files import check_links
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.termination import make_temporary_folder
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.mirror import (
    Remote,
    TransferLimits,
    check_url,
    ignore_progress,
    open_transport,
    refuse_ssh,
    remove_credentials,
)
from wakeyscan.git.worktree import find_untrusted_folders

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.git import clone
else:
    clone = lazy_import("wakeyscan.git.clone")  # GitPython takes 200 ms

_SYMBOLIC_HEAD = re.compile(r"ref: (refs/[\w./+@#%=-]{1,250})\tHEAD")
_DETACHED_HEAD = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\tHEAD")
_OBJECT_ID = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\t")
_MIRROR, _LOCK = ".git", ".lock"
_KEEP_PACKS = ("-c", "fetch.unpackLimit=1")
"""A pack is faster to audit than loose objects."""
_CONFIG = "[core]\n\trepositoryformatversion = {}\n\tbare = true\n{}"
_SHA256 = "[extensions]\n\tobjectformat = sha256\n"


class MirrorCache(NamedTuple):
    """Where mirrors are kept, and how much of them."""

    folder: str
    """Empty: mirrors are temporary."""
    max_bytes: int = 0
    """Size of all mirrors, above which those that were not used for longest are removed; 0: any."""


class RemoteRefs(NamedTuple):
    """The refs of a repository at a URL."""

    text: str
    """All of them, as git lists them."""

    @property
    def head(self) -> str:
        """The content of the file HEAD."""
        if found := _SYMBOLIC_HEAD.match(self.text):
            return f"ref: {found[1]}"
        found = _DETACHED_HEAD.match(self.text)
        return found[1] if found else "ref: refs/heads/none"

    @property
    def is_sha256(self) -> bool:
        """Whether its objects have ids of 32 bytes."""
        found = _OBJECT_ID.search(self.text)
        return found is not None and len(found[1]) == 64


def list_refs(remote: Remote) -> RemoteRefs:
    """List the refs of the repository at a URL; raise `UsageError` or `GitError`."""
    refuse_ssh(remote.url)
    check_url(remote.url)
    with open_transport(remote) as git_command:
        return RemoteRefs(clone.list_remote_refs(remote.url, git_command=git_command))


@contextmanager
def open_mirror(
    remote: Remote, refs: RemoteRefs, cache: MirrorCache, limits: TransferLimits
) -> Iterator[str]:
    """Yield the folder of an up-to-date mirror, which no other process changes meanwhile.

    Raise `GitError` if it cannot be cloned or fetched.
    """
    if not cache.folder:
        with make_temporary_folder() as folder:
            path = os.path.join(folder, "mirror.git")
            _update(remote, path, refs, limits)
            yield path
        return
    with _lock_mirror(remote.url, cache) as path:
        _update(remote, path, refs, limits)
        os.utime(path)
        yield path
    _remove_oldest(cache)


def _update(remote: Remote, path: str, refs: RemoteRefs, limits: TransferLimits) -> None:
    is_new = not os.path.lexists(path)
    try:
        _write_repository(path, refs)
        with open_transport(remote) as git_command:
            command = [*git_command, *_KEEP_PACKS]
            clone.run_fetch(
                remote.url, path, git_command=command, report=ignore_progress, limits=limits
            )
    except OSError as error:
        raise GitError(f"{error.filename or path}: cannot be written: {error.strerror}") from None
    except BaseException:
        if is_new:
            shutil.rmtree(path, ignore_errors=True)
        raise
    finally:
        _remove_drafts(path)


def _remove_drafts(path: str) -> None:
    """Remove partly received files of a stopped git: they may be huge."""
    for draft in glob.glob(os.path.join(glob.escape(path), "objects", "pack", "tmp_*")):
        with suppress(OSError):
            os.unlink(draft)


def _write_repository(path: str, refs: RemoteRefs) -> None:
    """Create an empty repository, unless there is one, and let HEAD name the ref of the remote."""
    for name in ("objects", "refs"):
        os.makedirs(os.path.join(path, name), mode=0o700, exist_ok=True)
    extension = _SHA256 if refs.is_sha256 else ""
    files = {
        "HEAD": f"{refs.head}\n",
        "config": _CONFIG.format(int(refs.is_sha256), extension),
    }
    for name, content in files.items():
        with open(os.path.join(path, name), "w", encoding="utf-8") as file:
            file.write(content)


@contextmanager
def _lock_mirror(url: str, cache: MirrorCache) -> Iterator[str]:
    """Yield the path of a mirror, and wait until no other process uses it."""
    path = os.path.join(cache.folder, _build_name(url) + _MIRROR)
    _refuse_links(path)
    try:
        os.makedirs(cache.folder, mode=0o700, exist_ok=True)
        with open(path + _LOCK, "ab") as lock:
            _lock(lock.fileno(), waits=True)
            yield path
    except PermissionError as error:
        raise GitError(f"{error.filename}: cannot be written: {error.strerror}") from None


def _refuse_links(mirror: str) -> None:
    """Raise `GitError` if a link of the current work tree is on the way to what is written."""
    trees = find_untrusted_folders(())
    below = ("HEAD", "config", "objects/pack", "refs", "FETCH_HEAD", "packed-refs", "shallow")
    try:
        for path in (mirror + _LOCK, *(f"{mirror}/{name}" for name in below)):
            check_links(path, trees)
    except OSError as error:
        raise GitError(f"{path}: cannot be written: {error.strerror}") from None


def _build_name(url: str) -> str:
    """Return the name of a mirror: the end of the URL for people, and a digest of all of it."""
    shown = remove_credentials(url).removesuffix(".git")
    end = re.sub(r"[^A-Za-z0-9-]+", "_", shown)[-40:].strip("_-")
    return f"{end}-{sha256(shown.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def _lock(descriptor: int, *, waits: bool) -> None:
    """Lock a file until it is closed; raise `OSError` if it is locked; Windows has no such lock."""
    if find_spec("fcntl"):
        fcntl: Any = import_module("fcntl")
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))


def _remove_oldest(cache: MirrorCache) -> None:
    """Remove the mirrors that were not used for longest, until the others fit."""
    if not cache.max_bytes:
        return
    with os.scandir(cache.folder) as entries:
        mirrors = [entry.path for entry in entries if entry.name.endswith(_MIRROR)]
    sizes = {path: clone.measure_folder(path) for path in mirrors}
    total = sum(sizes.values())
    for path in sorted(mirrors, key=_find_last_use):
        if total <= cache.max_bytes:
            return
        with suppress(OSError), open(path + _LOCK, "ab") as lock:
            _lock(lock.fileno(), waits=False)  # another worker may audit it
            shutil.rmtree(path)
            total -= sizes[path]


def _find_last_use(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
