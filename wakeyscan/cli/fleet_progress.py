"""Progress of a fleet: repositories, objects, bytes, keys and the time left."""

from __future__ import annotations

import sys
import time

from wakeyscan.cli.progress import Progress
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    from wakeyscan.fleet.task import Outcome

_INTERVAL_SECONDS = 0.2
_MIN_SHARE = 0.02
"""Share of the repositories after which the remaining time is estimated."""


class FleetProgress:
    """A line on stderr, if that is a terminal."""

    def __init__(self, total: int, hidden: bool = False) -> None:
        self._progress = Progress(sys.stderr, hidden)
        self._total = total
        self._done = self._objects = self._bytes = 0
        self._keys: set[str] = set()
        self._start = self._shown = time.monotonic()

    def __enter__(self) -> FleetProgress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.end()

    def add(self, outcome: Outcome) -> None:
        """Count the outcome of a repository."""
        self._done += 1
        self._objects += outcome.objects
        self._bytes += outcome.bytes
        self._keys.update(outcome.keys)
        now = time.monotonic()
        if now - self._shown >= _INTERVAL_SECONDS:
            self._shown = now
            self._progress.show(self.describe(now - self._start))

    def describe(self, passed: float) -> str:
        """Return the line after a time in seconds."""
        parts = [
            f"{self._done:,} of {self._total:,} repositories",
            f"{self._objects:,} objects",
            f"{self._bytes / 1e6:,.0f} MB",
            f"{len(self._keys):,} keys",
        ]
        share = self._done / self._total
        if _MIN_SHARE < share < 1:
            parts.append(f"{passed * (1 - share) / share:,.0f} s left")
        return ", ".join(parts)
