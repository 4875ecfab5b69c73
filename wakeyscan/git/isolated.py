"""An empty repository of our own, through which git sees a stranger's objects and nothing else.

Nothing of the stranger's configuration is loaded, so nothing that it names can run.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from wakeyscan.git import command
from wakeyscan.git.objects import MAX_GIT_ALLOC
from wakeyscan.git.repository import Repository

_CONFIG = """\
[core]
\trepositoryformatversion = {}
\tbare = true
\tpackedGitWindowSize = 16m
\tpackedGitLimit = 256m
"""
"""By itself git maps all packs whole; less costs no time (measured on the history of curl)."""
_NOTHING = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
"""The user's configuration does not count either, so that everybody gets the same answer."""
_SHA256 = "[extensions]\n\tobjectformat = sha256\n"


@contextmanager
def open_isolated(repository: Repository) -> Iterator[command.Git]:
    """Give git for the objects of a repository; the folder that it needs goes away at the end."""
    folder = tempfile.mkdtemp(prefix="wakeyscan-")
    try:
        for part in ("objects", "refs"):
            os.mkdir(os.path.join(folder, part))
        wide = repository.width == 32
        _write(os.path.join(folder, "HEAD"), "ref: refs/heads/none\n")
        config = _CONFIG.format(int(wide)) + (_SHA256 if wide else "")
        _write(os.path.join(folder, "config"), config)
        borrowed = os.pathsep.join(map(_quoted, repository.object_folders))
        environment = command.build_environment(()) | _NOTHING | {"GIT_DIR": folder}
        environment["GIT_ALLOC_LIMIT"] = str(MAX_GIT_ALLOC)
        environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = borrowed
        yield command.Git(folder, environment, repository.folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _quoted(path: str) -> str:
    """Quote as C does: else a `:` in the path would be taken for the end of it."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
