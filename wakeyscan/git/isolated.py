"""An empty repository of our own, in which git sees another repository's objects only.

The configuration of the other repository is not loaded, so no program that it names can run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from wakeyscan.core.termination import make_temporary_folder
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git.command import Git
from wakeyscan.git.environment import build_environment
from wakeyscan.git.objects import MAX_GIT_ALLOC

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository

_CONFIG = """\
[core]
\trepositoryformatversion = {}
\tbare = true
\tpackedGitWindowSize = 16m
\tpackedGitLimit = 256m
"""
"""By default git maps whole packs; these limits cost no time (measured on the history of curl)."""
_SHA256 = "[extensions]\n\tobjectformat = sha256\n"
_NO_USER_CONFIG = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
"""The result must not depend on the user's configuration."""


@contextmanager
def open_isolated(repository: Repository) -> Iterator[Git]:
    """Yield git for the objects of a repository; its folder is removed at the end."""
    with make_temporary_folder() as folder:
        _write_repository(folder, is_sha256=repository.id_width == 32)
        environment = build_environment(()) | _NO_USER_CONFIG
        environment |= {
            "GIT_DIR": folder,
            "GIT_ALLOC_LIMIT": str(MAX_GIT_ALLOC),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _join_paths(repository.object_folders),
        }
        yield Git(folder, environment, display_name=repository.folder)


def _write_repository(folder: str, *, is_sha256: bool) -> None:
    for name in ("objects", "refs"):
        os.mkdir(os.path.join(folder, name))
    files = {
        "HEAD": "ref: refs/heads/none\n",
        "config": _CONFIG.format(int(is_sha256)) + (_SHA256 if is_sha256 else ""),
    }
    for name, content in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)


def _join_paths(paths: tuple[str, ...]) -> str:
    """Join paths, quoted as in C: otherwise a `:` in one would end it."""
    escaped = (path.replace("\\", "\\\\").replace('"', '\\"') for path in paths)
    return os.pathsep.join(f'"{path}"' for path in escaped)
