"""The rate limit of requests, with a clock that only sleeping advances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import Clock
from wakeyscan.verification.rate_limit import MAX_REQUESTS, WINDOW_SECONDS, estimated_seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@given(st.lists(st.floats(0, 30), min_size=1, max_size=300), st.floats(0, 1e9))
def test_no_window_contains_more_than_the_limit(gaps: list[float], start: float) -> None:
    clock = Clock()
    clock.now = start
    limiter, times = clock.build_limiter(), []
    for gap in gaps:
        clock.now += gap
        limiter.acquire()
        times.append(clock.now)
    assert all(
        later - sooner >= WINDOW_SECONDS
        for sooner, later in zip(times, times[MAX_REQUESTS:], strict=False)
    )


def test_a_burst_up_to_the_limit_is_not_delayed(clock: Clock) -> None:
    limiter = clock.build_limiter()
    for _ in range(MAX_REQUESTS):
        limiter.acquire()
    assert clock.slept == []
    limiter.acquire()
    assert clock.slept == [WINDOW_SECONDS]


@pytest.mark.parametrize(
    ("requests", "seconds"), [(0, 0), (1, 0), (50, 0), (51, 60), (100, 60), (101, 120), (300, 300)]
)
def test_the_estimated_time_is_the_time_spent_waiting(
    requests: int, seconds: float, clock: Clock
) -> None:
    limiter = clock.build_limiter()
    for _ in range(requests):
        limiter.acquire()
    assert sum(clock.slept) == estimated_seconds(requests) == seconds
