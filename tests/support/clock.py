"""A clock for tests of the rate limit."""

from __future__ import annotations

from wakeyscan.verification.rate_limit import RateLimiter


class Clock:
    """A clock that only `sleep` advances."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def build_limiter(self) -> RateLimiter:
        return RateLimiter(self, self.sleep)
