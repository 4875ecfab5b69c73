"""The scope of an audit: where it starts, what it includes, how reports describe it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wakeyscan.audit.scope import AuditScope, ScopeFilter, describe_scope, find_start_ids
from wakeyscan.core.errors import UsageError
from wakeyscan.core.secret_history import Restriction
from wakeyscan.git.repository import Repository

REPOSITORY = Repository("repo", "repo/.git", "repo/.git", (), 20)
TIPS = {
    "HEAD": "1",
    "refs/heads/main": "1",
    "refs/remotes/origin/main": "2",
    "refs/heads/origin/main": "3",
    "refs/tags/v1": "4",
}


@pytest.mark.parametrize(
    ("branch", "ids"),
    [
        pytest.param("", ("1", "2", "3", "4"), id="all refs"),
        pytest.param("main", ("1",), id="local"),
        pytest.param("refs/remotes/origin/main", ("2",), id="full name of a remote one"),
        pytest.param("refs/heads/origin/main", ("3",), id="full name of a local one"),
    ],
)
def test_an_audit_starts_at_all_refs_or_at_one_branch(branch: str, ids: tuple[str, ...]) -> None:
    assert find_start_ids(AuditScope(branch=branch), TIPS, REPOSITORY) == ids


@pytest.mark.parametrize("branch", ["none", "v1", "refs/tags/v1", "refs/heads/none"])
def test_an_unknown_branch_is_an_error(branch: str) -> None:
    with pytest.raises(UsageError, match=f"--branch: no branch '{branch}' in repo"):
        find_start_ids(AuditScope(branch=branch), TIPS, REPOSITORY)


def test_an_ambiguous_branch_is_an_error() -> None:
    both = "refs/heads/origin/main or refs/remotes/origin/main"
    with pytest.raises(
        UsageError, match=f"'origin/main' is ambiguous; write the full name: {both}"
    ):
        find_start_ids(AuditScope(branch="origin/main"), TIPS, REPOSITORY)


def test_a_filter_without_ids_includes_every_object() -> None:
    assert ScopeFilter().includes("1")
    assert ScopeFilter(ids=frozenset({"1"})).includes("1")
    assert not ScopeFilter(ids=frozenset()).includes("1")


def test_a_description_names_each_limit() -> None:
    scope = AuditScope(datetime(2026, 1, 31, tzinfo=UTC), "main", reachable=True)
    assert describe_scope(scope) == Restriction("2026-01-31", ("main",), reachable=True)
    assert describe_scope(AuditScope()) == Restriction()
