"""Keeps requests apart, so that an API's limit is never met; time is handed in."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

REQUESTS, SECONDS = 50, 60.0
"""How many requests may fall into how long; WAStack allows 60 reads a minute."""

_LEAST = 0.001
"""A shorter sleep may not move a clock at all."""


class Pace:
    """Lets `REQUESTS` pass at once, and then so many in any span of `SECONDS`.

    One is to be shared by all that ask in a run; it knows nothing of other processes.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._passed: deque[float] = deque(maxlen=REQUESTS)

    def wait(self) -> None:
        """Wait until one more request may be sent, and take it as sent."""
        while len(self._passed) == REQUESTS:
            left = self._passed[0] + SECONDS - self._clock()
            if left <= 0:
                break
            self._sleep(max(left, _LEAST))
        self._passed.append(self._clock())

    def pause(self, seconds: float) -> None:
        """Wait so long: an API asked for it, or a network is to recover."""
        if seconds > 0:
            self._sleep(seconds)


def duration(requests: int) -> float:
    """Say how many seconds so many requests will be kept waiting in all."""
    return max(0, requests - 1) // REQUESTS * SECONDS
