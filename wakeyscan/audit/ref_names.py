"""Names by which users know objects: refs, HEAD, the stash, reflogs, the index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wakeyscan.core.errors import GitError
from wakeyscan.git import refs
from wakeyscan.git.objects import parse_tag_target

if TYPE_CHECKING:
    from wakeyscan.git.command import Git
    from wakeyscan.git.repository import Repository

RefNames = dict[str, frozenset[str]]
"""The ids of the objects that each name refers to."""


def list_ref_names(repository: Repository, tips: dict[str, str], git: Git) -> RefNames:
    """List the names in a repository: refs, HEAD, the stash with its history, reflogs, the index.

    `tips` are the ids that refs name. An annotated tag names itself and its target.
    """
    logs = refs.read_reflogs(repository)
    stash = logs.pop("refs/stash", set())
    tags = [tip for name, tip in tips.items() if name.startswith("refs/tags/")]
    targets = _read_tag_targets(tags, git)
    names = {name: frozenset(_follow(tip, targets)) for name, tip in sorted(tips.items())}
    stash |= names.pop("refs/stash", frozenset())
    logged = frozenset(commit for ids in logs.values() for commit in ids)
    staged = frozenset(_list_staged_blobs(repository, git))
    return {**names, "stash": frozenset(stash), "reflog": logged, "index": staged}


def _read_tag_targets(ids: Iterable[str], git: Git) -> dict[str, str]:
    """Return the targets of annotated tags by the tags' ids; a target may be a tag again."""
    targets: dict[str, str] = {}
    pending = list(ids)
    try:
        while pending:
            tags = [(o.id, o.read_all()) for o in git.read_objects(pending) if o.type == "tag"]
            targets |= {name: parse_tag_target(tag) for name, tag in tags}
            pending = [targets[name] for name, _ in tags if targets[name]]
    except GitError:  # one is damaged; the completeness check reports it
        pass
    return targets


def _follow(object_id: str, targets: dict[str, str]) -> Iterator[str]:
    yield object_id
    while object_id := targets.get(object_id, ""):
        yield object_id


def _list_staged_blobs(repository: Repository, git: Git) -> list[str]:
    """List the blobs in the index; git reads it without the repository's configuration."""
    path = os.path.join(repository.git_folder, "index")
    if not os.path.isfile(path):
        return []
    git = git._replace(environment={**git.environment, "GIT_INDEX_FILE": path})
    try:
        output = git.run("ls-files", "-s", "-z")
    except GitError:  # damaged, or split; its blobs were scanned like all objects
        return []
    return [row.split(b" ")[1].decode("ascii") for row in output.split(b"\0") if row]
