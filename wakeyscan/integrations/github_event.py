"""The event that started a GitHub workflow: the commits that it adds, and their addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import rev_list
from wakeyscan.git.objects import is_null_id, is_object_id
from wakeyscan.reports.web_links import SHORT_ID, WebLinks
from wakeyscan.sources import commits
from wakeyscan.sources.merged_trees import Pair

if TYPE_CHECKING:
    from typing import Any

    from wakeyscan.git.command import Git
    from wakeyscan.scanner.result import RunResult

_SERVER = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/[\w.-]+)*")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""JSON may hold a NUL and half a surrogate pair, which no name on GitHub has."""

_HEADS = (("pull_request", "head", "sha"), ("merge_group", "head_sha"), ("after",))

_NO_COMMITS = (
    "the event {!r} adds no commits, so the files of the checkout (commit {}) were scanned"
)

_UNKNOWN_HEAD = (
    "the checkout lacks the commits of the pull request ({!r}): for {}, actions/checkout checks "
    "out the base branch; set its input ref: refs/pull/{}/head, and fetch-depth: 0"
)

_NO_TAG_OBJECT = "the checkout lacks the tag object {}, so the message of the tag was not scanned"


class Event(NamedTuple):
    """An event that started a workflow."""

    name: str
    payload: dict[str, Any]

    @property
    def is_pull_request(self) -> bool:
        """Whether the event is about a pull request, such as a review of one."""
        return "pull_request" in self.payload or self.name.startswith("pull_request")

    @property
    def head(self) -> str:
        """Id of the commit that the event is about; empty if it names none."""
        for keys in _HEADS:
            with suppress(SourceError):
                return read_id(self.payload, *keys)
        return ""


class PushedRange(NamedTuple):
    """The commits that an event adds, as a unit of the source `git`."""

    name: str
    unit: str
    note: str = ""
    """Note on commits that the range lacks, although its scan is complete."""
    tip: str = ""
    """Id of the newest commit; empty without commits."""


class _Range(NamedTuple):
    """Commits to include and exclude, and the names of the pushed refs."""

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    refs: tuple[str, ...] = ()
    note: str = ""
    is_replacement: bool = False
    """Whether a branch or a tag that had the excluded commit has the included one now."""


def load_event(environment: Mapping[str, str], *, is_required: bool = True) -> Event:
    """Return the event of a workflow; raise `SourceError` if it cannot be read.

    Outside of a workflow, return an event without a name, unless one `is_required`.
    """
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path and not is_required and not environment.get("GITHUB_EVENT_NAME"):
        return Event("", {})
    if not path:
        raise SourceError(
            "GITHUB_EVENT_PATH is not set: this command runs in a job of GitHub Actions; "
            "elsewhere, use wakeyscan scan git:BASE..HEAD"
        )
    what = f"GITHUB_EVENT_PATH ({path!r})"
    try:
        content = small_files.read_small_file(path, small_files.MAX_DATA_SIZE)
        payload = json.loads(small_files.decode_text(content))
    except RecursionError:
        raise SourceError(f"{what}: cannot be read: nested too deeply") from None
    except OSError as error:
        raise SourceError(f"{what}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise SourceError(f"{what}: not JSON in UTF-8") from None
    if not isinstance(payload, dict):
        raise SourceError(f"{what}: not a GitHub event")
    return Event(environment.get("GITHUB_EVENT_NAME", ""), payload)


def find_pushed_range(event: Event, own: Git) -> PushedRange | None:
    """Return the commits that the event adds; `None` for events that add none, such as a schedule.

    Raise `SourceError` for a range that this clone does not hold. Such a range must never look
    like an empty one that passes.
    """
    if event.is_pull_request:
        return _build_pull_request_range(event, own)
    if event.name == "merge_group":
        return _build_pushed_range(_read_merge_group(event.payload), own)
    if event.name == "push":
        if event.payload.get("deleted"):
            return PushedRange("the push (a deletion)", "")
        return _build_pushed_range(_read_push(event.payload, own), own)
    return None


def explain_tree(event: Event, own: Git) -> str:
    """Return a note on the scan for an event without commits; empty for other events."""
    if event.name not in ("issue_comment", "workflow_run", "repository_dispatch"):
        return ""
    commit = (
        rev_list.resolve_commit("HEAD", own)[:SHORT_ID] if rev_list.has_commit("HEAD", own) else "-"
    )
    return _NO_COMMITS.format(event.name, commit)


def read_text(payload: object, *keys: str) -> str:
    """Return a text of an event's payload; raise `SourceError`."""
    for key in keys:
        payload = payload.get(key) if isinstance(payload, dict) else None
    if not isinstance(payload, str) or _NO_TEXT.search(payload):
        raise SourceError(f"GitHub event: {'.'.join(keys)} is missing or not text")
    return payload


def read_id(payload: object, *keys: str) -> str:
    """Return a commit id of an event's payload; raise `SourceError`."""
    name = read_text(payload, *keys)
    if not is_object_id(name):
        raise SourceError(f"GitHub event: {'.'.join(keys)} is not a commit id: {name!r}")
    return name


def _build_pull_request_range(event: Event, own: Git) -> PushedRange:
    """Build the range of a pull request; `pull_request_target` checks out its base by default."""
    head = read_id(event.payload, "pull_request", "head", "sha")
    if event.name == "pull_request_target" and not rev_list.has_commit(head, own):
        number = event.payload.get("number", "NUMBER")
        raise SourceError(_UNKNOWN_HEAD.format(head, event.name, number))
    return _build_pushed_range(_read_pull_request(event.payload, own), own)


def _read_pull_request(payload: object, own: Git) -> _Range:
    base, head = (read_id(payload, "pull_request", end, "sha") for end in ("base", "head"))
    branch = read_text(payload, "pull_request", "head", "ref")
    known: tuple[str, ...] = (base,)
    # The checkout may be GitHub's trial merge, whose conflict resolutions are scanned too. The base
    # of that merge is excluded: it may be newer than the base in the event.
    if rev_list.has_commit("HEAD^2", own) and rev_list.resolve_commit("HEAD^2", own) == head:
        known = (base, "HEAD^1")
    return _Range("the pull request", (head, "HEAD"), known, (f"refs/heads/{branch}",))


def _read_merge_group(payload: object) -> _Range:
    head, base = (read_id(payload, "merge_group", end) for end in ("head_sha", "base_sha"))
    return _Range("the merge group", (head,), (base,))


def _read_push(payload: dict[str, Any], own: Git) -> _Range:
    before, after, note = read_id(payload, "before"), read_id(payload, "after"), ""
    ref, commit = read_text(payload, "ref"), ""
    with suppress(SourceError):  # a deletion has none
        commit = read_id(payload, "head_commit", "id")
    if commit and ref.startswith("refs/tags/") and not rev_list.has_commit(after, own):
        # actions/checkout may fetch the commit of an annotated tag, but not the tag object.
        after, note = commit, _NO_TAG_OBJECT.format(after)
    if not is_null_id(before) and rev_list.has_commit(before, own):
        return _Range("the push", (after,), (before,), (ref,), note, is_replacement=True)
    # For a new branch, or a force-push whose old commits are gone, the range is everything that
    # the default branch does not have. The default branch was scanned when it was pushed.
    default = read_text(payload, "repository", "default_branch")
    remote = f"refs/remotes/origin/{default}"
    known = (remote,) if ref != f"refs/heads/{default}" and rev_list.has_commit(remote, own) else ()
    return _Range("the push", (after,), known, (ref,), note)


def _build_pushed_range(wanted: _Range, own: Git) -> PushedRange:
    include, exclude = (
        tuple(rev_list.resolve_commit(revision, own) for revision in group)
        for group in (wanted.include, wanted.exclude)
    )
    # The event may name a tag. Its message is in no commit.
    tips = [end for end in wanted.include if end != "HEAD"]
    listed = rev_list.CommitSelection(include, exclude, (), wanted.name)
    pairs = [Pair(commit, exclude, wanted.is_replacement) for commit in include]
    unit = commits.build_unit(listed, tips, wanted.refs, own, pairs)
    return PushedRange(wanted.name, unit, wanted.note, include[0])


def build_links(
    result: RunResult, own: Git, event: Event, environment: Mapping[str, str]
) -> WebLinks | None:
    """Return the addresses of the findings; `None` outside of GitHub.

    A workflow may also check out another repository, whose address is unknown here.
    """
    server = environment.get("GITHUB_SERVER_URL", "").rstrip("/")
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not (_SERVER.fullmatch(server) and _REPOSITORY.fullmatch(repository)):
        return None
    known = {environment.get("GITHUB_SHA", ""), event.head} - {""} or {"HEAD"}
    if not (
        rev_list.has_commit("HEAD", own) and any(rev_list.has_commit(name, own) for name in known)
    ):
        return None
    return WebLinks(
        f"{server}/{repository}", rev_list.resolve_commit("HEAD", own), _index_commits(result)
    )


def _index_commits(result: RunResult) -> dict[str, str]:
    """Return the ids of the commits that a result names, by their short ids."""
    places = (place.commit for key in result.keys for place in key.places)
    introduced = (key.introduced.commit for key in result.keys)
    return {name[:SHORT_ID]: name for name in (*result.commits, *places, *introduced) if name}
