"""What GitHub tells a workflow of its event, and what that event brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from wakeyscan import commits, git
from wakeyscan.errors import SourceError


class Brought(NamedTuple):
    """What an event brings, for the source `git`."""

    name: str
    unit: str


def brought(environment: Mapping[str, str], own: git.Git) -> Brought | None:
    """Say what the event brings; `None` where it is of a kind that brings nothing of its own.

    Raises `SourceError` where a range is named that this clone does not hold: an empty success
    is the one thing that must not come out of it.
    """
    event = _event(environment)
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name in ("pull_request", "pull_request_target"):
        base, head = event["pull_request"]["base"]["sha"], event["pull_request"]["head"]["sha"]
        # The checkout may be of GitHub's trial merge: what that merge resolves is looked at too.
        return _range("the pull request", (head, "HEAD"), (base,), own)
    if name == "merge_group":
        group = event["merge_group"]
        return _range("the merge group", (group["head_sha"],), (group["base_sha"],), own)
    if name == "push":
        return _push(event, own)
    return None


def _event(environment: Mapping[str, str]) -> Any:
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        raise SourceError(f"GITHUB_EVENT_PATH ({path!r}) can't be read: {error}") from None


def _push(event: Any, own: git.Git) -> Brought:
    if event.get("deleted"):
        return Brought("the push (a deletion)", "")
    before, after = event["before"], event["after"]
    if before.strip("0") and _has(before, own):
        return _range("the push", (after,), (before,), own)
    # A new branch, or a forced push whose former commits are gone: all that the default branch,
    # which was looked at when it was pushed, does not have.
    default = f"refs/heads/{event['repository']['default_branch']}"
    remote = default.replace("refs/heads/", "refs/remotes/origin/")
    known = (remote,) if event["ref"] != default and _has(remote, own) else ()
    return _range("the push", (after,), known, own)


def _has(name: str, own: git.Git) -> bool:
    try:
        commits.commit_id(name, own)
    except SourceError:
        return False
    return True


def _range(name: str, include: tuple[str, ...], exclude: tuple[str, ...], own: git.Git) -> Brought:
    ends, known = (
        tuple(commits.commit_id(revision, own) for revision in group)
        for group in (include, exclude)
    )
    wanted = commits.Commits(ends, known, (), name)
    return Brought(name, commits.unit(wanted, (), (), own))
