"""The repositories of a fleet: a list of URLs, a folder of clones, one clone or one URL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import sha256

from wakeyscan.core import small_files
from wakeyscan.core.errors import UsageError
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import Secret
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git.mirror import Credentials, Remote, parse_remote, remove_credentials

_SCHEME = "://"
_GIT_FOLDER = ".git"
_BARE_PARTS = ("HEAD", "objects", "refs")


class FleetRepository(NamedTuple):
    """One repository of a fleet."""

    name: str
    """Name in reports, unique in the fleet: a path relative to its folder, or `host/owner/name`."""
    location: str
    """Absolute path, or URL; a URL may contain credentials, so it is not printed."""
    size: int = 0
    """Bytes of its objects, as far as they are known: the largest repository is audited first."""

    token_variable: str = ""
    """Environment variable with the token to clone with; empty: none. A task never has a token."""
    token_user: str = ""
    """User name for the token."""
    is_optional: bool = False
    """Whether it may be missing: a host does not report whether a wiki has pages."""

    @property
    def remote(self) -> Remote:
        """The URL, with the token of this process's environment."""
        token = os.environ.get(self.token_variable, "") if self.token_variable else ""
        remote = parse_remote(self.location)
        if not token:
            return remote
        secret = Secret(os.fsencode(token), "token")
        return remote._replace(credentials=Credentials(self.token_user, secret))

    @property
    def is_remote(self) -> bool:
        """Whether it must be cloned."""
        return not os.path.isabs(self.location)

    @property
    def shown_location(self) -> str:
        """The location without credentials and keys."""
        return redact(remove_credentials(self.location))


def sort_repositories(repositories: Iterable[FleetRepository]) -> list[FleetRepository]:
    """Return each repository once, with a unique name, the largest first."""
    found: dict[str, FleetRepository] = {}
    for repository in repositories:
        found.setdefault(repository.location, repository)
    return sorted(_make_unique(found.values()), key=lambda one: (-one.size, one.name))


def list_source(source: str) -> Iterator[FleetRepository]:
    """Yield the repositories of a folder, a file or a URL; raise `UsageError`."""
    if os.path.isdir(source):
        yield from _list_folder(os.path.abspath(source))
    elif os.path.isfile(source):
        yield from _list_file(source)
    elif _SCHEME in source:
        yield FleetRepository(_name_url(source), source)
    else:
        raise UsageError(
            f"{remove_credentials(source)}: no such file or folder; name a file of clone URLs, "
            "a folder of clones, or a URL"
        )


def _list_folder(top: str) -> Iterator[FleetRepository]:
    """List a folder if it is a repository, and the repositories below it, also in work trees.

    Of a link out of the folder only the target is listed: the audit of one that is no repository
    fails, and says so. A link in a work tree belongs to somebody else, and is not followed.
    """
    if is_repository(top):
        yield _build_local(os.path.basename(top), top)
    pending = [] if _is_bare(top) else [_Folder(top, is_repository(top))]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder.path) as entries:
                paths = [e.path for e in entries if e.name != _GIT_FOLDER and _is_folder(e)]
        except OSError:  # its audit fails, and says so
            yield _build_local(os.path.relpath(folder.path, top), folder.path)
            continue
        for path in sorted(paths):
            is_link, is_found = os.path.islink(path), is_repository(path)
            if is_link and (folder.in_work_tree or _is_below(path, top)):
                continue
            if is_link or is_found:
                location = os.path.realpath(path) if is_link else path
                yield _build_local(os.path.relpath(path, top), location)
            if not is_link and not _is_bare(path):
                pending.append(_Folder(path, folder.in_work_tree or is_found))


class _Folder(NamedTuple):
    path: str
    in_work_tree: bool
    """Whether it is that of a repository, or below one."""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder, or a link to one."""
    return entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and os.path.isdir(entry.path))


def _is_below(link: str, top: str) -> bool:
    """Return whether a link leads to a folder below `top`, which is listed without it."""
    target, top = os.path.realpath(link), os.path.realpath(top)
    return os.path.join(target, "").startswith(os.path.join(top, ""))


def is_repository(folder: str) -> bool:
    """Return whether a folder looks like a clone or a bare mirror."""
    return os.path.lexists(os.path.join(folder, _GIT_FOLDER)) or _is_bare(folder)


def _is_bare(folder: str) -> bool:
    return all(os.path.lexists(os.path.join(folder, part)) for part in _BARE_PARTS)


def _build_local(path: str, location: str) -> FleetRepository:
    name = path.replace(os.sep, "/").removesuffix(".git") or path
    return FleetRepository(name, location, _measure_packs(location))


def _measure_packs(folder: str) -> int:
    """Return the bytes of the packs of a clone or mirror; loose objects hardly count."""
    size = 0
    for parts in ((".git", "objects", "pack"), ("objects", "pack")):
        try:
            with os.scandir(os.path.join(folder, *parts)) as entries:
                size += sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        except OSError:
            continue
    return size


def _list_file(file: str) -> Iterator[FleetRepository]:
    """List the clone URLs in a file, one per line, and folders relative to it; `#` is a comment."""
    try:
        text = small_files.decode_text(small_files.read_small_file(file, small_files.MAX_LIST_SIZE))
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror or "") if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"{file}: cannot be read: {reason}") from None
    if "\0" in text:
        raise UsageError(f"{file}: cannot be read: not UTF-8, or not a text")
    folder = os.path.dirname(os.path.abspath(file))
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        path = os.path.normpath(os.path.join(folder, line))
        if os.path.lexists(path) or ":" not in line:
            yield _build_local(os.path.relpath(path, folder), path)
        else:
            yield FleetRepository(_name_url(line), line)


def _name_url(url: str) -> str:
    """Return the host and path of a URL, without credentials: `github.com/owner/name`."""
    name = remove_credentials(url).partition(_SCHEME)[2] or url
    return redact(name.strip("/").removesuffix(".git")) or "repository"


def _make_unique(repositories: Iterable[FleetRepository]) -> Iterator[FleetRepository]:
    """Yield the repositories; one with the name of another one gets digits of its location."""
    names: set[str] = set()
    for repository in repositories:
        name = repository.name
        if name in names:
            digits = sha256(repository.shown_location.encode("utf-8", "surrogateescape"))
            name = f"{name}-{digits.hexdigest()[:8]}"
        names.add(name)
        yield repository._replace(name=name)
