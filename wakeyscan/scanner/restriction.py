"""Restriction of an audit to a part of the history."""

from __future__ import annotations

from typing import NamedTuple


class Restriction(NamedTuple):
    """The part of a history that an audit was limited to."""

    since: str = ""
    """Time in ISO 8601, or empty."""
    branches: tuple[str, ...] = ()
    reachable: bool = False
    commits: tuple[int, int] | None = None
    """Numbers of commits within the limits, and of commits reachable from refs, if known."""

    def __str__(self) -> str:
        if not (self.since or self.branches):
            return "limited to commits reachable from refs" if self.reachable else ""
        of = f" of branch {', '.join(self.branches)}" if self.branches else ""
        since = f" since {self.since}" if self.since else ""
        scanned, total = self.commits or (0, 0)
        count = f": {scanned:,} of {total:,} commit{'s' * (total != 1)}" if self.commits else ""
        return f"limited to commits{of}{since}{count}"
