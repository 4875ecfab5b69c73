"""One key in several repositories: its history over all of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wakeyscan.core.finding import Bounds
from wakeyscan.core.secret import Secret
from wakeyscan.core.secret_history import CommitRef, Occurrence, SecretHistory
from wakeyscan.core.severity import Severity
from wakeyscan.fleet.ledger import Entry, Record, State
from wakeyscan.fleet.merged_result import FleetKey, merge_records
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = SecretHistory(
    rule="wastack-api-key",
    secret=Secret(b"x", "wastack-api-key"),
    severity=Severity.HIGH,
    introduced=CommitRef("c" * 40, "2026-01-01T00:00:00Z"),
    removed=CommitRef("d" * 40, "2026-01-09T00:00:00Z"),
    at_head=False,
    pushed=False,
    reachable_from=("refs/heads/main",),
    exposed_days=58,
    places=(Occurrence("a", 1, "b" * 40, "c" * 40),),
    bounds=Bounds.OPEN,
    place_count=1,
)
LATER = FIRST._replace(introduced=CommitRef("e" * 40, "2026-02-01T00:00:00Z"), exposed_days=27)


def record(name: str, *keys: SecretHistory, finished: str = "2026-03-01T00:00:00+00:00") -> Record:
    entry = Entry(name, name, "k", State.AUDITED, "run", finished)
    return Record(entry, RunResult("audit", (name,), (), (), (), Coverage(3, 9, 0), keys=keys))


def merge(*histories: SecretHistory) -> FleetKey:
    records = [record(f"r{number}", one) for number, one in enumerate(histories)]
    (key,) = merge_records(records, (), (), NOW).keys
    return key


def test_the_repository_that_had_the_key_first_comes_first() -> None:
    key = merge(LATER, FIRST)
    assert key.repositories == ("r1", "r0")
    assert key.history.introduced == FIRST.introduced
    assert [place.path for place in key.history.places] == ["r1/a", "r0/a"]
    assert (key.history.exposed_days, key.history.place_count) == (58, 2)


def test_a_history_without_a_commit_comes_last() -> None:
    assert merge(FIRST._replace(introduced=CommitRef("", "")), LATER).repositories == ("r1", "r0")


def test_the_key_is_removed_when_its_last_repository_has_removed_it() -> None:
    later = CommitRef("f" * 40, "2026-02-09T00:00:00Z")
    assert merge(FIRST, LATER._replace(removed=later)).history.removed == later
    assert merge(FIRST, LATER._replace(removed=None, at_head=True)).history.removed is None


@pytest.mark.parametrize(
    ("pushed", "merged"),
    [((False, False), False), ((None, False), None), ((None, True), True), ((True, False), True)],
)
def test_the_key_is_pushed_if_it_is_anywhere(
    pushed: tuple[bool | None, ...], merged: bool | None
) -> None:
    assert merge(*(FIRST._replace(pushed=one) for one in pushed)).history.pushed is merged


def test_one_place_with_certain_bounds_is_enough() -> None:
    key = merge(FIRST, LATER._replace(bounds=Bounds.CERTAIN, severity=Severity.CRITICAL))
    assert (key.history.bounds, key.history.severity) == (Bounds.CERTAIN, Severity.CRITICAL)


def test_days_of_exposure_are_counted_until_now() -> None:
    old = record("r", FIRST, finished="2026-02-19T12:00:00.000+00:00")
    (key,) = merge_records([old], (), (), NOW).keys
    assert key.history.exposed_days == 58 + 9


def test_findings_of_other_rules_are_separate_keys() -> None:
    records = [record("a", FIRST), record("b", FIRST._replace(rule="authorization-header"))]
    assert len(merge_records(records, (), (), NOW).keys) == 2


def test_the_coverage_is_the_sum_of_all_repositories() -> None:
    records = [record("a"), record("b")]
    assert merge_records(records, (), (), NOW).result.coverage == Coverage(6, 18, 0)
