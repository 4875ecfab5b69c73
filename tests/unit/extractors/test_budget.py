"""The budget of an archive counts what the process does, not how long it takes on the clock."""

from __future__ import annotations

import threading
import time
from io import BytesIO

import pytest

from tests.support.archives import zipped
from wakeyscan.extractors import EXTRACTORS
from wakeyscan.extractors.budget import ExtractionBudget, Limits
from wakeyscan.extractors.extractor import LimitExceeded, Member

FILES = {"a": b"one" * 100, "b": b"two" * 100}
SECONDS = 0.2


class SlowFile(BytesIO):
    """A file whose reads together take five times the budget, without any work."""

    def read(self, size: int | None = -1, /) -> bytes:
        threading.Event().wait(SECONDS / 2)
        return super().read(size)


def read(file: BytesIO, budget: ExtractionBudget) -> dict[str, bytes]:
    def read_all(member: Member) -> bytes:
        return b"".join(iter(lambda: member.read(1 << 16), b""))

    return {member.name: read_all(member) for member in EXTRACTORS["zip"].open(file, budget)}


def test_waiting_does_not_reduce_the_budget() -> None:
    budget = ExtractionBudget(Limits(max_seconds=SECONDS), lambda: 1 << 20)
    assert read(SlowFile(zipped(FILES)), budget) == FILES
    budget.check_time()


def test_work_reduces_the_budget() -> None:
    budget = ExtractionBudget(Limits(max_seconds=SECONDS), lambda: 1 << 20)
    end = time.process_time() + 2 * SECONDS
    while time.process_time() < end:
        pass
    with pytest.raises(LimitExceeded, match=r"takes over 0\.2 s; the rest is skipped"):
        budget.count_output(1)


def test_the_work_of_another_process_reduces_the_budget() -> None:
    budget = ExtractionBudget(Limits(max_seconds=60), lambda: 1 << 20)
    budget.count_seconds(59)
    budget.check_time()
    budget.count_seconds(59)
    assert budget.seconds_left() < 0
    with pytest.raises(LimitExceeded):
        budget.count_member()
