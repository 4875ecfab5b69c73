"""The executable, the environment and the pinned configuration of every git process."""

from __future__ import annotations

import os
from collections.abc import Mapping

from wakeyscan.core.errors import GitError
from wakeyscan.git import process

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

    Our own settings, such as the user's API keys, are not passed on.
    """
    variables = {
        name: value
        for name, value in os.environ.items()
        if name in inherited or not name.startswith(("GIT_", "WAKEYSCAN_"))
    }
    return variables | _ENVIRONMENT


def find_executable(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of git; raise `GitError`."""
    path = process.find_program("git", environment)
    if not path:
        raise GitError("git is not installed or not on PATH; install it, or add its folder to PATH")
    return path
