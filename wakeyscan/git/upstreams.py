"""Upstreams of local branches, read from the configuration as a file, without git."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator

from wakeyscan.core import small_files
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository

_SECTION_START = lazy_pattern(r"(?m)^[ \t]*\[")
_BRANCH = lazy_pattern(r'branch[ \t]+"((?:[^"\\\n]|\\.)*)"\]')
_SETTING = lazy_pattern(r"(?mi)^[ \t]*(remote|merge)[ \t]*=(.*)")
_HEADS = "refs/heads/"
_HERE = "."
"""The remote of a branch whose upstream is another local branch."""


def list_lost_upstreams(repository: Repository, refs: Collection[str]) -> frozenset[str]:
    """Return the local branches whose upstream has no remote-tracking branch among `refs`.

    Each may have been pushed: `git fetch --prune` drops a tracking branch after its server did. For
    a remote with refspecs of its own, more branches may be returned.
    """
    return frozenset(
        _HEADS + branch
        for branch, remote, merged in _read_upstreams(repository)
        if remote != _HERE and f"refs/remotes/{remote}/{merged}" not in refs
    )


def _read_upstreams(repository: Repository) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each branch that has an upstream, its remote, and its name there."""
    path = os.path.join(repository.common_folder, "config")
    try:
        content = small_files.read_small_file(path, small_files.MAX_CONFIG_SIZE)
    except OSError:  # a bare folder of objects; an unreadable file has stopped the audit before
        return
    for section in _SECTION_START.split(os.fsdecode(content)):
        branch = _BRANCH.match(section)
        settings = {
            m[1].lower(): _unescape(m[2].strip().strip('"')) for m in _SETTING.finditer(section)
        }
        if branch and settings.keys() == {"remote", "merge"}:
            yield _unescape(branch[1]), settings["remote"], settings["merge"].removeprefix(_HEADS)


def _unescape(text: str) -> str:
    """Return a name without the escapes that git-config(1) has for quotes and backslashes."""
    return text.replace('\\"', '"').replace("\\\\", "\\")
