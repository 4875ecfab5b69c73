"""Reads files as they stand at a revision: what a change may not alter in its own favour."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from wakeyscan.core import small_files
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import ConfigError, GitError, SourceError
from wakeyscan.git import command, diff, worktree
from wakeyscan.git.objects import empty_tree_id
from wakeyscan.sources import changed_files, commits
from wakeyscan.sources.options import SourceOptions

_SHORT = 12
_LINK = "120000"


class Revision(NamedTuple):
    """A commit of the repository that one stands in."""

    commit: str
    """Its id."""
    top: str
    """The top of the work tree, absolute; of a bare repository its folder."""
    own: command.Git

    def __str__(self) -> str:
        return self.commit[:_SHORT]

    def inside(self, path: str) -> str | None:
        """Give a path from the top; `None` where it is none of the work tree's.

        As it is written first: a change that makes a link of a folder must not lead out of it.
        """
        written = os.path.normpath(os.path.join(os.path.realpath("."), path))
        folder, name = os.path.split(written)
        for place in (written, os.path.join(os.path.realpath(folder), name)):
            inside = os.path.relpath(place, self.top)
            if inside.split(os.sep, 1)[0] != os.pardir:
                return inside.replace(os.sep, "/")
        return None

    def read(self, path: str) -> bytes | None:
        """Read a file, by its path from the top; `None` where there is none.

        Raises `ConfigError` at a link, which is not followed.
        """
        for change in self._files(path):
            if change.path == path:
                return self._content(change)
        return None

    def folder(self, path: str) -> dict[str, bytes]:
        """Read the files right in a folder, by their names; raises `ConfigError` at a link."""
        lead = "" if path == "." else f"{path}/"
        names = {change.path.removeprefix(lead): change for change in self._files(path)}
        return {n: self._content(change) for n, change in names.items() if "/" not in n}

    def documents(self) -> Iterator[Document | Skipped]:
        """Yield all files."""
        listed = changed_files.list_changed_files(
            self._files("."), SourceOptions(), lambda one: Origin(one.path)
        )
        wanted = [item for item in listed if not isinstance(item, Skipped)]
        yield from changed_files.read_changed_files(wanted, self.own, SourceOptions())

    def _files(self, path: str) -> list[diff.Change]:
        empty = empty_tree_id(self.commit)
        below = () if path == "." else (path,)
        asked = ("diff-tree", "-z", "-r", "--no-abbrev", "--no-renames", empty, self.commit)
        # Its paths are those of the tree, wherever one stands.
        there = self.own._replace(folder=self.top)
        return list(diff.parse_changes(there.run(*asked, "--", *below)))

    def _content(self, change: diff.Change) -> bytes:
        if change.mode == _LINK:
            raise ConfigError(f"{change.path} at {self} is a link, which is not followed")
        for found in self.own.objects([change.new]):
            if found.size > small_files.MAX_LIST_SIZE:
                most = small_files.MAX_LIST_SIZE >> 20
                raise ConfigError(
                    f"{change.path} at {self} can't be read: it is larger than {most} MiB"
                )
            if found.type == "blob":
                return found.whole()
        raise SourceError(f"{change.path} at {self} is missing from this clone: fetch it")


def resolve_revision(name: str) -> Revision:
    """Find a revision; raises `SourceError` where there is no such commit here."""
    own = command.open_own()
    try:
        commit = commits.commit_id(name, own)
    except GitError:
        raise
    except SourceError:
        raise SourceError(
            f"--policy-from: {name!r} names no commit here; in a shallow clone fetch it first "
            "(git fetch --unshallow, or fetch-depth: 0 for actions/checkout)"
        ) from None
    return Revision(commit, worktree.find_work_tree(".") or os.path.realpath("."), own)
