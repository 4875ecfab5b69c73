"""The parts of an untrusted repository, located and checked before git opens it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import NamedTuple

_HEX_DIGITS = "0123456789abcdefABCDEF"

_UNREAD = frozenset(("hooks", "lfs", "logs", "modules"))
"""Subfolders that no git command of ours reads, so that they may be unreadable."""

_MAX_ALTERNATE_DEPTH = 5
"""Maximum number of levels of alternates that are followed, as in git."""


class Repository(NamedTuple):
    """Absolute paths of the parts of a repository."""

    folder: str
    """The repository as the user named it."""
    git_folder: str
    """Folder of this work tree's HEAD and index."""
    common_folder: str
    """Folder of the refs and objects, which all work trees share."""
    object_folders: tuple[str, ...]
    """Its own object folder, then its alternates."""
    id_width: int
    """Bytes of an object id: 20 (SHA-1) or 32 (SHA-256)."""
    missing_alternates: tuple[str, ...] = ()
    """Object folders that an alternates file names, but that do not exist."""

    @property
    def is_bare(self) -> bool:
        """Whether it has no work tree."""
        return os.path.realpath(self.folder) == os.path.realpath(self.git_folder)


def find_repository(folder: str) -> Repository:
    """Return the repository of a folder; raise `SourceError` if there is none.

    Also raise `SourceError` for a special file in it: a FIFO blocks git, and us, forever.
    """
    git_folder = _find_git_folder(folder)
    common_folder = _read_path(git_folder, "commondir") or git_folder
    for required in dict.fromkeys((git_folder, common_folder)):
        _require_folder(folder, required)
        _refuse_links(required)
        _refuse_special_files([required], required)
    own_objects = os.path.join(common_folder, "objects")
    _require_folder(folder, own_objects)
    missing: dict[str, None] = {}
    object_folders = tuple(_find_object_folders(own_objects, missing))
    for alternate in object_folders[1:]:
        _refuse_special_files(_list_object_subfolders(alternate), alternate)
    return Repository(
        folder=folder,
        git_folder=git_folder,
        common_folder=common_folder,
        object_folders=object_folders,
        id_width=_read_id_width(common_folder),
        missing_alternates=tuple(missing),
    )


def _find_git_folder(folder: str) -> str:
    dot_git = os.path.join(folder, ".git")
    if os.path.isfile(dot_git):
        target = _read_text(dot_git).partition("gitdir:")[2].strip()
        return os.path.normpath(os.path.join(os.path.abspath(folder), target))
    if os.path.islink(dot_git):
        raise SourceError(f"{dot_git}: is a link, which is not followed; name its target instead")
    if os.path.isdir(dot_git):
        return os.path.abspath(dot_git)
    if all(os.path.lexists(os.path.join(folder, part)) for part in ("HEAD", "objects", "refs")):
        return os.path.abspath(folder)
    raise SourceError(f"{folder}: is not a git repository; to scan files, use wakeyscan scan")


def _require_folder(repository: str, folder: str) -> None:
    if not os.path.isdir(folder):
        raise SourceError(f"{repository}: is not a git repository; {folder} is missing")


def _read_path(folder: str, name: str) -> str:
    """Return the path that a file in `folder` contains, or "" without such a file."""
    path = os.path.join(folder, name)
    if not stat.S_ISREG(_get_mode(path)):
        return ""
    return os.path.normpath(os.path.join(folder, _read_text(path).strip()))


def _read_text(path: str) -> str:
    try:
        content = small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    return content.decode("utf-8", "surrogateescape")


def _get_mode(path: str) -> int:
    try:
        return os.lstat(path).st_mode
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return 0


def _refuse_links(folder: str) -> None:
    for name in ("objects", "refs"):
        path = os.path.join(folder, name)
        if stat.S_ISLNK(_get_mode(path)):
            raise SourceError(f"{path}: is a link, which git never creates; it is not followed")


def _refuse_special_files(pending: list[str], top: str) -> None:
    while pending:
        folder = pending.pop()
        try:
            entries = _list_entries(folder)
        except SourceError:
            if os.path.relpath(folder, top).split(os.sep)[0] not in _UNREAD:
                raise
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
            elif not entry.is_file(follow_symlinks=False) and not _is_harmless_link(entry):
                raise SourceError(
                    f"{entry.path}: is neither a file nor a folder, and may block git; "
                    "remove it if you trust this repository"
                )


def _list_entries(folder: str) -> list[os.DirEntry[str]]:
    """List the entries of a folder; a concurrent `git gc` may remove it. Raise `SourceError`."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SourceError(
            f"{folder}: cannot be read: {error.strerror}; run wakeyscan as a user with read access"
        ) from None


def _is_harmless_link(entry: os.DirEntry[str]) -> bool:
    """Return whether a link is broken or leads to a file; some tools create such HEADs or hooks."""
    try:
        return entry.is_symlink() and stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True


def _list_object_subfolders(folder: str) -> list[str]:
    """List the subfolders of an object folder that git reads; others do not matter."""
    return [
        entry.path
        for entry in _list_entries(folder)
        if entry.is_dir(follow_symlinks=False) and _is_object_subfolder(entry.name)
    ]


def _is_object_subfolder(name: str) -> bool:
    return name in ("pack", "info") or (len(name) == 2 and not name.strip(_HEX_DIGITS))


def _find_object_folders(own_objects: str, missing: dict[str, None]) -> Iterator[str]:
    """Yield an object folder, then its alternates, level by level; collect missing ones."""
    found: dict[str, None] = {}
    level = [own_objects]
    for _ in range(_MAX_ALTERNATE_DEPTH + 1):
        next_level = []
        for folder in level:
            if not os.path.isdir(folder):
                missing[folder] = None
            elif folder not in found:
                found[folder] = None
                next_level += _read_alternates(folder)
        level = next_level
    yield from found


def _read_alternates(folder: str) -> list[str]:
    path = os.path.join(folder, "info", "alternates")
    if not stat.S_ISREG(_get_mode(path)):
        return []
    lines = [_unquote(line.rstrip("\r")) for line in _read_text(path).split("\n")]
    return [
        os.path.normpath(os.path.join(folder, line)) for line in lines if line and line[0] != "#"
    ]


def _unquote(line: str) -> str:
    """Return a path without the quoting of C strings, which git uses for unusual paths."""
    if len(line) < 2 or line[0] != '"' or line[-1] != '"':
        return line
    return re.sub(r"\\([0-7]{3}|.)", _unescape, line[1:-1])


def _unescape(escape: re.Match[str]) -> str:
    if len(escape[1]) == 3:
        return os.fsdecode(bytes([int(escape[1], 8) & 0xFF]))
    return dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True)).get(escape[1], escape[1])


def _read_id_width(common_folder: str) -> int:
    """Return the size of object ids, the only setting that is read from the configuration."""
    path = os.path.join(common_folder, "config")
    try:
        config = small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE)
    except FileNotFoundError:
        return 20
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    section = ""
    for line in config.decode("utf-8", "replace").lower().splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]").strip()
        name, _, value = line.partition("=")
        if section == "extensions" and name.strip() == "objectformat":
            return 32 if value.strip().strip('"') == "sha256" else 20
    return 20
