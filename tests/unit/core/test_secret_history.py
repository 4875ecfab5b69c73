"""The order of secrets in reports, and the branches that they were pushed to."""

from __future__ import annotations

import random

import pytest

from tests.support.histories import build_history
from wakeyscan.core.finding import Liveness
from wakeyscan.core.secret_history import sort_histories
from wakeyscan.core.severity import Severity

IN_ORDER = {
    "live": build_history(liveness=Liveness.LIVE, severity=Severity.CRITICAL),
    "unchecked, critical": build_history(severity=Severity.CRITICAL),
    "unknown, at HEAD, pushed": build_history(
        liveness=Liveness.UNKNOWN, at_head=True, pushed=True, day=9
    ),
    "unchecked, at HEAD": build_history(at_head=True, day=8),
    "pushed": build_history(pushed=True, day=7),
    "older": build_history(day=5),
    "newer": build_history(day=6),
    "low": build_history(severity=Severity.LOW, at_head=True, pushed=True),
    "revoked": build_history(liveness=Liveness.REVOKED, severity=Severity.NOTE, at_head=True),
}


def test_the_most_urgent_histories_come_first() -> None:
    histories = [*IN_ORDER.values()]
    random.Random(1).shuffle(histories)
    names = {history: name for name, history in IN_ORDER.items()}
    assert [names[history] for history in sort_histories(histories)] == [*IN_ORDER]


@pytest.mark.parametrize(
    ("reachable_from", "expected"),
    [
        ((), ()),
        (("HEAD", "refs/heads/origin/main", "refs/tags/v1"), ()),
        (
            ("HEAD", "refs/remotes/alice/x/y", "refs/remotes/origin/HEAD", "refs/remotes/origin/m"),
            ("alice/x/y", "origin/m"),
        ),
        (("refs/remotes/origin/HEAD",), ("origin/HEAD",)),
    ],
    ids=["nothing", "local", "two remotes", "HEAD of a remote alone"],
)
def test_remote_branches_are_listed_as_pushed_to(
    reachable_from: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert build_history(reachable_from=reachable_from).pushed_to == expected
