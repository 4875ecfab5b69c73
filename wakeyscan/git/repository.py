"""A repository of a stranger: found, and looked over before git is let near it."""

from __future__ import annotations

import os
import re
import stat
import string
from collections.abc import Iterator
from typing import NamedTuple

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError

_DEEPEST = 5
"""Alternates of alternates that are followed, as git does."""


class Repository(NamedTuple):
    """Where the parts of a repository are; paths, absolute."""

    folder: str
    """What the user named."""
    git_folder: str
    """Of this work tree: HEAD and the index are here."""
    common_folder: str
    """Of all its work trees: refs and objects are here."""
    object_folders: tuple[str, ...]
    """Its own, then those that it borrows from."""
    width: int
    """Bytes of an object id: 20 (SHA-1) or 32 (SHA-256)."""

    @property
    def bare(self) -> bool:
        """Whether it has no work tree."""
        return os.path.realpath(self.folder) == os.path.realpath(self.git_folder)


def find_repository(folder: str) -> Repository:
    """Find the repository of a folder; raises `SourceError` where there is none.

    Raises it too where a special file is in it: a FIFO hangs git, and whoever reads it, for ever.
    """
    git_folder = _git_folder(folder)
    common = _pointed(git_folder, "commondir") or git_folder
    for one in dict.fromkeys((git_folder, common)):
        if not os.path.isdir(one):
            raise SourceError(f"{folder}: is no git repository: {one} is missing")
        _refuse_links(one)
        _refuse_special([one])
    own = os.path.join(common, "objects")
    if not os.path.isdir(own):
        raise SourceError(f"{folder}: is no git repository: {own} is missing")
    borrowed = tuple(_borrowed(own))
    for one in borrowed[1:]:
        _refuse_special(list(_parts(one)))
    return Repository(folder, git_folder, common, borrowed, _width(common))


def _git_folder(folder: str) -> str:
    dot_git = os.path.join(folder, ".git")
    if os.path.isfile(dot_git):
        named = _text(dot_git).partition("gitdir:")[2].strip()
        return os.path.normpath(os.path.join(os.path.abspath(folder), named))
    if os.path.islink(dot_git):
        raise SourceError(f"{dot_git}: is a link, which is not followed; name what it points to")
    if os.path.isdir(dot_git):
        return os.path.abspath(dot_git)
    if all(os.path.lexists(os.path.join(folder, part)) for part in ("HEAD", "objects", "refs")):
        return os.path.abspath(folder)
    raise SourceError(f"{folder}: is no git repository; to look at files: wakeyscan scan")


def _pointed(folder: str, name: str) -> str:
    path = os.path.join(folder, name)
    if not stat.S_ISREG(_mode(path)):
        return ""
    return os.path.normpath(os.path.join(folder, _text(path).strip()))


def _text(path: str) -> str:
    try:
        return small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE).decode(
            "utf-8", "surrogateescape"
        )
    except OSError as error:
        raise SourceError(f"{path}: can't be read: {error.strerror}") from None


def _mode(path: str) -> int:
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):  # a NUL is in no path
        return 0


def _refuse_links(folder: str) -> None:
    for part in ("objects", "refs"):
        if stat.S_ISLNK(_mode(os.path.join(folder, part))):
            raise SourceError(f"{os.path.join(folder, part)}: is a link; git's own never are")


def _refuse_special(pending: list[str]) -> None:
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                elif not entry.is_file(follow_symlinks=False) and not _is_plain_link(entry):
                    raise SourceError(
                        f"{entry.path}: is neither file nor folder, so git would hang on it or "
                        "worse; remove it, if you trust this repository at all"
                    )


def _parts(objects: str) -> Iterator[str]:
    """Yield the folders of an object store: what else is beside them is nobody's business."""
    for name in os.listdir(objects):
        path = os.path.join(objects, name)
        is_part = name in ("pack", "info") or (len(name) == 2 and not name.strip(string.hexdigits))
        if is_part and stat.S_ISDIR(_mode(path)):
            yield path


def _is_plain_link(entry: os.DirEntry[str]) -> bool:
    """Let a link pass that leads to a file, as some tools make for HEAD or hooks, or nowhere."""
    try:
        return entry.is_symlink() and stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


def _borrowed(own: str) -> Iterator[str]:
    seen: dict[str, None] = {}
    level = [own]
    for _ in range(_DEEPEST + 1):
        further = []
        for folder in level:
            if os.path.isdir(folder) and folder not in seen:
                seen[folder] = None
                further += _alternates(folder)
        level = further
    yield from seen


def _alternates(folder: str) -> list[str]:
    path = os.path.join(folder, "info", "alternates")
    if not stat.S_ISREG(_mode(path)):
        return []
    lines = [_unquoted(line.rstrip("\r")) for line in _text(path).split("\n")]
    return [
        os.path.normpath(os.path.join(folder, line)) for line in lines if line and line[0] != "#"
    ]


def _unquoted(line: str) -> str:
    """Read a path that may be quoted as C does."""
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return line
    return re.sub(r"\\([0-7]{3}|.)", _unescaped, line[1:-1])


def _unescaped(escape: re.Match[str]) -> str:
    if len(escape[1]) == 3:
        return os.fsdecode(bytes([int(escape[1], 8) & 0xFF]))
    return dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)).get(escape[1], escape[1])


def _width(common: str) -> int:
    """Read the format of ids from the configuration, without obeying anything else in it."""
    try:
        held = small_files.read_small_file(
            os.path.join(common, "config"), small_files.MAX_CONFIG_SIZE
        )
    except OSError:
        return 20
    section = ""
    for line in held.decode("utf-8", "replace").lower().splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]").strip()
        name, _, value = line.partition("=")
        if section == "extensions" and name.strip() == "objectformat":
            return 32 if value.strip().strip('"') == "sha256" else 20
    return 20
