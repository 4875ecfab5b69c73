"""Where Git LFS keeps content that pointers stand for, in a repository; nothing is ever fetched."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

from wakeyscan.core.errors import GitError
from wakeyscan.git import worktree
from wakeyscan.git.command import Git

_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not hold us up
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def find_store(git: Git) -> str:
    """Give the folder of the content, as the configuration has it; empty without a repository."""
    try:
        asked = git.run("rev-parse", "--git-common-dir").decode("utf-8", "surrogateescape")
        storage = git.folder_setting("lfs.storage")
    except GitError:
        return ""
    common = os.path.join(git.folder, asked.rstrip("\n"))
    return os.path.realpath(os.path.join(common, storage or "lfs", "objects"))


def find_store_in(git_folder: str) -> str:
    """Give the folder of the content, whatever a configuration says; a link there leads nowhere."""
    return os.path.join(os.path.realpath(git_folder), "lfs", "objects")


def open_object(store: str, oid: str) -> BinaryIO | None:
    """Open content by its SHA-256, 64 hex digits; `None` where it is not there.

    Nothing outside of the store is opened: no link in it is followed. Raises `OSError`.
    """
    place = os.path.join(store, oid[:2], oid[2:4], oid)
    if not store or os.path.realpath(place) != place or not os.path.lexists(place):
        return None
    descriptor = os.open(place, _OPEN)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    return None


LONGEST = 1023
"""Bytes of a pointer; what is longer is none to Git LFS either."""


_POINTER = re.compile(
    rb"version (?:https://(?:git-lfs|hawser)\.github\.com/spec/v1|http://git-media\.io/v/2)\n"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,19})"
)


_EXTENSION = re.compile(rb"ext-[0-9]-\w+ ")


class Pointer(NamedTuple):
    """What a pointer says of the content that it stands for."""

    oid: str
    """Its SHA-256: 64 hex digits in lower case, so that it can be a part of a path."""
    size: int
    """Bytes."""


def parse_pointer(content: bytes) -> Pointer | None:
    """Read what begins with the version of a pointer; `None` where it is any other text.

    As Git LFS does, it takes lines of extensions anywhere, empty lines, and lines that end in CRLF.
    """
    if len(content) > LONGEST:
        return None
    lines = (line.rstrip(b"\r") for line in content.strip().split(b"\n"))
    text = b"\n".join(line for line in lines if line and not _EXTENSION.match(line))
    found = _POINTER.fullmatch(text)
    return Pointer(found["oid"].decode("ascii"), int(found["size"])) if found else None


def build_lfs_opener(on_disk: bool) -> Callable[[str, str], BinaryIO | None]:
    """Make what opens content that Git LFS keeps: of the repository that a file is in, or of ours.

    That is looked for, once for each repository, when the first pointer is met.
    """
    stores: dict[str, str] = {}

    def opened(path: str, oid: str) -> BinaryIO | None:
        from wakeyscan.git import command as git  # which only a pointer pays for
        from wakeyscan.git import lfs

        top = worktree.find_work_tree(os.path.dirname(path)) if on_disk else "."
        if top is None:
            return None
        if top not in stores:
            stores[top] = lfs.find_store(git.open_foreign(top) if on_disk else git.open_own())
        return lfs.open_object(stores[top], oid)

    return opened
