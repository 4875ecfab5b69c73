"""How far a change on GitHub affects its own scan: the policy, and uploads."""

from __future__ import annotations

from collections.abc import Mapping

from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.git.environment import list_trusted_folders, trust_folders
from wakeyscan.integrations.github_event import Event, read_id, read_text

_DEPENDABOT = "dependabot[bot]"


def choose_policy_revision(policy_from: str, event: Event) -> str:
    """Return the commit that the policy is read from; empty for the checked-out files.

    For pull requests and merge groups it is the base: a change must not suppress its own findings.
    `head` selects the policy of the change, but never that of a fork.
    Raise `UsageError` and `SourceError`.
    """
    if policy_from not in ("base", "head"):
        raise UsageError(f"input 'policy-from': expected base or head, got {policy_from!r}")
    if event.name == "merge_group":
        if policy_from == "head":
            return ""
        return read_id(event.payload, "merge_group", "base_sha")
    if not event.is_pull_request:
        return ""
    base = _find_repository_name(event, "base")
    if policy_from == "head" and base and base == _find_repository_name(event, "head"):
        return ""
    return read_id(event.payload, "pull_request", "base", "sha")


def trust_workspace(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that let git read the checkout: in a container, another user owns it."""
    workspace = environment.get("GITHUB_WORKSPACE", "")
    if not workspace:
        return {}
    return trust_folders([*list_trusted_folders(environment), workspace, f"{workspace}/*"])


def explain_no_upload(
    mode: str, is_complete: bool, event: Event, environment: Mapping[str, str]
) -> str:
    """Return why code scanning must not get the report of this run; empty if it may.

    Code scanning closes the alerts that a later report of the same category lacks. So a report
    must cover the same content each time: all files, the whole history, or a pull request.
    """
    if not is_complete:
        return "the scan is incomplete, so alerts would be closed for content that was not scanned"
    if environment.get("GITHUB_ACTOR") == _DEPENDABOT:
        return "the token of a workflow that Dependabot starts cannot upload"
    if event.is_pull_request:
        if event.name == "pull_request_target":
            return "the event pull_request_target would add the findings to the base branch"
        if _find_repository_name(event, "head") != environment.get("GITHUB_REPOSITORY", ""):
            return "the token of a pull request from a fork cannot upload"
    elif mode == "diff" and event.name in ("push", "merge_group"):
        return (
            "only the new commits were scanned, so alerts of earlier commits would be closed; "
            "use mode: tree or mode: audit for uploads"
        )
    return ""


def _find_repository_name(event: Event, end: str) -> str:
    """Return the repository at an end of a pull request; empty for a deleted fork."""
    try:
        return read_text(event.payload, "pull_request", end, "repo", "full_name")
    except SourceError:
        return ""
