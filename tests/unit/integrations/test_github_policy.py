"""What a change on GitHub may decide about its own scan."""

from __future__ import annotations

from typing import Any

import pytest

from wakeyscan.integrations.github_event import Event
from wakeyscan.integrations.github_policy import explain_no_upload


def pull_request(name: str = "pull_request", of: str | None = "o/r") -> Event:
    head: dict[str, Any] = {"repo": {"full_name": of} if of else None}
    return Event(name, {"pull_request": {"head": head}})


PUSH, SCHEDULE = Event("push", {}), Event("schedule", {})
DEPENDABOT = "dependabot[bot]"

ALLOWED = {
    "pull-request": ("diff", True, pull_request(), "someone"),
    "review": ("diff", True, pull_request("pull_request_review"), "someone"),
    "tree-of-a-push": ("tree", True, PUSH, "someone"),
    "audit-of-a-push": ("audit", True, PUSH, "someone"),
    "schedule": ("diff", True, SCHEDULE, "someone"),
    "by-hand": ("diff", True, Event("workflow_dispatch", {}), "someone"),
}
REFUSED = {
    "incomplete-tree": ("tree", False, SCHEDULE, "someone", "incomplete"),
    "incomplete-pull-request": ("diff", False, pull_request(), "someone", "incomplete"),
    "push": ("diff", True, PUSH, "someone", "only the new commits"),
    "queue": ("diff", True, Event("merge_group", {}), "someone", "only the new commits"),
    "fork": ("diff", True, pull_request(of="somebody/r"), "someone", "a fork"),
    "deleted-fork": ("diff", True, pull_request(of=None), "someone", "a fork"),
    "fork-in-mode-tree": ("tree", True, pull_request(of="somebody/r"), "someone", "a fork"),
    "target": ("diff", True, pull_request("pull_request_target"), "someone", "the base branch"),
    "dependabot": ("diff", True, pull_request(), DEPENDABOT, "Dependabot"),
    "push-of-dependabot": ("tree", True, PUSH, DEPENDABOT, "Dependabot"),
}


@pytest.mark.parametrize(("mode", "is_complete", "event", "actor"), ALLOWED.values(), ids=ALLOWED)
def test_a_report_of_stable_content_is_uploaded(
    mode: str, is_complete: bool, event: Event, actor: str
) -> None:
    variables = {"GITHUB_ACTOR": actor, "GITHUB_REPOSITORY": "o/r"}
    assert explain_no_upload(mode, is_complete, event, variables) == ""


@pytest.mark.parametrize(
    ("mode", "is_complete", "event", "actor", "reason"), REFUSED.values(), ids=REFUSED
)
def test_a_report_of_a_part_is_not_uploaded(
    mode: str, is_complete: bool, event: Event, actor: str, reason: str
) -> None:
    variables = {"GITHUB_ACTOR": actor, "GITHUB_REPOSITORY": "o/r"}
    assert reason in explain_no_upload(mode, is_complete, event, variables)
