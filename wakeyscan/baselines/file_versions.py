"""Findings in files as of commits, for the entries of a baseline that name a commit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.git.command import open_foreign
from wakeyscan.git.rev_list import find_objects

if TYPE_CHECKING:
    from wakeyscan.core.finding import Finding
    from wakeyscan.git.cat_file import Object

_COMMIT = re.compile("[0-9a-f]{4,64}")

_MISSING = "this version of the file is missing from the repository; fetch it first"
_NO_FILE = "the path is no file, but a {}"

_Name = TypeVar("_Name")
_Scan = Callable[[Iterable[Document]], tuple["Finding", ...]]
"""Returns the findings in documents; raises `UnresolvedError` if a part is skipped."""


class UnresolvedError(Exception):
    """The reason why the secret of an entry is unknown."""


class FileVersions:
    """Files as of commits; all are read at once, since a process of git for each takes 5 ms."""

    def __init__(self, top: str, wanted: Iterable[tuple[str, str]], scan: _Scan) -> None:
        """Read the wanted files of the repository at `top`, each given as path and commit."""
        pairs = [pair for pair in dict.fromkeys(wanted) if _COMMIT.fullmatch(pair[1])]
        pairs = pairs if worktree.find_work_tree(top) else []
        self._repository, self._scan = open_foreign(top), scan
        self._commits = self._find({commit: f"{commit}^{{commit}}" for _, commit in pairs})
        present = [pair for pair in pairs if self._commits[pair[1]]]
        self._blobs = self._find({(p, c): f"{self._commits[c]}:{p}" for p, c in present})
        self._findings = self._scan_blobs()

    def find(self, path: str, commit: str) -> tuple[Finding, ...]:
        """Return the findings in a wanted file; raise `UnresolvedError`."""
        if not _COMMIT.fullmatch(commit):
            raise UnresolvedError(f"invalid commit {commit!r}")
        if not self._commits.get(commit):
            raise UnresolvedError(
                f"commit {commit[:12]} is not in this repository; was it squashed or rebased?"
            )
        blob = self._blobs[path, commit]
        if not blob:
            raise UnresolvedError(f"commit {commit[:12]} does not contain this file")
        found = self._findings[path, blob]
        if isinstance(found, UnresolvedError):
            raise found
        return found

    def _find(self, names: dict[_Name, str]) -> dict[_Name, str]:
        """Return the id of the object that each name stands for; empty if there is none."""
        keys = [key for key, name in names.items() if "\n" not in name]  # git ends a name there
        found = find_objects([names[key] for key in keys], self._repository)
        return {**dict.fromkeys(names, ""), **dict(zip(keys, found, strict=True))}

    def _scan_blobs(self) -> dict[tuple[str, str], tuple[Finding, ...] | UnresolvedError]:
        """Scan each file once, whatever number of commits have it."""
        wanted = [*dict.fromkeys((p, blob) for (p, _), blob in self._blobs.items() if blob)]
        objects = self._repository.read_objects(blob for _, blob in wanted)
        return {
            (path, blob): self._scan_blob(path, content)
            for (path, blob), content in zip(wanted, objects, strict=True)
        }

    def _scan_blob(self, path: str, blob: Object) -> tuple[Finding, ...] | UnresolvedError:
        if blob.type != "blob":
            return UnresolvedError(_MISSING if not blob.type else _NO_FILE.format(blob.type))
        try:
            return self._scan([Document(Origin(path), blob.read_all())])
        except UnresolvedError as error:
            return error
