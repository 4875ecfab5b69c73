"""The event that started a GitHub workflow: the commits it adds and the policy that applies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.git import rev_list
from wakeyscan.git.objects import is_null_id, is_object_id
from wakeyscan.sources import commits

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_PULL_REQUESTS = ("pull_request", "pull_request_target")


class PushedRange(NamedTuple):
    """The commits that an event adds, as a unit of the source `git`."""

    name: str
    unit: str


class _Range(NamedTuple):
    """Commits to include and exclude, and the names of the pushed refs."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    refs: tuple[str, ...] = ()


def find_pushed_range(environment: Mapping[str, str], own: Git) -> PushedRange | None:
    """Return the commits that the event adds; `None` for events that add none, such as a schedule.

    Raise `SourceError` for a range that this clone does not hold. Such a range must never look
    like an empty one that passes.
    """
    event = _load_event(environment)
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name in _PULL_REQUESTS:
        return _build_pushed_range(_read_pull_request(event, own), own)
    if name == "merge_group":
        return _build_pushed_range(_read_merge_group(event), own)
    if name == "push":
        if event.get("deleted"):
            return PushedRange("the push (a deletion)", "")
        return _build_pushed_range(_read_push(event, own), own)
    return None


def choose_policy_revision(policy_from: str, environment: Mapping[str, str]) -> str:
    """Return the commit that the policy is read from; empty for the checked-out files.

    For pull requests and merge groups it is the base: a change must not suppress its own findings.
    `head` selects the policy of the change, but never that of a fork.
    Raise `UsageError` and `SourceError`.
    """
    if policy_from not in ("base", "head"):
        raise UsageError(f"input 'policy-from': expected base or head, got {policy_from!r}")
    name = environment.get("GITHUB_EVENT_NAME", "")
    if name == "merge_group":
        if policy_from == "head":
            return ""
        return _read_id(_load_event(environment), "merge_group", "base_sha")
    if name not in _PULL_REQUESTS:
        return ""
    event = _load_event(environment)
    base, head = (_find_repository_name(event, end) for end in ("base", "head"))
    if policy_from == "head" and base and base == head:
        return ""
    return _read_id(event, "pull_request", "base", "sha")


def _find_repository_name(event: dict[str, Any], end: str) -> str:
    """Return the repository at an end of a pull request; empty for a deleted fork."""
    try:
        return _read_text(event, "pull_request", end, "repo", "full_name")
    except SourceError:
        return ""


def _load_event(environment: Mapping[str, str]) -> dict[str, Any]:
    path = environment.get("GITHUB_EVENT_PATH", "")
    what = f"GITHUB_EVENT_PATH ({path!r})"
    try:
        event = json.loads(small_files.read_small_file(path, small_files.MAX_DATA_SIZE).decode())
    except RecursionError:
        raise SourceError(f"{what}: cannot be read: nested too deeply") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{what}: cannot be read: {error}") from None
    if not isinstance(event, dict):
        raise SourceError(f"{what}: not a GitHub event")
    return event


def _read_text(event: object, *keys: str) -> str:
    for key in keys:
        event = event.get(key) if isinstance(event, dict) else None
    if not isinstance(event, str):
        raise SourceError(f"GitHub event: {'.'.join(keys)} is missing or not text")
    return event


def _read_id(event: object, *keys: str) -> str:
    name = _read_text(event, *keys)
    if not is_object_id(name):
        raise SourceError(f"GitHub event: {'.'.join(keys)} is not a commit id: {name!r}")
    return name


def _read_pull_request(event: object, own: Git) -> _Range:
    base, head = (_read_id(event, "pull_request", end, "sha") for end in ("base", "head"))
    branch = _read_text(event, "pull_request", "head", "ref")
    known: tuple[str, ...] = (base,)
    # The checkout may be GitHub's trial merge, whose conflict resolutions are scanned too. The base
    # of that merge is excluded: it may be newer than the base in the event.
    if _has_commit("HEAD^2", own) and rev_list.resolve_commit("HEAD^2", own) == head:
        known = (base, "HEAD^1")
    return _Range("the pull request", (head, "HEAD"), known, (f"refs/heads/{branch}",))


def _read_merge_group(event: object) -> _Range:
    head, base = (_read_id(event, "merge_group", end) for end in ("head_sha", "base_sha"))
    return _Range("the merge group", (head,), (base,))


def _read_push(event: object, own: Git) -> _Range:
    before, after = _read_id(event, "before"), _read_id(event, "after")
    ref = _read_text(event, "ref")
    if not is_null_id(before) and _has_commit(before, own):
        return _Range("the push", (after,), (before,), (ref,))
    # For a new branch, or a force-push whose old commits are gone, the range is everything that
    # the default branch does not have. The default branch was scanned when it was pushed.
    default = _read_text(event, "repository", "default_branch")
    remote = f"refs/remotes/origin/{default}"
    known = (remote,) if ref != f"refs/heads/{default}" and _has_commit(remote, own) else ()
    return _Range("the push", (after,), known, (ref,))


def _has_commit(name: str, own: Git) -> bool:
    try:
        rev_list.resolve_commit(name, own)
    except SourceError:
        return False
    return True


def _build_pushed_range(wanted: _Range, own: Git) -> PushedRange:
    include, exclude = (
        tuple(rev_list.resolve_commit(revision, own) for revision in group)
        for group in (wanted.include, wanted.exclude)
    )
    # The event may name a tag. Its message is in no commit.
    tips = [end for end in wanted.include if end != "HEAD"]
    listed = rev_list.CommitSelection(include, exclude, (), wanted.name)
    return PushedRange(wanted.name, commits.build_unit(listed, tips, wanted.refs, own))
