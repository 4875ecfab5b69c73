"""The rate limit of requests, with a clock that only sleeping advances."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import Clock
from wakeyscan.core.secret import API_KEY, Secret
from wakeyscan.verification import VerifyOptions
from wakeyscan.verification.endpoint import parse_endpoint
from wakeyscan.verification.rate_limit import (
    MAX_REQUESTS,
    WINDOW_SECONDS,
    estimated_seconds,
    progress_fraction,
)
from wakeyscan.verification.verdict import VerificationRequest
from wakeyscan.verification.verify import verify_keys


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


def test_progress_is_a_share_of_the_time_that_the_limit_takes() -> None:
    assert [progress_fraction(done, 4) for done in (1, 2, 4)] == [0.25, 0.5, 1.0]
    assert [progress_fraction(done, 101) for done in (50, 51, 100, 101)] == [0.0, 0.5, 0.5, 1.0]


def test_progress_counts_the_keys_that_are_done(clock: Clock) -> None:
    """None of these has the format of a key, so none is sent."""
    wanted = [VerificationRequest(Secret(b"%d" % number, API_KEY), None) for number in range(3)]
    told: list[tuple[int, int, str, float]] = []
    verify_keys(
        wanted,
        parse_endpoint("http://127.0.0.1:9"),
        VerifyOptions(),
        lambda *progress: told.append(progress),
        clock.build_limiter(),
    )
    assert told == [(1, 0, "of 3 keys verified", number / 3) for number in (1, 2, 3)]
