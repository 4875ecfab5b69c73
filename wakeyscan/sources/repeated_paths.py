"""Files of commits whose trees have too many paths to compare (`git.tree_paths`).

Each new object is read once, at one of its paths: git marks the trees that it has walked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import tree_paths
from wakeyscan.sources.changed_files import ChangedFile

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_REASON = f"{tree_paths.TooManyPaths()}; each was scanned completely, at one path"


def list_files_once(commits: Iterable[str], git: Git) -> Iterator[ChangedFile | Skipped]:
    """Yield each file that commits add, at one of its paths, as part of its oldest commit.

    The commits are in git's order, newest first.
    """
    seen: set[str] = set()
    for commit in reversed(list(commits)):
        within = f"commit {commit[:12]}"
        parents = git.run_ascii("rev-list", "--no-walk", "--parents", commit).split()[1:]
        yield from list_objects_once([commit, *(f"^{p}" for p in parents)], within, seen, git)
    yield Skipped(Origin("", part="message"), _REASON)


def list_objects_once(
    revisions: Iterable[str], within: str, seen: set[str], git: Git
) -> Iterator[ChangedFile]:
    """Yield each blob that revisions reach, at one of its paths, unless `seen` has its id."""
    stdin = "".join(f"{revision}\n" for revision in revisions).encode()
    output = git.run("rev-list", "--objects", "--stdin", stdin=stdin)
    paths = dict(map(_split_line, output.splitlines()))
    paths = {name: path for name, path in paths.items() if name not in seen}
    seen.update(paths)
    for blob in _keep_blobs(paths, git):
        yield ChangedFile(Origin(paths[blob], within), blob, (), is_new_path=True)


def skip_repeated_paths(within: str) -> Skipped:
    """Return an item for the paths that are not listed, so that a report states it."""
    return Skipped(Origin(f"({within})"), _REASON)


def _split_line(line: bytes) -> tuple[str, str]:
    name, _, path = line.partition(b" ")
    return name.decode("ascii", "replace"), os.fsdecode(path)


def _keep_blobs(ids: Iterable[str], git: Git) -> Iterator[str]:
    for name, kind in tree_paths.list_kinds(ids, git):
        if not kind:
            raise GitError(f"{git.name}: object {name} is missing or damaged")
        if kind == "blob":
            yield name
