"""Files at a revision, which a later change cannot alter in its own favor."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core import small_files
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import ConfigError, GitError, SourceError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git import diff, rev_list, worktree
from wakeyscan.git.command import Git, open_own
from wakeyscan.git.objects import empty_tree_id
from wakeyscan.sources.changed_files import ChangedFile, list_changed_files, read_changed_files
from wakeyscan.sources.options import SourceOptions

_SHORT_ID = 12
_LINK_MODE = "120000"


class Revision(NamedTuple):
    """A commit of the repository that contains the current directory."""

    commit: str
    """Its id."""
    top: str
    """The absolute path of the work tree, or of a bare repository's directory."""
    git: Git

    def __str__(self) -> str:
        return self.commit[:_SHORT_ID]

    def find_path(self, path: str) -> str | None:
        """Return a path relative to the top; `None` if it is outside of the work tree.

        The path as written counts first: a change that turns a directory into a link must not lead
        out of the work tree.
        """
        written = os.path.normpath(os.path.join(os.path.realpath("."), path))
        directory, name = os.path.split(written)
        for place in (written, os.path.join(os.path.realpath(directory), name)):
            relative = os.path.relpath(place, self.top)
            if relative.split(os.sep, 1)[0] != os.pardir:
                return relative.replace(os.sep, "/")
        return None

    def read_file(self, path: str) -> bytes | None:
        """Read a file by its path relative to the top; `None` if there is no such file.

        Raise `ConfigError` for a link, which is not followed.
        """
        for change in self._list_files(path):
            if change.path == path:
                return self._read_content(change)
        return None

    def read_directory(self, path: str) -> dict[str, bytes]:
        """Return the files directly in a directory, by name; raise `ConfigError` for a link."""
        prefix = "" if path == "." else f"{path}/"
        changes = {c.path.removeprefix(prefix): c for c in self._list_files(path)}
        return {name: self._read_content(c) for name, c in changes.items() if "/" not in name}

    def read_documents(self) -> Iterator[Document | Skipped]:
        """Yield all files as documents."""
        options = SourceOptions()
        listed = list_changed_files(self._list_files("."), options, lambda c: Origin(c.path))
        files = [item for item in listed if isinstance(item, ChangedFile)]
        yield from read_changed_files(files, self.git, options)

    def _list_files(self, path: str) -> list[diff.Change]:
        empty = empty_tree_id(self.commit)
        paths = () if path == "." else (path,)
        arguments = ("diff-tree", "-z", "-r", "--no-abbrev", "--no-renames", empty, self.commit)
        at_top = self.git._replace(folder=self.top)  # `paths` are relative to the top
        return list(diff.parse_changes(at_top.run(*arguments, "--", *paths)))

    def _read_content(self, change: diff.Change) -> bytes:
        if change.mode == _LINK_MODE:
            raise ConfigError(f"{change.path} at {self}: is a link, which is not followed")
        for found in self.git.read_objects([change.new_id]):
            if found.size > small_files.MAX_LIST_SIZE:
                limit = small_files.MAX_LIST_SIZE >> 20
                reason = f"cannot be read: it is larger than {limit} MiB"
                raise ConfigError(f"{change.path} at {self}: {reason}")
            if found.type == "blob":
                return found.read_all()
        raise SourceError(f"{change.path} at {self}: is missing from this clone; fetch it")


def resolve_revision(name: str) -> Revision:
    """Resolve the revision of `--policy-from`; raise `SourceError` for an unknown one."""
    git = open_own()
    try:
        commit = rev_list.resolve_commit(name, git)
    except GitError:
        raise
    except SourceError as error:
        raise SourceError(f"--policy-from: {error}") from None
    return Revision(commit, worktree.find_work_tree(".") or os.path.realpath("."), git)
