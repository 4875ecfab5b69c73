"""The words about a key: for how long it has been exposed, what is left to do, and the proof."""

from __future__ import annotations

import pytest

from tests.support.histories import build_history
from wakeyscan.core.finding import Liveness
from wakeyscan.reports.key_steps import describe_key, list_key_steps
from wakeyscan.reports.timeline import format_period


@pytest.mark.parametrize(
    ("liveness", "days", "expected"),
    [
        (Liveness.LIVE, 12, "exposed for 12 days"),
        (Liveness.LIVE, 1, "exposed for 1 day"),
        (Liveness.LIVE, 0, "exposed for less than a day"),
        (Liveness.REVOKED, 12, "exposed for at most 12 days"),
        (Liveness.REVOKED, 0, "exposed for less than a day"),
    ],
)
def test_a_period_ends_with_the_days_of_exposure(
    liveness: Liveness, days: int, expected: str
) -> None:
    history = build_history(liveness=liveness)._replace(exposed_days=days)
    assert format_period(history).endswith(f", {expected}")


@pytest.mark.parametrize(
    ("at_head", "expected"),
    [(True, "revoked: remove it from HEAD too"), (False, "revoked: nothing is left to do")],
)
def test_a_revoked_key_only_has_to_leave_head(at_head: bool, expected: str) -> None:
    assert describe_key(build_history(liveness=Liveness.REVOKED, at_head=at_head)) == expected


@pytest.mark.parametrize(
    ("saved", "text", "file"),
    [
        ("", "Prove that it is revoked, with a report of --report json=leak.json", "leak.json"),
        ("a b.json", "Prove that it is revoked", "'a b.json'"),
    ],
)
def test_the_verify_command_names_the_report_of_the_run(saved: str, text: str, file: str) -> None:
    steps = list_key_steps(build_history(pushed=True), saved=saved)
    (commands,) = [step.commands for step in steps if step.text == text]
    assert commands[-1] == f"wakeyscan verify {file} --wait 10m"
