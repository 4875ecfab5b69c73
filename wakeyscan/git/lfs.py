"""Git LFS pointers, and the content that they name in a local repository. Nothing is downloaded."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress

from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from typing import BinaryIO

    from wakeyscan.git import command
else:
    command = lazy_import("wakeyscan.git.command")  # only a pointer needs git

MAX_POINTER = 1023
"""Maximum bytes of a pointer, as in Git LFS."""

_POINTER = lazy_pattern(
    rb"version (?:https://(?:git-lfs|hawser)\.github\.com/spec/v1|http://git-media\.io/v/2)\n"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,19})"
)
_EXTENSION = lazy_pattern(rb"ext-[0-9]-\w+ ")
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Pointer(NamedTuple):
    """The content of a pointer file."""

    oid: str
    """SHA-256 in 64 lower-case hex digits, so that it is safe as a part of a path."""
    size: int


def parse_pointer(content: bytes) -> Pointer | None:
    """Parse a pointer; return `None` for any other text.

    As in Git LFS, extension lines and empty lines are allowed anywhere, and lines may end in CRLF.
    """
    if len(content) > MAX_POINTER:
        return None
    lines = (line.rstrip(b"\r") for line in content.strip().split(b"\n"))
    text = b"\n".join(line for line in lines if line and not _EXTENSION.match(line))
    match = _POINTER.fullmatch(text)
    return Pointer(match["oid"].decode("ascii"), int(match["size"])) if match else None


def find_store(git: command.Git) -> str:
    """Return the folder of LFS content that the configuration names; empty without a repository."""
    try:
        output = git.run("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape")
        storage = git.get_folder_setting("lfs.storage")
    except GitError:
        return ""
    common_folder = os.path.join(git.folder, output.rstrip("\n"))
    return os.path.realpath(os.path.join(common_folder, storage or "lfs", "objects"))


def find_default_store(git_folder: str) -> str:
    """Return the default folder of LFS content, regardless of the repository's configuration."""
    return os.path.join(os.path.realpath(git_folder), "lfs", "objects")


def open_object(store: str, oid: str) -> BinaryIO | None:
    """Open content by its SHA-256, in hex; return `None` if the store lacks it.

    No link in the store is followed, so nothing outside of it is opened. Raise `OSError`.
    """
    path = os.path.join(store, oid[:2], oid[2:4], oid)
    if not store or os.path.realpath(path) != path or not os.path.lexists(path):
        return None
    descriptor = os.open(path, _OPEN_FLAGS)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    return None


def describe_store(store: str) -> Iterator[str]:
    """Yield a line for each file of a store, which changes if its content does.

    No link is followed, and a folder that cannot be read has no lines: its content is not scanned.
    """
    if os.path.realpath(store) != store:
        return
    for folder, _, names in os.walk(store):
        for name in names:
            path = os.path.join(folder, name)
            with suppress(OSError):  # removed meanwhile
                found = os.lstat(path)
                yield f"{path} {found.st_size} {found.st_mtime_ns}"


def build_lfs_opener(on_disk: bool) -> Callable[[str, str], BinaryIO | None]:
    """Return a function that opens LFS content by the path of its pointer and its SHA-256.

    `on_disk`: the path leads to the repository; otherwise it is the current one. Each store is
    located once, at the first pointer.
    """
    stores: dict[str, str] = {}

    def open_content(path: str, oid: str) -> BinaryIO | None:
        top = worktree.find_work_tree(os.path.dirname(path)) if on_disk else "."
        if top is None:
            return None
        if top not in stores:
            git = command.open_foreign(top) if on_disk else command.open_own()
            stores[top] = find_store(git)
        return open_object(stores[top], oid)

    return open_content
