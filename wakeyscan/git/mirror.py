"""The repository that a user names: a folder, or a URL that is cloned into a temporary mirror."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import Secret
from wakeyscan.core.termination import make_temporary_folder
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.git.environment import (
    PINS,
    USER_CONFIG_VARIABLES,
    ReplacedEnvironment,
    build_environment,
    find_executable,
)
from wakeyscan.git.repository import Repository, find_repository

if TYPE_CHECKING:
    import base64
    from urllib import parse

    from wakeyscan.git import clone
else:
    # Only for URLs: `parse` takes 3 ms to load.
    base64 = lazy_import("base64")
    parse = lazy_import("urllib.parse")
    # GitPython takes 200 ms and runs `git version`, in the environment that is set at that time.
    clone = lazy_import("wakeyscan.git.clone")

_URLS = ("https://", "file://")
_TRANSPORTS = {"GIT_ALLOW_PROTOCOL": "https:file"}
_SSH_ADDRESS = lazy_pattern(
    r"(?:ssh://(?:[^/@]*@)?(?P<host>[\w.-]+)(?::\d+)?/"
    r"|(?:[\w.-]+@(?P<login_host>[\w.-]+)|(?P<bare_host>[\w-]+(?:\.[\w-]+)+)):)(?P<path>[^:]+)"
)
"""An address such as git@host:owner/name, host.org:owner/name or ssh://git@host/owner/name."""

_CREDENTIALS = lazy_pattern(r"(?<=://)[^/?#\s]*@")


class Credentials(NamedTuple):
    """Name and password for https."""

    user: str
    password: Secret


class Remote(NamedTuple):
    """A repository at a URL."""

    url: str
    """Without credentials."""
    credentials: Credentials | None = None


def parse_remote(url: str) -> Remote:
    """Return the remote of a URL, which may contain a name and a password.

    They are not left in the URL: other users see the arguments of git.
    """
    bare = remove_credentials(url)
    if bare == url or not url.startswith("https://"):
        return Remote(bare)
    try:
        parts = parse.urlsplit(url)
    except ValueError:  # `check_url` refuses it
        return Remote(bare)
    user, password = (parse.unquote(part or "") for part in (parts.username, parts.password))
    return Remote(bare, Credentials(user, Secret(password.encode(), "password")))


class TransferLimits(NamedTuple):
    """Limits of a clone or fetch; 0: none."""

    seconds: int = 0
    bytes: int = 0
    """Size of the folder that receives the objects."""


def ignore_progress(text: str) -> None:
    """Ignore the progress of a clone."""


@contextmanager
def open_repository(
    target: str, report: Callable[[str], None] = ignore_progress
) -> Iterator[tuple[str, Repository]]:
    """Yield the folder and the repository of a target; `report` is called with a clone's progress.

    A folder in a work tree selects the whole work tree, as in git. Raise `SourceError`.
    """
    if not os.path.lexists(target):
        refuse_ssh(target)
    if os.path.lexists(target) or "://" not in target:
        yield target, find_repository(_find_top(target))._replace(folder=target)
        return
    with clone_mirror(target, report) as folder:
        yield folder, find_repository(folder)._replace(folder=remove_credentials(target))


def refuse_ssh(address: str) -> None:
    """Raise `UsageError` for an SSH address."""
    if ssh := _SSH_ADDRESS.fullmatch(address):
        host = ssh["host"] or ssh["login_host"] or ssh["bare_host"]
        raise UsageError(
            f"{remove_credentials(address)}: SSH addresses are not cloned, because ssh runs the "
            f"user's own programs; audit https://{host}/{ssh['path'].lstrip('/')}, or clone it, "
            "then audit that folder"
        )


def _find_top(folder: str) -> str:
    is_bare = all(os.path.lexists(os.path.join(folder, part)) for part in ("HEAD", "objects"))
    if is_bare or not os.path.isdir(folder):
        return folder
    return worktree.find_work_tree(folder) or folder


@contextmanager
def clone_mirror(url: str, report: Callable[[str], None] = ignore_progress) -> Iterator[str]:
    """Yield the folder of a temporary mirror, with all refs of the repository at a URL.

    Raise `UsageError` for other URLs than https and file, and `GitError` if git fails.
    """
    check_url(url)
    with make_temporary_folder() as folder:
        path = os.path.join(folder, "mirror.git")
        _clone(url, path, report)
        yield path


def _clone(url: str, path: str, report: Callable[[str], None]) -> None:
    """Clone all refs without asking for a password, over https and file only."""
    remote = parse_remote(url)
    with open_transport(remote) as git_command:
        clone.run_clone(remote.url, path, git_command=git_command, report=report)


@contextmanager
def open_transport(remote: Remote) -> Iterator[list[str]]:
    """Yield git with its global options, for GitPython, in the environment of a transfer.

    A `GitError` of the block gets the URL, and loses all credentials. Raise `SourceError` for a
    special file in a repository on disk, which would block git forever.
    """
    url = remote.url
    parts = parse.urlsplit(url)
    if parts.scheme == "file" and os.path.lexists(path := parse.unquote(parts.path)):
        find_repository(path)
    git = find_executable()
    pins = [part for pin in PINS if not pin.startswith("protocol") for part in ("-c", pin)]
    environment = build_environment(USER_CONFIG_VARIABLES) | _TRANSPORTS
    # GitPython runs this git when it is imported, instead of the first one on PATH.
    environment |= {"GIT_PYTHON_GIT_EXECUTABLE": git, "GIT_PYTHON_REFRESH": "quiet"}
    environment |= authenticate(remote, environment)
    try:
        with ReplacedEnvironment(environment):
            yield [git, *pins]
    except GitError as error:
        reason = remove_credentials(str(error))
        raise GitError(f"{remove_credentials(url)}: cannot be cloned: {reason}") from None


def authenticate(remote: Remote, environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that make git send the credentials of a remote, to its host only.

    Other users see the arguments of a process, but not its environment.
    """
    parts = parse.urlsplit(remote.url)
    if remote.credentials is None or parts.scheme != "https":
        return {}
    user, password = remote.credentials
    encoded = base64.b64encode(user.encode() + b":" + password.reveal()).decode("ascii")
    settings = {
        f"http.https://{parts.netloc}/.extraHeader": f"Authorization: Basic {encoded}",
        "http.followRedirects": "false",
    }
    count = int(environment.get("GIT_CONFIG_COUNT", "0"))
    variables = {"GIT_CONFIG_COUNT": str(count + len(settings))}
    for number, (name, value) in enumerate(settings.items(), count):
        variables |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def check_url(url: str) -> None:
    """Raise `UsageError` for a URL that is not cloned."""
    if not url.startswith(_URLS):
        raise UsageError(
            f"{remove_credentials(url)}: only https:// and file:// URLs can be cloned; "
            "clone it yourself, then audit that folder"
        )
    try:
        # It refuses unpaired brackets, and hosts whose characters stand for a `/` or `@`.
        parse.urlsplit(url)
    except ValueError:
        raise UsageError(
            f"{remove_credentials(url)}: is not a valid URL; check its host, and write an IPv6 "
            "address as in https://[::1]/owner/name"
        ) from None


def remove_credentials(text: str) -> str:
    """Return a text without user names and passwords in its URLs."""
    return _CREDENTIALS.sub("", text)
