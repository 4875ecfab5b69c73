"""What names objects, in words that people know: refs, HEAD, the stash, reflogs, the index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from wakeyscan.core.errors import GitError
from wakeyscan.git import objects, refs
from wakeyscan.git.command import Git
from wakeyscan.git.repository import Repository


def list_ref_names(
    repository: Repository, tips: dict[str, str], sterile: Git
) -> dict[str, frozenset[str]]:
    """Say what names objects: refs and HEAD, the stash with its older entries, reflogs, index.

    `tips` are the ids that refs name. An annotated tag names itself and what it points to.
    """
    logs = refs.read_reflogs(repository)
    stash = logs.pop("refs/stash", set())
    tags = [tip for name, tip in tips.items() if name.startswith("refs/tags/")]
    peeled = _peeled(tags, sterile)
    named = {name: frozenset(_chain(tip, peeled)) for name, tip in sorted(tips.items())}
    stash |= named.pop("refs/stash", frozenset())
    logged = frozenset(commit for ids in logs.values() for commit in ids)
    indexed = frozenset(_indexed(repository, sterile))
    return {**named, "stash": frozenset(stash), "reflog": logged, "index": indexed}


def _peeled(names: Iterable[str], sterile: Git) -> dict[str, str]:
    """Give what annotated tags point to, by their ids; a tag may point to another."""
    peeled: dict[str, str] = {}
    pending = list(names)
    try:
        while pending:
            found_here = [
                (o.id, o.read_all()) for o in sterile.read_objects(pending) if o.type == "tag"
            ]
            peeled |= {name: objects.parse_tag_target(tag) for name, tag in found_here}
            pending = [peeled[name] for name, _ in found_here if peeled[name]]
    except GitError:  # one is damaged, as the check of the whole history will say
        pass
    return peeled


def _chain(name: str, peeled: dict[str, str]) -> Iterator[str]:
    yield name
    while name := peeled.get(name, ""):
        yield name


def _indexed(repository: Repository, sterile: Git) -> list[str]:
    """List the blobs of the index, which git reads for us without obeying its configuration."""
    path = os.path.join(repository.git_folder, "index")
    if not os.path.isfile(path):
        return []
    asked = sterile._replace(environment={**sterile.environment, "GIT_INDEX_FILE": path})
    try:
        out = asked.run("ls-files", "-s", "-z")
    except GitError:  # damaged, or split: what it holds was looked at as any object
        return []
    return [row.split(b" ")[1].decode("ascii") for row in out.split(b"\0") if row]
