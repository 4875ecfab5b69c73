"""The executable, the environment and the pinned configuration of every git process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from wakeyscan.core.errors import GitError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import process

if TYPE_CHECKING:
    import shlex
else:
    shlex = lazy_import("shlex")  # only `git -c safe.directory=…` needs it

PINS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "hook.post-index-change.enabled=false",
    "hook.reference-transaction.enabled=false",
    "core.untrackedCache=false",
    "core.attributesFile=/dev/null",
    "core.commitGraph=false",
    "core.multiPackIndex=false",
    "advice.graftFileDeprecated=false",
    "log.showSignature=false",
    "diff.ignoreSubmodules=all",
    "diff.submodule=short",
    "submodule.recurse=false",
    "protocol.allow=never",
    "credential.helper=",
    "core.sshCommand=/bin/false",
    "safe.bareRepository=explicit",
    "gc.auto=0",
    "maintenance.auto=false",
)
"""Configuration that keeps git from running programs that a repository names.

The effect of each switch was measured for each command; these are the switches that matter.
"""

USER_CONFIG_VARIABLES = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
"""Variables that locate the user's own configuration."""

HOOK_VARIABLES = (
    *("GIT_INDEX_FILE", "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_QUARANTINE_PATH"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES"),
)
"""Variables that locate the repository for a hook."""

_OWN = "WAKEYSCAN_"
"""Start of the names of our settings."""

_TRUST = "safe.directory"
"""The setting that names repositories of other users that git may read."""

_MAX_PAIRS = 1000
"""Maximum pairs of GIT_CONFIG_COUNT that are read."""

_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_SSH_COMMAND": "/bin/false",
    "GIT_ASKPASS": "/bin/false",
    "SSH_ASKPASS": "/bin/false",
    "GIT_PAGER": "cat",
    "LC_ALL": "C",
}


def build_environment(inherited: tuple[str, ...]) -> dict[str, str]:
    """Return a clean environment for git, with the given variables of git's from our own.

    It also keeps the folders that the user trusts. Our own settings, such as the user's API keys,
    are not passed on.
    """
    variables = {
        name: value
        for name, value in os.environ.items()
        if name in inherited or not name.startswith(("GIT_", _OWN))
    }
    return variables | _ENVIRONMENT | trust_folders(list_trusted_folders(os.environ))


class ReplacedEnvironment:
    """Another `os.environ` for a block, since GitPython passes it to git as a whole."""

    # Not `contextlib`: it takes 1 ms of each hook.

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment, self._inherited = environment, dict(os.environ)

    def __enter__(self) -> None:
        _set_environment(self._environment)

    def __exit__(self, *_: object) -> None:
        _set_environment(self._inherited)


def _set_environment(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def list_own_settings() -> list[str]:
    """List the names of our own variables in the environment; some of them hold keys."""
    return [name for name in os.environ if name.startswith(_OWN)]


def list_trusted_folders(environment: Mapping[str, str]) -> list[str]:
    """List the values of `safe.directory` in the environment, in the order in which git reads them.

    Users set them for containers and CI jobs: with GIT_CONFIG_COUNT, or with `git -c`, which sets
    GIT_CONFIG_PARAMETERS for a hook. An empty value clears the values before it.
    """
    count = environment.get("GIT_CONFIG_COUNT", "")
    pairs = [
        (environment.get(f"GIT_CONFIG_KEY_{n}", ""), environment.get(f"GIT_CONFIG_VALUE_{n}", ""))
        for n in range(min(int(count), _MAX_PAIRS) if count.isdecimal() else 0)
    ]
    for parameter in _split_parameters(environment.get("GIT_CONFIG_PARAMETERS", "")):
        name, _, value = parameter.partition("=")
        pairs.append((name, value))
    return [value for name, value in pairs if name.lower() == _TRUST]


def _split_parameters(text: str) -> list[str]:
    """Split the value of GIT_CONFIG_PARAMETERS, which git quotes for a shell."""
    if _TRUST not in text.lower():
        return []
    try:
        return shlex.split(text)
    except ValueError:  # git refuses the value too
        return []


def trust_folders(folders: Sequence[str]) -> dict[str, str]:
    """Return the variables that make git read repositories that belong to another user."""
    variables = {"GIT_CONFIG_COUNT": str(len(folders))} if folders else {}
    for number, folder in enumerate(folders):
        variables |= {
            f"GIT_CONFIG_KEY_{number}": _TRUST,
            f"GIT_CONFIG_VALUE_{number}": folder,
        }
    return variables


def find_executable(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of git; raise `GitError`."""
    path = process.find_program("git", environment)
    if not path:
        raise GitError("git is not installed or not on PATH; install it, or add its folder to PATH")
    return path


def find_version() -> str:
    """Return the path and version of git, as it prints it; raise `GitError`."""
    git = find_executable()
    try:
        running = process.start_process([git, "version"], build_environment(()))
        try:
            running.close_stdin()
            output = b"".join(iter(running.read, b""))
            code, _ = running.wait()
        finally:
            running.kill()
    except process.ProcessError as error:
        raise GitError(f"{git}: {error}; reinstall git") from None
    version = output.decode("ascii", "replace").strip()
    if code or not version.startswith("git version "):
        raise GitError(f"{git}: does not print a version; reinstall git")
    return f"{git}: {version}"
