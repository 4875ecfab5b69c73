"""What GitHub tells a workflow of its event, and what that event brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.git import command
from wakeyscan.git.objects import is_null_id, is_object_id
from wakeyscan.sources import commits


class PushedRange(NamedTuple):
    """What an event brings, for the source `git`."""

    name: str
    unit: str


class _Range(NamedTuple):
    """From where to where, in ids; and the names of refs that come along."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    refs: tuple[str, ...] = ()


def find_pushed_range(environment: Mapping[str, str], own: command.Git) -> PushedRange | None:
    """Say what the event brings; `None` where it is of a kind that brings nothing of its own.

    Raises `SourceError` where a range is named that this clone does not hold: an empty success
    is the one thing that must not come out of it.
    """
    event = _event(environment)
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name in ("pull_request", "pull_request_target"):
        return _unit(_pull_request(event, own), own)
    if name == "merge_group":
        ends = (_id(event, "merge_group", "head_sha"),), (_id(event, "merge_group", "base_sha"),)
        return _unit(_Range("the merge group", *ends), own)
    if name == "push":
        if event.get("deleted"):
            return PushedRange("the push (a deletion)", "")
        return _unit(_push(event, own), own)
    return None


def choose_policy_revision(wanted: str, environment: Mapping[str, str]) -> str:
    """Give the commit whose policy counts; empty: that of the files which are there.

    Of a pull request, and of a queue of them, it is the base: a change can't excuse itself. Its own
    policy counts only where that is wanted, and never a fork's. Raises `UsageError`, `SourceError`.
    """
    if wanted not in ("base", "head"):
        raise UsageError(f"the input 'policy-from' must be base or head, not {wanted!r}")
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name == "merge_group":
        return "" if wanted == "head" else _id(_event(environment), "merge_group", "base_sha")
    if name not in ("pull_request", "pull_request_target"):
        return ""
    event = _event(environment)
    ours, theirs = (_home(event, end) for end in ("base", "head"))
    if wanted == "head" and ours and ours == theirs:
        return ""
    return _id(event, "pull_request", "base", "sha")


def _home(event: dict[str, Any], end: str) -> str:
    """Say which repository an end of a pull request is in; empty where it is gone, as forks go."""
    try:
        return _text(event, "pull_request", end, "repo", "full_name")
    except SourceError:
        return ""


def _event(environment: Mapping[str, str]) -> dict[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        event = json.loads(small_files.read_small_file(path, small_files.MAX_DATA_SIZE).decode())
    except RecursionError:
        raise SourceError(
            f"GITHUB_EVENT_PATH ({path!r}) can't be read: it is nested too deeply"
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(f"GITHUB_EVENT_PATH ({path!r}) can't be read: {error}") from None
    if not isinstance(event, dict):
        raise SourceError(f"GITHUB_EVENT_PATH ({path!r}) holds no event")
    return event


def _text(event: object, *keys: str) -> str:
    for key in keys:
        event = event.get(key) if isinstance(event, dict) else None
    if not isinstance(event, str):
        raise SourceError(f"the event does not say what GitHub's says: {'.'.join(keys)}")
    return event


def _id(event: object, *keys: str) -> str:
    name = _text(event, *keys)
    if not is_object_id(name):
        raise SourceError(f"the event's {'.'.join(keys)} is no commit: {name!r}")
    return name


def _pull_request(event: object, own: command.Git) -> _Range:
    base, head = (_id(event, "pull_request", end, "sha") for end in ("base", "head"))
    branch = _text(event, "pull_request", "head", "ref")
    known: tuple[str, ...] = (base,)
    # The checkout may be of GitHub's trial merge: what that merge resolves is looked at too, but
    # not the base that it was made with, which may be newer than the one that the event tells of.
    if _has("HEAD^2", own) and commits.commit_id("HEAD^2", own) == head:
        known = (base, "HEAD^1")
    return _Range("the pull request", (head, "HEAD"), known, (f"refs/heads/{branch}",))


def _push(event: object, own: command.Git) -> _Range:
    before, after, ref = _id(event, "before"), _id(event, "after"), _text(event, "ref")
    if not is_null_id(before) and _has(before, own):
        return _Range("the push", (after,), (before,), (ref,))
    # A new branch, or a forced push whose former commits are gone: all that the default branch,
    # which was looked at when it was pushed, does not have.
    default = _text(event, "repository", "default_branch")
    remote = f"refs/remotes/origin/{default}"
    known = (remote,) if ref != f"refs/heads/{default}" and _has(remote, own) else ()
    return _Range("the push", (after,), known, (ref,))


def _has(name: str, own: command.Git) -> bool:
    try:
        commits.commit_id(name, own)
    except SourceError:
        return False
    return True


def _unit(wanted: _Range, own: command.Git) -> PushedRange:
    ends, known = (
        tuple(commits.commit_id(revision, own) for revision in group)
        for group in (wanted.include, wanted.exclude)
    )
    # What the event names may be a tag, whose own message no commit has.
    tips = [end for end in wanted.include if end != "HEAD"]
    listed = commits.Commits(ends, known, (), wanted.name)
    return PushedRange(wanted.name, commits.format_unit(listed, tips, wanted.refs, own))
