"""The other work trees of a repository: what each has checked out, staged or logged.

Git keeps their files in the repository, so they are there even if the folder of a work tree is not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import ref_files

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository

_HEAD = "HEAD"
_OTHER_HEADS = (
    *("ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "BISECT_HEAD"),
    *("FETCH_HEAD", "MERGE_AUTOSTASH"),
    *("rebase-merge/autostash", "rebase-merge/orig-head", "rebase-merge/stopped-sha"),
    *("rebase-apply/autostash", "rebase-apply/orig-head"),
)
"""Files that name commits of an unfinished or past operation, one or more."""
_REFLOG = "reflog"


class WorkTree(NamedTuple):
    """The files of one work tree inside the repository."""

    name: str
    """`worktree NAME`, or `main worktree`."""
    folder: str
    is_linked: bool = True
    """Whether it has its own refs; those of the main work tree are shared."""

    @property
    def index_path(self) -> str:
        """Path of its index."""
        return os.path.join(self.folder, "index")

    def label(self, name: str) -> str:
        """Return the name of one of its refs, as reports show it."""
        return f"{name} ({self.name})"


def list_other_worktrees(repository: Repository) -> list[WorkTree]:
    """List the work trees of a repository besides the one that was named."""
    common, own = repository.common_folder, os.path.realpath(repository.git_folder)
    main = WorkTree("main worktree", common, is_linked=False)
    linked = _list_linked(os.path.join(common, "worktrees"))
    return [tree for tree in (main, *linked) if os.path.realpath(tree.folder) != own]


def _list_linked(folder: str) -> Iterator[WorkTree]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return
    yield from (WorkTree(f"worktree {name}", os.path.join(folder, name)) for name in names)


def read_tips(tree: WorkTree, shared: Mapping[str, str]) -> dict[str, str]:
    """Return the ids of the refs that belong to one work tree, and of its HEAD, by their labels.

    `shared` are the refs that all work trees share.
    """
    own = ref_files.read_refs_in(tree.folder, shared) if tree.is_linked else {}
    head = ref_files.read_ref(os.path.join(tree.folder, _HEAD), {**shared, **own})
    tips = {**own, _HEAD: head} if head else own
    return {tree.label(name): object_id for name, object_id in tips.items()}


def read_past_tips(tree: WorkTree) -> dict[str, frozenset[str]]:
    """Return the ids in the reflogs of one work tree, and of past or unfinished operations.

    Git may have deleted some of these objects. Raise `SourceError`.
    """
    paths = {name: os.path.join(tree.folder, name) for name in _OTHER_HEADS}
    tips = {name: ref_files.read_first_ids(path) for name, path in paths.items()}
    if tree.is_linked:
        logs = ref_files.list_files(os.path.join(tree.folder, "logs"))
        tips[_REFLOG] = {i for path in logs for i in ref_files.read_first_ids(path, 2)}
    return {tree.label(name): frozenset(ids) for name, ids in tips.items() if ids}
