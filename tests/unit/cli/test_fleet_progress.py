"""The progress of a fleet."""

from __future__ import annotations

import pytest

from wakeyscan.cli.fleet_progress import FleetProgress
from wakeyscan.fleet.ledger import State
from wakeyscan.fleet.task import Outcome

OUTCOMES = (
    Outcome("a", "f", State.AUDITED, objects=1_000, bytes=2_000_000, keys=("1", "2")),
    Outcome("b", "f", State.FAILED),
    Outcome("c", "f", State.AUDITED, objects=500, bytes=1_000_000, keys=("2", "3")),
)


@pytest.mark.parametrize(
    ("count", "total", "line"),
    [
        (0, 200, "0 of 200 repositories, 0 objects, 0 MB, 0 keys"),
        (1, 200, "1 of 200 repositories, 1,000 objects, 2 MB, 2 keys"),
        (3, 12, "3 of 12 repositories, 1,500 objects, 3 MB, 3 keys, 30 s left"),
        (3, 3, "3 of 3 repositories, 1,500 objects, 3 MB, 3 keys"),
    ],
    ids=["nothing", "too early", "time left", "all"],
)
def test_the_line_shows_counts_and_the_remaining_time(count: int, total: int, line: str) -> None:
    progress = FleetProgress(total, hidden=True)
    for outcome in OUTCOMES[:count]:
        progress.add(outcome)
    assert progress.describe(10.0) == line
