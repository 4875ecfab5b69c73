"""Names by which users know objects: refs, HEAD, the stash, reflogs, the index, work trees.

The commits of `refs/notes/` hold notes: trees whose files are named after the objects that they
describe (git-notes(1)).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial

from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import GitError
from wakeyscan.core.secret_history import PAST, REMOTE_REF
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import file_lists, linked_worktrees, refs
from wakeyscan.git.objects import is_tag_of_tag, parse_tag_target

if TYPE_CHECKING:
    from wakeyscan.audit.commit_graph import CommitGraph
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository

RefNames = dict[str, frozenset[str]]
"""The ids of the objects that each name refers to."""

INDEX, _REFLOG, _STASH = "index", "reflog", "stash"
"""Names besides those of refs. With a work tree, as in `index (worktree x)`, they are its own."""

_UNREAD_REFLOG = "a reflog cannot be read, so a key in it may look unreachable: {}"
_UNREAD_INDEX = "an index cannot be read, so a key in it may look unreachable: {}"

_MAX_TAGS = 100
"""Maximum number of tags in a row that tag each other."""
_DEEP_TAGS = f"over {_MAX_TAGS} tags tag each other, so a key behind them may look unreachable"

NOTES_REF = "refs/notes/"
NOTE = "note"
"""The part of an object that a note holds."""

_NOTE_PATH = re.compile(r"(?:[0-9a-f]{2}/)*[0-9a-f]{2,64}")
"""git spreads many notes over folders: `8e/bb/c6…`."""
_ID_LENGTHS = 40, 64


class NamedObjects(NamedTuple):
    """The objects that have a name, and the indexes and reflogs that cannot be read."""

    names: RefNames
    skipped: tuple[Skipped, ...] = ()

    def list_kept_ids(self) -> frozenset[str]:
        """Return the ids of all names but the reflogs, which keep what a user has dropped."""
        kept = (n for n in self.names if n != _REFLOG and not n.startswith(PAST))
        return frozenset().union(*map(self.names.__getitem__, kept))


def read_tips(repository: Repository) -> dict[str, str]:
    """Return the ids of refs and HEAD by their names, with those of other work trees."""
    tips = refs.read_refs(repository)
    for tree in linked_worktrees.list_other_worktrees(repository):
        tips |= linked_worktrees.read_tips(tree, tips)
    return tips


def list_named_objects(repository: Repository, tips: dict[str, str], git: Git) -> NamedObjects:
    """List the names in a repository: refs, HEAD, the stash with its history, reflogs, indexes.

    `tips` are the ids that refs name. An annotated tag names itself and its target.
    """
    skipped: list[Skipped] = []
    logs = refs.read_reflogs(repository, partial(_skip_reflog, skipped))
    stash = logs.pop("refs/stash", set())
    tags = [tip for name, tip in tips.items() if name.startswith("refs/tags/")]
    targets, are_all = read_tag_targets(tags, git)
    if not are_all:
        skipped.append(Skipped(Origin("refs/tags"), _DEEP_TAGS, gap=False))
    followed = {tip: frozenset(_follow(tip, targets)) for tip in {*tips.values()}}
    names = {name: followed[tip] for name, tip in sorted(tips.items())}
    stash |= names.pop("refs/stash", frozenset())
    logged = frozenset(commit for ids in logs.values() for commit in ids)
    names |= {_STASH: frozenset(stash), _REFLOG: logged}
    remote = (name for name in sorted(logs) if name.startswith(REMOTE_REF))
    names |= {PAST + name: frozenset(logs[name]) for name in remote}
    for tree in linked_worktrees.list_other_worktrees(repository):
        names |= linked_worktrees.read_past_tips(tree)
    skipped += _add_indexes(names, repository, git)
    return NamedObjects(names, tuple(skipped))


def _skip_reflog(skipped: list[Skipped], path: str, reason: str) -> None:
    skipped.append(Skipped(Origin(path), _UNREAD_REFLOG.format(reason), gap=False))


def _add_indexes(names: RefNames, repository: Repository, git: Git) -> Iterator[Skipped]:
    paths = {INDEX: os.path.join(repository.git_folder, "index")}
    for tree in linked_worktrees.list_other_worktrees(repository):
        paths[tree.label(INDEX)] = tree.index_path
    for name, path in paths.items():
        try:
            names[name] = file_lists.list_staged_blobs(path, git, repository.id_width)
        except GitError as error:  # damaged; its blobs are scanned like all objects
            yield Skipped(Origin(path), _UNREAD_INDEX.format(error), gap=False)


def read_tag_targets(ids: Iterable[str], git: Git) -> tuple[dict[str, str], bool]:
    """Return the targets of annotated tags by the tags' ids, and whether these are all.

    A target may itself be a tag, to `_MAX_TAGS` levels: each needs a process of git.
    """
    targets: dict[str, str] = {}
    pending = list(ids)
    try:
        for _ in range(_MAX_TAGS):
            if not pending:
                break
            tags = [(o.id, o.read_all()) for o in git.read_objects(pending) if o.type == "tag"]
            targets |= {name: parse_tag_target(tag) for name, tag in tags}
            pending = [targets[name] for name, tag in tags if targets[name] and is_tag_of_tag(tag)]
    except GitError:  # one is damaged; the completeness check reports it
        return targets, True
    return targets, not pending


def _follow(object_id: str, targets: dict[str, str]) -> Iterator[str]:
    yield object_id
    while object_id := targets.get(object_id, ""):
        yield object_id


class Notes(NamedTuple):
    """The commits that hold notes."""

    commits: frozenset[str] = frozenset()

    def choose_part(self, path: str, commit: str) -> str:
        """Return `note` for the path of a note in one of the commits, else an empty string."""
        return NOTE if commit in self.commits and _is_note_path(path) else ""


def list_notes(names: RefNames, graph: CommitGraph) -> Notes:
    """Return the commits in the history of `refs/notes/`."""
    pending = [i for name, ids in names.items() if name.startswith(NOTES_REF) for i in ids]
    commits: set[str] = set()
    while pending:
        commit = pending.pop()
        if commit not in commits and commit in graph.parents:
            commits.add(commit)
            pending += graph.parents[commit]
    return Notes(frozenset(commits))


def _is_note_path(path: str) -> bool:
    is_spread = _NOTE_PATH.fullmatch(path) is not None
    return is_spread and len(path.replace("/", "")) in _ID_LENGTHS
